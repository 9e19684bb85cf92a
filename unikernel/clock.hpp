// Time since the guest's first instruction, from the time stamp counter.
#pragma once
#include "runtime/packet.hpp"

namespace unikernel::clock {

/// Starts to measure the counter's frequency against the timer that the machine has. The boot goes on
/// meanwhile.
void begin_calibration();
/// Ends the measurement, when it has lasted long enough to be exact to about one in a thousand.
void end_calibration();

/// Nanoseconds since the first instruction; valid once the calibration has ended.
runtime::Time now();

} // namespace unikernel::clock
