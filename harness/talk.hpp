// A random TCP conversation as its peers would hold it, with segments in between that are right or wrong by one:
// at every edge of the windows, before, behind and beside what is expected.
#pragma once
#include "harness/dice.hpp"

#include <array>
#include <optional>
#include <string>

namespace harness {

struct TalkSegment {
    bool back = false; ///< from the one who was called
    unsigned flags = 0;
    std::uint32_t sequence = 0, acknowledgement = 0;
    std::uint16_t window = 0;
    std::string options{}; ///< of the TCP header, a multiple of 4 bytes
    std::string text{};
};

class Talk {
public:
    explicit Talk(Dice& dice) : dice_(dice) {}

    /// The first is a SYN.
    TalkSegment next();

private:
    /// One peer, as a tracker may see it.
    struct Peer {
        std::uint32_t next = 0;     ///< it will send
        std::uint32_t received = 0; ///< it expects
        std::uint32_t limit = 0;    ///< up to which it may send
        std::uint32_t first = 0;
        std::uint32_t widest = 1; ///< window that it has advertised
        std::optional<unsigned> shift;
    };

    TalkSegment opening(bool back);
    TalkSegment plain(bool back);
    TalkSegment usual(bool back);
    TalkSegment at_an_edge(bool back);
    TalkSegment reset(bool back);
    TalkSegment late_syn(bool back);
    TalkSegment sent(TalkSegment segment);

    std::uint32_t one_off(std::uint32_t number) {
        return number + static_cast<std::uint32_t>(dice_.below(3)) - 1;
    }
    Peer& peer(bool back) { return peers_[back ? 1 : 0]; }

    Dice& dice_;
    std::array<Peer, 2> peers_;
    unsigned handshake_ = 0; ///< segments of it that have been sent
    bool simultaneous_ = false;
};

} // namespace harness
