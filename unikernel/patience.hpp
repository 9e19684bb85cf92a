// How long a NIC whose ring has no room keeps all of them waiting: 5 ms at a time, and a tenth of the rest of the time.
// What the wait is for, QEMU's turns with a ring, takes less; a peer that takes nothing must not slow down all others.
#pragma once
#include "runtime/packet.hpp"

#include <algorithm>

namespace unikernel {

class Patience {
public:
    static constexpr runtime::Time longest_ns = 5'000'000;
    static constexpr std::int64_t price = 10; ///< nanoseconds without a wait that one of waiting takes

    /// Whether to wait for the NIC until this is asked again, which must be soon.
    bool waits(bool has_room, runtime::Time now) {
        const runtime::Time passed_ns = now - asked_;
        asked_ = now;
        if (waiting_) {
            waited_ns_ += passed_ns;
            saved_ -= price * static_cast<std::int64_t>(passed_ns);
        } else {
            const auto room = static_cast<runtime::Time>(saved_most - saved_);
            saved_ += static_cast<std::int64_t>(std::min(passed_ns, room));
        }
        waiting_ = !has_room && saved_ > 0;
        return waiting_;
    }

    runtime::Time waited_ns() const { return waited_ns_; }

private:
    static constexpr std::int64_t saved_most = price * static_cast<std::int64_t>(longest_ns);

    runtime::Time asked_ = 0;
    runtime::Time waited_ns_ = 0;
    std::int64_t saved_ = saved_most; ///< nanoseconds without a wait; what a late question overspends is owed
    bool waiting_ = false;
};

} // namespace unikernel
