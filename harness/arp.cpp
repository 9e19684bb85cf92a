#include "harness/arp.hpp"

namespace harness {

namespace {

/// Places in the message.
constexpr std::size_t operation = 6, sender_mac = 8, sender_ip = 14, target_ip = 24, end = 28;
constexpr std::uint16_t request = 1, reply = 2;

} // namespace

bool is_arp(View frame) {
    const auto link = eval::link_of(frame);
    return link && link->type == eval::ether_type::arp;
}

std::optional<Bytes> answer_arp(View frame) {
    if (!is_arp(frame)) return std::nullopt;
    const std::size_t header_bytes = eval::link_of(frame)->header_bytes;
    const View message = frame.subspan(header_bytes);
    if (message.size() < end || eval::get16(message, operation) != request) return std::nullopt;
    const View target = message.subspan(target_ip, 4);
    const auto mac = eval::neighbour_mac(eval::get32(target, 0));
    const View asker = message.subspan(sender_mac, 6);

    Bytes answer(asker.begin(), asker.end());
    eval::append(answer, mac);
    eval::append(answer, frame.subspan(12, header_bytes - 12)); // tag and EtherType
    eval::append(answer, message.first(operation));             // address types and lengths
    eval::append(answer, Bytes{0, reply});
    eval::append(answer, mac);
    eval::append(answer, target);
    eval::append(answer, asker);
    eval::append(answer, message.subspan(sender_ip, 4));
    return answer;
}

} // namespace harness
