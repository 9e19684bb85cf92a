#include "harness/talk.hpp"

#include "compiler/eval/datagram.hpp"

#include <algorithm>

namespace harness {

namespace {

using namespace eval::tcp_flag;

/// As in the header of a SYN: with padding, in odd company, or damaged.
std::string window_scale(unsigned shift, Dice& dice) {
    const auto value = static_cast<char>(shift);
    switch (dice.below(8)) {
    case 0:
        return {2, 4, 5, static_cast<char>(0xb4), 3, 3, value, 0}; // behind the segment size
    case 1:
        return {1, 3, 3, value}; // no operation before it
    case 2:
        return {0, 3, 3, value}; // behind the end of the list: none
    case 3:
        return {3, 2, 1, 1}; // without a value: none
    default:
        return {3, 3, value, 0};
    }
}

} // namespace

TalkSegment Talk::next() {
    if (handshake_ < 3 && dice_.percent(handshake_ == 0 ? 100 : 85)) {
        const unsigned step = handshake_++;
        if (step == 0) return sent(opening(false));
        if (step == 1) {
            simultaneous_ = dice_.percent(12);
            TalkSegment answer = opening(true);
            if (!simultaneous_) answer.flags |= ack;
            return sent(answer);
        }
        TalkSegment third = plain(simultaneous_ && dice_.percent(50));
        if (!simultaneous_) return sent(third);
        third.flags |= syn;
        third.sequence = peer(third.back).first;
        return third;
    }
    const bool back = dice_.percent(50);
    const auto kind = dice_.below(100);
    if (kind < 55) return sent(usual(back));
    if (kind < 75) return at_an_edge(back);
    if (kind < 88) return reset(back);
    return late_syn(back);
}

/// The other one learns of it, mostly.
TalkSegment Talk::sent(TalkSegment segment) {
    Peer& sender = peer(segment.back);
    Peer& receiver = peer(!segment.back);
    const bool is_syn = (segment.flags & syn) != 0;
    const bool scaled = !is_syn && sender.shift && receiver.shift;
    const std::uint32_t window = scaled ? std::uint32_t{segment.window} << std::min(*sender.shift, 14u) : segment.window;
    sender.next = segment.sequence + static_cast<std::uint32_t>(segment.text.size()) + is_syn +
                  ((segment.flags & fin) != 0);
    sender.widest = std::max(sender.widest, window);
    if ((segment.flags & ack) != 0) receiver.limit = segment.acknowledgement + std::max(window, 1u);
    if (dice_.percent(85)) receiver.received = sender.next;
    return segment;
}

TalkSegment Talk::opening(bool back) {
    Peer& sender = peer(back);
    sender = {.next = 0, .received = sender.received, .limit = 0, .first = 0, .widest = 1, .shift = {}};
    sender.first = dice_.percent(50) ? dice_.one_of<std::uint32_t>({0xffffffff, 0xfffffff0, 0, 0x7fffffff})
                                     : static_cast<std::uint32_t>(dice_.below(std::uint64_t{1} << 32));
    TalkSegment segment{.back = back, .flags = syn, .sequence = sender.first};
    segment.acknowledgement = sender.received;
    segment.window = dice_.one_of<std::uint16_t>({0, 1, 64, 1000, 65535});
    if (dice_.percent(55)) {
        segment.options = window_scale(dice_.one_of({0u, 1u, 7u, 14u, 15u}), dice_);
        if (segment.options[0] == 3 && segment.options[1] == 3) sender.shift = segment.options[2];
    }
    if (dice_.percent(5)) segment.text = "early";
    sender.limit = sender.first + 1 + static_cast<std::uint32_t>(segment.text.size());
    return segment;
}

TalkSegment Talk::plain(bool back) {
    const Peer& sender = peer(back);
    return {.back = back,
            .flags = ack,
            .sequence = sender.next,
            .acknowledgement = sender.received,
            .window = dice_.one_of<std::uint16_t>({0, 1, 30, 500, 65535})};
}

TalkSegment Talk::usual(bool back) {
    TalkSegment segment = plain(back);
    const Peer& sender = peer(back);
    switch (dice_.below(8)) {
    case 0:
    case 1:
        segment.flags |= fin;
        [[fallthrough]];
    case 2:
        segment.text.assign(dice_.one_of<std::size_t>({0, 1, 30, 100}), 'x');
        break;
    case 3: // a retransmission
        segment.text.assign(dice_.one_of<std::size_t>({1, 2, 30}), 'x');
        segment.sequence -= static_cast<std::uint32_t>(segment.text.size());
        break;
    case 4: // a keepalive, with or without a byte of garbage
        --segment.sequence;
        segment.text.assign(dice_.below(2), 'x');
        break;
    case 5: // what the window allows, or little of it
        segment.text.assign(std::min<std::uint32_t>(sender.limit - sender.next, 200), 'x');
        break;
    default:
        break;
    }
    return segment;
}

TalkSegment Talk::at_an_edge(bool back) {
    TalkSegment segment = plain(back);
    const Peer& sender = peer(back);
    const Peer& receiver = peer(!back);
    const auto length = static_cast<std::uint32_t>(dice_.below(3));
    segment.text.assign(length, 'x');
    if (dice_.percent(20)) segment.flags |= fin;
    switch (dice_.below(6)) {
    case 0:
        segment.sequence = one_off(sender.limit - length);
        break;
    case 1:
        segment.sequence = one_off(sender.next - receiver.widest - length);
        break;
    case 2:
        segment.acknowledgement = one_off(receiver.next);
        break;
    case 3:
        segment.acknowledgement = one_off(receiver.next - std::max(66'000u, sender.widest));
        break;
    case 4:
        segment.acknowledgement = one_off(receiver.first);
        break;
    default:
        segment.sequence = one_off(sender.next + dice_.one_of({0u, 0x80000000u, 0x40000000u}));
        break;
    }
    return segment;
}

TalkSegment Talk::reset(bool back) {
    TalkSegment segment = plain(back);
    const Peer& sender = peer(back);
    segment.flags = dice_.percent(50) ? +rst : rst | ack;
    segment.sequence =
        dice_.one_of({sender.next, peer(!back).received, sender.limit, sender.first, 0u, sender.next + 20});
    if (dice_.percent(50)) segment.sequence = one_off(segment.sequence);
    if (dice_.percent(25)) segment.acknowledgement = one_off(segment.acknowledgement);
    return segment;
}

/// A SYN where none is due: repeated, inside a connection, or for a new one.
TalkSegment Talk::late_syn(bool back) {
    if (dice_.percent(30)) return sent(opening(back));
    TalkSegment segment = plain(back);
    const Peer& sender = peer(back);
    segment.flags = dice_.percent(50) ? +syn : syn | ack;
    segment.sequence = dice_.one_of({sender.first, sender.first, sender.next, sender.limit});
    if (dice_.percent(30)) segment.sequence = one_off(segment.sequence);
    return segment;
}

} // namespace harness
