// The processor's tables: where it goes on exceptions and interrupts, and on which stack.
#pragma once
#include <cstdint>

namespace unikernel::descriptors {

// Vectors from 32 on are ours to give.
inline constexpr std::uint8_t timer_vector = 32;
inline constexpr std::uint8_t nic_vector = 33;
inline constexpr std::uint8_t spurious_vector = 255;

/// From here on a fault is reported instead of resetting the machine.
void load();

} // namespace unikernel::descriptors
