// A TCP connection as it is followed from its middle: "Following TCP" in path.md. A sequence number is turned into a
// *position*, which does not wrap: of all that have its low 32 bits, the one next to where its side stands.
#pragma once
#include "compiler/eval/datagram.hpp"

#include <array>
#include <optional>

namespace eval {

using Position = std::int64_t;

/// What a segment says of its connection.
struct Segment {
    unsigned flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    Position window = 0;
    Position text_bytes = 0;
    std::optional<unsigned> shift{}; ///< of its window scale option

    bool has(unsigned flag) const { return (flags & flag) != 0; }
    /// SYN, FIN, RST and ACK are set as they may be together.
    bool is_possible() const;
};

/// Of a datagram whose TCP header is sound.
Segment segment_of(const Datagram& datagram);

/// What becomes of a segment of a connection.
enum class Judgement : std::uint8_t {
    invalid,
    passes, ///< it goes on and changes nothing
    counts,
    resets,
};

/// In the order in which path.md tells them from each other.
enum class TcpState : std::uint8_t {
    close,
    syn_sent,
    syn_recv,
    established,
    time_wait,
    last_ack,
    close_wait,
    fin_wait,
};

class Connection {
public:
    /// Of the SYN that opens it.
    explicit Connection(const Segment& syn);

    Judgement judge(const Segment& segment, bool in_reply) const;
    /// The segment has been accepted: one that does not just pass.
    void accept(const Segment& segment, bool in_reply, Judgement judgement);

    /// Whether a segment of that direction with that number may still be on its way: "track" in path.md.
    bool is_under_way(std::uint32_t sequence, bool in_reply) const;

    TcpState state() const;
    bool is_half_open() const { return state() == TcpState::syn_sent || state() == TcpState::syn_recv; }
    /// A SYN may open another in its place.
    bool is_over() const { return state() == TcpState::close || state() == TcpState::time_wait; }

private:
    /// Of the segments of one direction.
    struct Side {
        explicit Side(const Segment& syn);

        Position end;    ///< the furthest that was sent
        Position limit;  ///< the furthest that may be sent
        Position acked;  ///< the furthest that was acknowledged
        Position window; ///< the widest that it has advertised
        std::optional<unsigned> shift;
        bool open = false, finished = false, closed = false;

        Position position(std::uint32_t number) const;
    };

    bool both(bool Side::*what) const;
    bool one(bool Side::*what) const;
    bool acknowledgement_fits(const Segment& segment, bool in_reply) const;
    static Judgement judge_reset(const Segment& segment, const Side& sender);
    static bool fits(const Segment& segment, const Side& sender, const Side& receiver);
    Position window(const Segment& segment, bool in_reply) const;

    std::array<std::optional<Side>, 2> sides_; ///< original direction, reply direction; none is silent
    bool reset_ = false;
};

} // namespace eval
