// The NICs of the machine, and which of them the policy means.
#pragma once
#include "runtime/packet.hpp"
#include "unikernel/virtio_net.hpp"

#include <span>

namespace unikernel::nics {

/// Finds the machine's NICs and takes over those that runtime::nics() names. When one of them is missing,
/// says so and ends as a failed assertion does.
void find();
/// From here on frames come in and go out.
void go();
/// Nothing comes in or goes out any more.
void stop();

/// Those that the policy names, by NicId.
std::span<VirtioNet> driven();
std::span<const runtime::Mac> macs();

} // namespace unikernel::nics
