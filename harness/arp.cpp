#include "harness/arp.hpp"

namespace harness {

namespace {

constexpr std::size_t body = eval::ethernet_header_bytes;
constexpr std::size_t operation = body + 6, sender_mac = body + 8, sender_ip = body + 14,
                      target_ip = body + 24, end = body + 28;
constexpr std::uint16_t request = 1, reply = 2;

} // namespace

bool is_arp(View frame) { return frame.size() >= body && eval::get16(frame, 12) == 0x0806; }

std::optional<Bytes> answer_arp(View frame) {
    if (!is_arp(frame) || frame.size() < end || eval::get16(frame, operation) != request) return std::nullopt;
    const View target = frame.subspan(target_ip, 4);
    const auto mac = eval::neighbour_mac(eval::get32(target, 0));
    const View asker = frame.subspan(sender_mac, 6);

    Bytes answer(asker.begin(), asker.end());
    eval::append(answer, mac);
    eval::append(answer, frame.subspan(12, operation - 12)); // EtherType, address types and lengths
    eval::append(answer, Bytes{0, reply});
    eval::append(answer, mac);
    eval::append(answer, target);
    eval::append(answer, asker);
    eval::append(answer, frame.subspan(sender_ip, 4));
    return answer;
}

} // namespace harness
