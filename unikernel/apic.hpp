// Interrupt controllers. Interrupts only end the sleep of an idle loop, so all that is done here is to let
// them arrive: the old controllers are silenced, the local APIC wakes us by its timer, NICs wake us through
// it.
#pragma once
#include <cstdint>

namespace unikernel::apic {

/// Where a device writes `nic_vector` to interrupt us (MSI).
inline constexpr std::uint64_t message_address = 0xfee0'0000;

/// Masks the old controllers and enables the local APIC.
void open();
/// Interrupts periodically, every 10 ms or so; needs a calibrated clock.
void start_timer();
/// Lets an interrupt of the machine (its global number) arrive as `nic_vector`.
void route(std::uint32_t interrupt);

} // namespace unikernel::apic
