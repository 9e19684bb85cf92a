// Time since the guest's first instruction, from the time stamp counter.
#pragma once
#include "runtime/packet.hpp"

namespace unikernel::clock {

/// Ticks of a counter that may jump backward (a virtual machine that was moved, a processor that slept): time then goes
/// on from where it stood.
class SteadyTicks {
public:
    explicit constexpr SteadyTicks(std::uint64_t first) : last_(first) {}

    /// How many have passed since the first, with the counter now at `count`.
    constexpr std::uint64_t passed(std::uint64_t count) {
        if (count > last_) passed_ += count - last_;
        last_ = count;
        return passed_;
    }

private:
    std::uint64_t last_;
    std::uint64_t passed_ = 0;
};

/// Starts to measure the counter's frequency against the timer that the machine has. The boot goes on
/// meanwhile.
void begin_calibration();
/// Ends the measurement, when it has lasted long enough to be exact to about one in a thousand.
void end_calibration();

/// Nanoseconds since the first instruction; valid once the calibration has ended.
runtime::Time now();

} // namespace unikernel::clock
