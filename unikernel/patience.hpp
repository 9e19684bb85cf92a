// How long a NIC whose ring has no room keeps all of them waiting: 5 ms at a time, and a tenth of the rest of the time.
// What the wait is for, QEMU's turns with a ring, takes less; a peer that takes nothing must not slow down all others.
#pragma once
#include "runtime/packet.hpp"

#include <algorithm>

namespace unikernel {

class Patience {
public:
    static constexpr runtime::Time longest_ns = 5'000'000;
    static constexpr runtime::Time price = 10; ///< nanoseconds without a wait that one of waiting takes

    /// Whether to wait for the NIC until this is asked again, which must be soon.
    bool waits(bool has_room, runtime::Time now) {
        const runtime::Time passed_ns = now - asked_;
        asked_ = now;
        if (waiting_) {
            waited_ns_ += passed_ns;
            const runtime::Time paid_ns = std::min(passed_ns, longest_ns); // not for hours in which the machine stood
            owed_ns_ += price * paid_ns;
            stood_ns_ += paid_ns;
        } else {
            owed_ns_ -= std::min(passed_ns, owed_ns_);
        }
        if (has_room) stood_ns_ = 0;
        waiting_ = !has_room && owed_ns_ < price * longest_ns && stood_ns_ < longest_ns;
        return waiting_;
    }

    /// The device has sent something: it is worth waiting for again.
    void got_on() { stood_ns_ = 0; }

    runtime::Time waited_ns() const { return waited_ns_; }

private:
    runtime::Time asked_ = 0;
    runtime::Time waited_ns_ = 0;
    runtime::Time stood_ns_ = 0; ///< waited for it since it last got on
    runtime::Time owed_ns_ = 0; ///< without a wait, before all of the longest one may be waited again
    bool waiting_ = false;
};

} // namespace unikernel
