#include "harness/conversations.hpp"

#include "harness/frames.hpp"

namespace harness {

namespace {

/// Different ones, so that numbers taken from the wrong side show.
constexpr std::uint32_t first_sequence_of_client = 1000;
constexpr std::uint32_t first_sequence_of_server = 5000;

} // namespace

Conversations::Numbers Conversations::next(const Direction& direction) const {
    const auto own = next_sequence_.find(direction);
    const auto other = next_sequence_.find(direction.reversed());
    const bool answered = other != next_sequence_.end();
    const std::uint32_t first = answered ? first_sequence_of_server : first_sequence_of_client;
    return {own != next_sequence_.end() ? own->second : first, answered ? other->second : 0};
}

void Conversations::passed(eval::View frame) {
    const auto datagram = datagram_in(frame);
    if (!datagram || datagram->protocol() != eval::tcp || !datagram->transport_sound()) return;
    using namespace eval::tcp_flag;
    const eval::View segment = datagram->payload();
    const std::size_t text_bytes = segment.size() - datagram->tcp_header_bytes();
    const std::size_t length =
        text_bytes + ((datagram->tcp_flags() & syn) != 0) + ((datagram->tcp_flags() & fin) != 0);
    if ((datagram->tcp_flags() & rst) != 0) return; // it carries nothing
    const Direction direction{datagram->source(), datagram->destination(), eval::get16(segment, 0),
                              eval::get16(segment, 2)};
    const std::uint32_t end = eval::get32(segment, 4) + static_cast<std::uint32_t>(length);
    const auto [known, is_first] = next_sequence_.try_emplace(direction, end);
    // What repeats something, or carries nothing, leaves the peers where they are.
    const bool gets_on = length > 0 && static_cast<std::int32_t>(end - known->second) > 0;
    if (gets_on || (datagram->tcp_flags() & syn) != 0) known->second = end;
}

} // namespace harness
