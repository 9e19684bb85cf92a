#include "compiler/eval/connection.hpp"

#include <algorithm>

namespace eval {

namespace {

using namespace tcp_flag;

constexpr std::size_t fixed_header_bytes = 20;

/// RFC 7323 2.2, 2.3.
std::optional<unsigned> shift_in(View options) {
    constexpr std::uint8_t end_of_list = 0, no_operation = 1, window_scale = 3;
    constexpr unsigned shift_max = 14;
    while (!options.empty() && options[0] != end_of_list) {
        if (options[0] == no_operation) {
            options = options.subspan(1);
            continue;
        }
        if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return std::nullopt;
        if (options[0] == window_scale && options[1] == 3) return std::min<unsigned>(options[2], shift_max);
        options = options.subspan(options[1]);
    }
    return std::nullopt;
}

Position number_of_syn(const Segment& segment) { return segment.has(syn) ? 1 : 0; }
Position number_of_fin(const Segment& segment) { return segment.has(fin) ? 1 : 0; }

} // namespace

bool Segment::is_possible() const {
    switch (flags & (syn | fin | rst | ack)) {
    case syn:
    case syn | ack:
    case rst:
    case rst | ack:
    case ack:
    case ack | fin:
        return true;
    default:
        return false;
    }
}

Segment segment_of(const Datagram& datagram) {
    const View segment = datagram.payload();
    const std::size_t header_bytes = datagram.tcp_header_bytes();
    return {.flags = datagram.tcp_flags(),
            .sequence = get32(segment, 4),
            .acknowledgement = get32(segment, 8),
            .window = get16(segment, 14),
            .text_bytes = static_cast<Position>(segment.size() - header_bytes),
            .shift = shift_in(segment.subspan(fixed_header_bytes, header_bytes - fixed_header_bytes))};
}

Connection::Side::Side(const Segment& segment)
    : end(Position{segment.sequence} + 1 + segment.text_bytes), limit(end),
      acked(Position{segment.sequence} + 1), window(std::max<Position>(segment.window, 1)), shift(segment.shift) {}

Position Connection::Side::position(std::uint32_t number) const {
    return end + static_cast<std::int32_t>(number - static_cast<std::uint32_t>(end));
}

Connection::Connection(const Segment& syn_segment) { sides_[0].emplace(syn_segment); }

bool Connection::both(bool Side::*what) const {
    return sides_[0] && sides_[1] && (*sides_[0]).*what && (*sides_[1]).*what;
}
bool Connection::one(bool Side::*what) const {
    return (sides_[0] && (*sides_[0]).*what) || (sides_[1] && (*sides_[1]).*what);
}

TcpState Connection::state() const {
    if (reset_) return TcpState::close;
    if (!both(&Side::open)) return sides_[1] ? TcpState::syn_recv : TcpState::syn_sent;
    if (!one(&Side::finished)) return TcpState::established;
    if (both(&Side::closed)) return TcpState::time_wait;
    if (both(&Side::finished)) return TcpState::last_ack;
    return one(&Side::closed) ? TcpState::close_wait : TcpState::fin_wait;
}

bool Connection::acknowledgement_fits(const Segment& segment, bool in_reply) const {
    constexpr Position old_acknowledgements = 66'000; // as in van Rooij's paper
    const auto& sender = sides_[in_reply ? 1 : 0];
    const auto& receiver = sides_[in_reply ? 0 : 1];
    if (!receiver) return false;
    const Position number = receiver->position(segment.acknowledgement);
    const Position oldest = both(&Side::open)
                                ? receiver->end - std::max(old_acknowledgements, sender->window)
                                : receiver->acked;
    return oldest <= number && number <= receiver->end;
}

/// RFC 5961 3.2, as far as it can be told from the middle.
Judgement Connection::judge_reset(const Segment& segment, const Side& sender) {
    const Position number = sender.position(segment.sequence);
    if (number == sender.acked || number == sender.end) return Judgement::resets;
    return sender.acked <= number && number < sender.limit ? Judgement::passes : Judgement::invalid;
}

/// The windows for what a segment carries.
bool Connection::fits(const Segment& segment, const Side& sender, const Side& receiver) {
    const Position text_end =
        sender.position(segment.sequence) + number_of_syn(segment) + segment.text_bytes;
    const Position end = text_end + number_of_fin(segment);
    if (text_end > sender.limit || end < sender.end - receiver.window) return false;
    if (sender.finished && end > sender.end) return false;
    return !segment.has(fin) || end >= sender.end;
}

bool Connection::is_under_way(std::uint32_t sequence, bool in_reply) const {
    const auto& sender = sides_[in_reply ? 1 : 0];
    if (!sender) return false;
    const Position number = sender->position(sequence), first = sender->acked - (sender->open ? 0 : 1);
    return first <= number && number <= sender->end;
}

Judgement Connection::judge(const Segment& segment, bool in_reply) const {
    if (!segment.is_possible()) return Judgement::invalid;
    const auto& sender = sides_[in_reply ? 1 : 0];
    const auto& receiver = sides_[in_reply ? 0 : 1];
    if (segment.has(rst)) {
        if (sender) return judge_reset(segment, *sender);
        return segment.has(ack) && acknowledgement_fits(segment, in_reply) ? Judgement::resets
                                                                            : Judgement::invalid;
    }
    if (segment.has(ack) && !acknowledgement_fits(segment, in_reply)) return Judgement::invalid;
    if (segment.has(syn) && (!sender || !sender->open)) return Judgement::counts;
    if (!sender || !fits(segment, *sender, *receiver)) return Judgement::invalid;
    return segment.has(syn) ? Judgement::passes : Judgement::counts;
}

Position Connection::window(const Segment& segment, bool in_reply) const {
    const auto& sender = sides_[in_reply ? 1 : 0];
    const auto& receiver = sides_[in_reply ? 0 : 1];
    const bool scaled = !segment.has(syn) && sender->shift && receiver && receiver->shift;
    return std::max<Position>(scaled ? segment.window << *sender->shift : segment.window, 1);
}

void Connection::accept(const Segment& segment, bool in_reply, Judgement judgement) {
    if (judgement == Judgement::resets) {
        reset_ = true;
        return;
    }
    auto& sender = sides_[in_reply ? 1 : 0];
    auto& receiver = sides_[in_reply ? 0 : 1];
    if (segment.has(syn)) sender.emplace(segment);
    const Position window = this->window(segment, in_reply);
    const Position end = sender->position(segment.sequence) + number_of_syn(segment) + segment.text_bytes +
                         number_of_fin(segment);
    sender->end = std::max(sender->end, end);
    sender->window = std::max(sender->window, window);
    if (segment.has(ack)) {
        const Position number = receiver->position(segment.acknowledgement);
        receiver->limit = std::max(receiver->limit, number + window);
        receiver->acked = std::max(receiver->acked, number);
        receiver->open = true;
        receiver->closed |= receiver->finished && number == receiver->end;
    }
    sender->finished |= segment.has(fin);
}

} // namespace eval
