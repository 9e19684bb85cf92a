// An appliance that executes a policy, whichever way: the one interface of all backends.
#pragma once
#include "harness/judge.hpp"
#include "harness/qemu_command.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>

namespace harness {

/// Something outside the policy failed: a missing file, a guest that does not answer, counters that lie.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Of all random choices, on every backend, so that runs repeat and agree: the one that test images have
/// (unikernel/door_test.cpp).
inline constexpr std::uint64_t random_seed = 0x6e61'636c'7465'7374;

struct Backend {
    std::string name;
    /// Starts the appliance from nothing, its clock at 0. Ifaces with DHCP have what they fall back to.
    std::function<void()> boot;
    /// An Iface with DHCP has that from now on, or no address.
    std::function<void(model::IfaceId, const std::optional<model::Ipv4Config>&)> lease;
    /// A frame comes in; neighbours answer ARP at once.
    std::function<Outcome(NicId, View)> receive;
    /// Lets time pass.
    std::function<void(Time)> wait;
    /// received + made = sent + delivered + dropped + waiting
    std::function<bool()> balanced;
    /// What one chain or function says of a frame.
    std::function<Outcome(const Question&, View)> judge;
};

/// The policy, which outlives the backend, executed by the reference interpreter, which tells in `trace`, where there is
/// one, what it does with each frame that comes in.
Backend interp_backend(const model::Appliance& appliance, eval::Trace* trace = nullptr);

/// The policy's host build: a shared object with the data plane of the image (host_abi.hpp).
Backend host_backend(const model::Appliance& appliance, const std::filesystem::path& shared_object);

struct QemuOptions {
    QemuMachine machine;      ///< its image has the test door
    unsigned patience_s = 30; ///< with each single wait
};

/// The policy's test image, booted in QEMU for each Test.
Backend qemu_backend(const model::Appliance& appliance, const QemuOptions& options);

} // namespace harness
