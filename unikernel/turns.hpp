// Whose turn it is to be polled. A round polls each NIC once; it ends where polling must stop, and the next one begins
// there. So of several NICs whose frames leave by the same one, each gets its share of the room that this one has.
#pragma once
#include <cstddef>
#include <cstdint>

namespace unikernel {

class Turns {
public:
    enum class Round : std::uint8_t {
        idle, ///< nothing had come by any of them
        busy,
        held, ///< one may not be polled yet
    };

    /// Asks `may()` before each `poll(id)`, which says whether anything had come.
    template <typename May, typename Poll>
    Round round(std::size_t nics, May may, Poll poll) {
        bool came = false;
        for (std::size_t polled = 0; polled < nics; ++polled) {
            if (!may()) return Round::held;
            came |= poll(next_);
            next_ = (next_ + 1) % nics;
        }
        return came ? Round::busy : Round::idle;
    }

private:
    std::size_t next_ = 0;
};

} // namespace unikernel
