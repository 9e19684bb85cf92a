// A TCP connection as it is followed from its middle: docs/internals/path.md, "Following TCP". Sequence numbers
// are compared by the sign of their difference (RFC 9293 3.4): those that meet here are less than 2^31 apart.
#pragma once
#include "runtime/parts.hpp"

namespace runtime {

/// What a segment says of its connection.
struct Segment {
    std::uint32_t flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint32_t window = 0; ///< as it stands in the header
    std::uint32_t text_bytes = 0;
    std::uint8_t shift = 0; ///< of a SYN's window scale option, or no_shift

    static constexpr std::uint8_t no_shift = 255;

    bool has(unsigned flag) const { return (flags & flag) != 0; }
    std::uint32_t text_end() const;
    std::uint32_t end() const;
};

/// Of a packet whose TCP header is sound.
Segment segment_of(const Packet& packet);

/// What becomes of a segment of a connection.
enum class Judgement : std::uint8_t {
    invalid,
    passes, ///< it goes on and changes nothing
    counts,
    resets,
};

/// Trivial, so that an array of them is plain memory: one for each place of the flow table.
class Connection {
public:
    /// Starts with the SYN that opens it.
    void open(const Segment& syn);

    Judgement judge(const Segment& segment, bool reply) const;
    /// The segment was accepted: one that counts or resets.
    void accept(const Segment& segment, bool reply, Judgement judgement);

    /// Whether a segment of that direction with that sequence number may still be on its way: it has been sent, and
    /// nothing behind it is acknowledged.
    bool is_under_way(std::uint32_t sequence, bool reply) const;

    /// The list in which its flow waits: its state, told by its timeout.
    FlowKind kind() const;
    /// A SYN may open another in its place.
    bool is_over() const { return reset_ || all(closed); }

private:
    enum Has : std::uint8_t {
        spoken = 1,   ///< its SYN was seen; without it nothing else holds
        open_ = 2,    ///< its SYN was acknowledged
        finished = 4, ///< it has sent FIN
        closed = 8,   ///< its FIN was acknowledged
    };

    /// What is known of one direction's segments.
    struct Side {
        std::uint32_t end;    ///< the furthest number sent
        std::uint32_t limit;  ///< the furthest that may be
        std::uint32_t acked;  ///< the furthest that was acknowledged
        std::uint32_t window; ///< the widest that it has advertised
        std::uint8_t shift;
        std::uint8_t has;

        bool is(Has what) const { return (has & what) != 0; }
        void begin(const Segment& syn);
    };

    bool all(Has what) const { return sides_[0].is(what) && sides_[1].is(what); }
    bool any(Has what) const { return sides_[0].is(what) || sides_[1].is(what); }
    bool acknowledgement_fits(const Segment& segment, const Side& sender, const Side& receiver) const;

    std::array<Side, 2> sides_; ///< original direction, reply direction
    bool reset_;
};

} // namespace runtime
