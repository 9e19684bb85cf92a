// How a wait of the scripted clock is cut up, so that what is due in between (ARP, log accounting) happens.
#pragma once
#include "compiler/eval/flows.hpp"

#include <algorithm>

namespace harness {

/// Calls `step(ns)` for pieces that add up to `wait_ns`: at most a hundred, of a tenth of a second or more.
template <typename Step>
void for_each_tick(eval::Time wait_ns, Step step) {
    constexpr eval::Time shortest_ns = eval::second_ns / 10;
    const eval::Time piece_ns = std::max(shortest_ns, wait_ns / 100 + 1);
    while (wait_ns > 0) {
        const eval::Time now_ns = std::min(piece_ns, wait_ns);
        step(now_ns);
        wait_ns -= now_ns;
    }
}

} // namespace harness
