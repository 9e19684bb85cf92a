#include "tests/nft/comparable.hpp"

#include "compiler/eval/checksum.hpp"
#include "harness/frames.hpp"

#include <algorithm>

namespace nft_test {

namespace {

using namespace eval::tcp_flag;
using model::Reason;

/// What Linux looks at: nf_conntrack masks ECE, CWR and PSH.
unsigned flags_that_count(const eval::Datagram& segment) {
    return segment.tcp_flags() & (fin | syn | rst | ack | urg);
}

/// End of list and no-operation; Linux changes or answers others on their way.
bool has_active_options(const eval::Datagram& datagram) {
    const auto options = datagram.bytes().subspan(eval::ip_header_min_bytes,
                                                  datagram.header_bytes() - eval::ip_header_min_bytes);
    return std::ranges::any_of(options, [](std::uint8_t byte) { return byte > 1; });
}

bool has_own_tracker(std::uint8_t protocol, eval::View payload) {
    constexpr std::uint8_t dccp = 33, gre = 47, icmpv6 = 58, sctp = 132, udplite = 136;
    // RFC 2637: version 1 has a call to be told by, and only version 0 can be translated.
    if (protocol == gre) return payload.size() < 8 || (payload[1] & 7) != 0;
    return protocol == dccp || protocol == icmpv6 || protocol == sctp || protocol == udplite;
}

/// Of the queries that both track; Linux has two more kinds.
bool is_tracked_query(std::uint8_t type) {
    using namespace eval::icmp_type;
    return type == echo || type == echo_reply || type == timestamp || type == timestamp_reply;
}

eval::Tuple either_way(const eval::Tuple& tuple) { return std::min(tuple, eval::reverse(tuple)); }

} // namespace

Difference Flows::before(harness::View frame) const {
    const auto datagram = harness::datagram_in(frame);
    if (!datagram) return "not a sane datagram";
    if (eval::get16(frame, 12) != 0x0800) return "a tagged frame, and Linux has no VLAN there";
    if ((frame[0] & 1) != 0) return "a group address";
    if (datagram->is_fragment()) return "a fragment";
    if ((eval::get16(datagram->bytes(), 6) & 0x8000) != 0) return "the reserved bit";
    if (has_active_options(*datagram)) return "options";
    if (datagram->protocol() == 0 || datagram->protocol() == 255) return "a protocol that no socket hears";
    if (has_own_tracker(datagram->protocol(), datagram->payload())) return "a tracker of its own";
    if (datagram->protocol() == eval::tcp && datagram->transport_sound()) return tcp(*datagram);
    if (datagram->protocol() == eval::icmp && datagram->transport_complete()) return error(*datagram);
    return {};
}

/// About what an error quotes.
Difference Flows::error(const eval::Datagram& message) const {
    const auto type = message.payload()[0];
    if (type == eval::icmp_type::redirect)
        return "a redirect, which Linux drops where anything is translated";
    if (type != eval::icmp_type::unreachable && type != eval::icmp_type::time_exceeded &&
        type != eval::icmp_type::parameter_problem) {
        return message.payload()[1] == 0 ? Difference()
                                         : "a query with a code, which is a part of its flow for Linux";
    }
    if (type == eval::icmp_type::unreachable && message.payload()[1] == 4)
        return "a path MTU, which Linux keeps";
    if (eval::checksum(message.payload()) != 0) return "an error with a wrong checksum";
    const auto quoted = message.payload().subspan(8);
    if (quoted.size() < eval::ip_header_min_bytes) return {};
    if (quoted[0] >> 4 != 4 || (quoted[0] & 0xf) < 5) return "an error that quotes another header";
    const auto header_bytes = (quoted[0] & 0xf) * std::size_t{4};
    if (quoted.size() < header_bytes + 8) return "an error that quotes fewer than 8 bytes of payload";
    if (quoted[9] == eval::icmp && (quoted[header_bytes + 1] != 0 || !is_tracked_query(quoted[header_bytes])))
        return "an error about a query that is told otherwise";
    if (has_own_tracker(quoted[9], quoted.subspan(header_bytes)))
        return "an error about a tracker of its own";
    if (quoted[9] != eval::tcp) return {};
    const eval::Tuple tuple{eval::tcp, eval::get32(quoted, 12), eval::get32(quoted, 16),
                            eval::get16(quoted, header_bytes), eval::get16(quoted, header_bytes + 2)};
    for (const auto& way : {tuple, eval::reverse(tuple)})
        if (const auto known = ways_.find(way);
            known != ways_.end() && handshakes_[known->second.flow] == Handshake::closed)
            return "an error about a flow that a reset has ended";
    return {};
}

Difference Flows::tcp(const eval::Datagram& segment) const {
    auto flags = flags_that_count(segment);
    if ((flags & (syn | ack)) != (syn | ack)) flags &= ~urg; // which Linux takes beside either, not both
    const auto tuple = *eval::tuple_of(segment);
    const auto known = ways_.find(tuple);
    const std::string_view why = "a segment that Linux's TCP tracker does not expect";
    if (known == ways_.end()) return flags == syn || flags == ack ? Difference() : Difference(why);
    const bool reply = known->second.reply;
    switch (handshakes_[known->second.flow]) {
    case Handshake::syn:
        return flags == (reply ? syn | ack : syn) ? Difference() : Difference(why);
    case Handshake::syn_ack:
        return flags == (reply ? syn | ack : +ack) ? Difference() : Difference(why);
    case Handshake::open:
        return flags == ack ? Difference() : Difference(why);
    default:
        return Difference(why);
    }
}

Difference Flows::after(const harness::Outcome& outcome) {
    if (outcome.fate != eval::Fate::dropped) return {};
    const auto reason = outcome.reason();
    if (reason == Reason::filter || reason == Reason::reject || reason == Reason::ct_invalid) return {};
    return "dropped for " + std::string(model::name(*reason));
}

void Flows::note(const eval::Datagram& in, const harness::Outcome& outcome) {
    const auto tuple = eval::tuple_of(in);
    if (!tuple || outcome.fate == eval::Fate::dropped) return;
    known_.insert(either_way(*tuple));
    eval::Tuple left = *tuple;
    if (outcome.fate == eval::Fate::sent)
        left = eval::tuple_of(*harness::datagram_in(outcome.out.at(0).bytes)).value_or(left);
    known_.insert(either_way(left));
    if (in.protocol() != eval::tcp) return;
    const auto [way, is_new] = ways_.try_emplace(*tuple, Way{handshakes_.size(), false});
    if (is_new) {
        ways_[eval::reverse(left)] = {handshakes_.size(), true};
        handshakes_.push_back({});
    }
    const auto state = outcome.fate == eval::Fate::delivered ? Handshake::closed // a reset ends it for Linux
                       : (in.tcp_flags() & (syn | ack)) == syn         ? Handshake::syn
                       : (in.tcp_flags() & (syn | ack)) == (syn | ack) ? Handshake::syn_ack
                                                                       : Handshake::open;
    handshakes_[way->second.flow] = state;
}

bool Flows::parted(const eval::Datagram& in, const harness::Outcome& outcome) const {
    // Linux remembers replies that were dropped, those made here too.
    const auto tuple = eval::tuple_of(in);
    return !outcome.drops.empty() &&
           (outcome.fate == eval::Fate::delivered || (tuple && known_.contains(either_way(*tuple))));
}

} // namespace nft_test
