// Where the test door hangs. An image links one of door_none.cpp (the product: nothing happens here) and
// door_test.cpp.
#pragma once
#include "runtime/packet.hpp"
#include "runtime/platform.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace unikernel::door {

/// Whether only the harness lets time pass.
extern const bool scripted_clock;
/// The data plane's time.
runtime::Time now();
std::optional<std::uint64_t> fixed_seed();

/// How many frames come before the first one for the door.
std::size_t data_frames(std::span<runtime::Packet* const> frames);
/// Takes a frame for the door.
void enter(runtime::NicId nic, runtime::Packet& frame);

/// Whether the door keeps a text, which is then not printed.
bool keep_log(std::optional<runtime::Severity> severity, std::string_view text);
bool keep_console(std::string_view text);

} // namespace unikernel::door
