#include "runtime/connection.hpp"

#include "runtime/datagram.hpp"
#include "runtime/fields.hpp"

#include <algorithm>

namespace runtime {

namespace {

using namespace tcp_flag;

constexpr bool at_most(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(b - a) >= 0; }
constexpr std::uint32_t further(std::uint32_t a, std::uint32_t b) { return at_most(a, b) ? b : a; }

/// RFC 7323 2.2: a window scale option that is damaged is none.
std::uint8_t shift_in(Bytes options) {
    constexpr std::uint8_t end_of_list = 0, no_operation = 1, window_scale = 3, shift_max = 14;
    for (std::size_t at = 0; at < options.size();) {
        const std::uint8_t kind = options[at];
        if (kind == end_of_list) break;
        if (kind == no_operation) {
            ++at;
            continue;
        }
        if (at + 2 > options.size()) break;
        const std::size_t length = options[at + 1];
        if (length < 2 || at + length > options.size()) break;
        if (kind == window_scale && length == 3) return std::min(options[at + 2], shift_max);
        at += length;
    }
    return Segment::no_shift;
}

constexpr bool is_possible(unsigned flags) {
    const unsigned control = flags & (syn | fin | rst | ack);
    return control == syn || control == (syn | ack) || control == rst || control == (rst | ack) ||
           control == ack || control == (ack | fin);
}

} // namespace

std::uint32_t Segment::text_end() const { return sequence + (has(syn) ? 1 : 0) + text_bytes; }
std::uint32_t Segment::end() const { return text_end() + (has(fin) ? 1 : 0); }

Segment segment_of(const Packet& packet) {
    constexpr std::size_t fixed_header_bytes = 20, header_max_bytes = 60;
    const std::size_t header_bytes = std::size_t{4} * field::tcp_doff(packet);
    Segment segment{.flags = field::tcp_flags(packet),
                    .sequence = field::tcp_sequence(packet),
                    .acknowledgement = field::tcp_ackseq(packet),
                    .window = field::tcp_window(packet),
                    .text_bytes = static_cast<std::uint32_t>(payload_bytes(packet) - header_bytes),
                    .shift = Segment::no_shift};
    if (segment.has(syn)) {
        std::array<std::uint8_t, header_max_bytes> scratch;
        const Bytes header = payload_start(packet, scratch);
        segment.shift = shift_in(header.subspan(fixed_header_bytes, header_bytes - fixed_header_bytes));
    }
    return segment;
}

void Connection::Side::begin(const Segment& segment) {
    end = limit = segment.text_end();
    acked = segment.sequence + 1;
    window = std::max(segment.window, 1u);
    shift = segment.shift;
    has = spoken;
}

void Connection::open(const Segment& segment) {
    sides_[0].begin(segment);
    sides_[1] = {};
    reset_ = false;
}

FlowKind Connection::kind() const {
    if (reset_) return FlowKind::tcp_close;
    if (!all(open_)) return all(spoken) ? FlowKind::tcp_syn_recv : FlowKind::tcp_half_open;
    if (!any(finished)) return FlowKind::tcp_established;
    if (all(closed)) return FlowKind::tcp_time_wait;
    if (all(finished)) return FlowKind::tcp_last_ack;
    return any(closed) ? FlowKind::tcp_close_wait : FlowKind::tcp_fin_wait;
}

bool Connection::acknowledgement_fits(const Segment& segment, const Side& sender, const Side& receiver) const {
    if (!receiver.is(spoken)) return false;
    constexpr std::uint32_t old_acknowledgements = 66'000; // van Rooij's MAXACKWINDOW
    const std::uint32_t oldest =
        all(open_) ? receiver.end - std::max(old_acknowledgements, sender.window) : receiver.acked;
    return at_most(oldest, segment.acknowledgement) && at_most(segment.acknowledgement, receiver.end);
}

bool Connection::is_under_way(std::uint32_t sequence, bool reply) const {
    const Side& sender = sides_[reply ? 1 : 0];
    if (!sender.is(spoken)) return false;
    const std::uint32_t oldest = sender.is(open_) ? sender.acked : sender.acked - 1; // its SYN
    return at_most(oldest, sequence) && at_most(sequence, sender.end);
}

Judgement Connection::judge(const Segment& segment, bool reply) const {
    const Side& sender = sides_[reply ? 1 : 0];
    const Side& receiver = sides_[reply ? 0 : 1];
    if (!is_possible(segment.flags)) return Judgement::invalid;
    if (segment.has(rst)) {
        if (!sender.is(spoken)) // it refuses a SYN
            return segment.has(ack) && acknowledgement_fits(segment, sender, receiver) ? Judgement::resets
                                                                                       : Judgement::invalid;
        if (segment.sequence == sender.acked || segment.sequence == sender.end) return Judgement::resets;
        const bool inside =
            at_most(sender.acked, segment.sequence) && at_most(segment.sequence + 1, sender.limit);
        return inside ? Judgement::passes : Judgement::invalid; // RFC 5961 3.2
    }
    if (segment.has(ack) && !acknowledgement_fits(segment, sender, receiver)) return Judgement::invalid;
    if (segment.has(syn) && !sender.is(open_)) return Judgement::counts;
    if (!sender.is(spoken)) return Judgement::invalid;

    const std::uint32_t end = segment.end();
    const bool inside = at_most(segment.text_end(), sender.limit) && at_most(sender.end - receiver.window, end);
    const bool behind_fin = (sender.is(finished) && !at_most(end, sender.end)) ||
                            (segment.has(fin) && !at_most(sender.end, end));
    if (!inside || behind_fin) return Judgement::invalid;
    return segment.has(syn) ? Judgement::passes : Judgement::counts; // RFC 5961 4.2
}

void Connection::accept(const Segment& segment, bool reply, Judgement judgement) {
    if (judgement == Judgement::resets) {
        reset_ = true;
        return;
    }
    Side& sender = sides_[reply ? 1 : 0];
    Side& receiver = sides_[reply ? 0 : 1];
    if (segment.has(syn)) sender.begin(segment);
    const bool scaled =
        !segment.has(syn) && sender.shift != Segment::no_shift && receiver.shift != Segment::no_shift;
    const std::uint32_t window = std::max(scaled ? segment.window << sender.shift : segment.window, 1u);
    sender.end = further(sender.end, segment.end());
    sender.window = std::max(sender.window, window);
    if (segment.has(fin)) sender.has |= finished;
    if (!segment.has(ack)) return;
    receiver.limit = further(receiver.limit, segment.acknowledgement + window);
    receiver.acked = further(receiver.acked, segment.acknowledgement);
    receiver.has |= open_;
    if (receiver.is(finished) && segment.acknowledgement == receiver.end) receiver.has |= closed;
}

namespace {

bool allows(const Connection& connection, const Packet& packet, bool reply) {
    return connection.judge(segment_of(packet), reply) != Judgement::invalid;
}

bool is_under_way(const Connection& connection, std::uint32_t sequence, bool reply) {
    return connection.is_under_way(sequence, reply);
}

std::optional<FlowKind> advance(Connection& connection, const Packet& packet, bool reply) {
    const Segment segment = segment_of(packet);
    const Judgement judgement = connection.judge(segment, reply);
    if (judgement == Judgement::passes) return std::nullopt;
    connection.accept(segment, reply, judgement);
    return connection.kind();
}

void open(Connection& connection, const Packet& packet) { connection.open(segment_of(packet)); }

} // namespace

const Following part::following{{}, allows, is_under_way, advance, open};

} // namespace runtime
