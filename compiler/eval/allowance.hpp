// How often something may be done: as many times at once as a second pays for.
#pragma once
#include "compiler/eval/flows.hpp"

namespace eval {

/// Grows with time to at most a second, and pays its part of one for each time.
class Allowance {
public:
    explicit Allowance(std::uint32_t times_per_second) : price_ns_(second_ns / times_per_second) {}

    bool take(Time now) {
        allowance_ns_ = std::min(second_ns, allowance_ns_ + (now - last_));
        last_ = now;
        if (allowance_ns_ < price_ns_) return false;
        allowance_ns_ -= price_ns_;
        return true;
    }

private:
    Time price_ns_;
    Time allowance_ns_ = second_ns;
    Time last_ = 0;
};

} // namespace eval
