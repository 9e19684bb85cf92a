// The two ends: wanted, and not.
#pragma once
#include <cstdint>

namespace unikernel::poweroff {

// QEMU's isa-debug-exit at port 0xf4 ends QEMU with status 2 * value + 1.
inline constexpr std::uint8_t off_value = 16;  ///< status 33: powered off as asked
inline constexpr std::uint8_t fail_value = 17; ///< status 35: an assertion, a fault, or a missing NIC

/// Turns the machine off.
[[noreturn]] void off();

/// Stops the NICs and ends the machine with a failing status; one without isa-debug-exit stands still for
/// ever.
[[noreturn]] void fail();

} // namespace unikernel::poweroff
