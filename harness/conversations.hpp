// The TCP conversations of one Test: which sequence numbers real peers would use next.
#pragma once
#include "compiler/eval/bytes.hpp"
#include "compiler/model/appliance.hpp"

#include <map>

namespace harness {

/// One direction of a conversation.
struct Direction {
    model::Ipv4Address source = 0, destination = 0;
    std::uint16_t source_port = 0, destination_port = 0;

    Direction reversed() const { return {destination, source, destination_port, source_port}; }
    friend auto operator<=>(const Direction&, const Direction&) = default;
};

class Conversations {
public:
    struct Numbers {
        std::uint32_t sequence, acknowledgement;
    };

    /// Of the next segment in that direction: what its peer has seen of it so far, and what it has seen of
    /// its peer.
    Numbers next(const Direction& direction) const;

    /// A frame has passed: if it holds a TCP segment, that is what the peer has seen. A dropped one is not,
    /// since a real peer would send it again.
    void passed(eval::View frame);

private:
    std::map<Direction, std::uint32_t> next_sequence_;
};

} // namespace harness
