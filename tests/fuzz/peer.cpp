// What peers know of frames: whether they are sound, how to make them so, and what to answer.
#include "tests/fuzz/history.hpp"

#include "runtime/bytes.hpp"
#include "runtime/checksum.hpp"

#include <algorithm>

namespace fuzz {

namespace {

using namespace runtime;

/// A whole datagram's header and payload; nothing in both when its lengths lie.
struct Parts {
    std::span<std::uint8_t> header, payload;
    bool fragment = false;
};

Parts parts_of(Frame& frame) {
    const std::size_t at = datagram_in(frame);
    if (at == 0) return {};
    const std::span<std::uint8_t> ip{frame.data() + at, frame.size() - at};
    const std::size_t header = std::size_t{4} * (ip[0] & 0xf), total = get16(ip, 2);
    if (header < 20 || total < header || total > ip.size()) return {};
    return {ip.first(header), ip.first(total).subspan(header), (get16(ip, 6) & 0x3fff) != 0};
}

/// Where the transport's checksum stands, if it has one that is whole.
std::size_t checksum_at(const Parts& parts) {
    constexpr std::size_t none = ~std::size_t{0};
    if (parts.header.empty() || parts.fragment) return none;
    const auto protocol = parts.header[9];
    const std::size_t at = protocol == 6 ? 16 : protocol == 17 ? 6 : protocol == 1 ? 2 : none;
    const std::size_t needed = protocol == 6 ? 20 : 8;
    return parts.payload.size() < needed ||
                   (protocol == 17 && get16(parts.payload, 4) != parts.payload.size())
               ? none
               : at;
}

std::uint32_t pseudo(const Parts& parts) {
    if (parts.header[9] == 1) return 0;
    return pseudo_header_sum(get32(parts.header, 12), get32(parts.header, 16), parts.header[9],
                             parts.payload.size());
}

template <typename Value>
void swap_at(std::span<std::uint8_t> bytes, std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < sizeof(Value); ++i) std::swap(bytes[a + i], bytes[b + i]);
}

void answer_arp(Frame& frame, std::size_t at) {
    const std::span<std::uint8_t> arp{frame.data() + at, frame.size() - at};
    swap_at<std::array<std::uint8_t, 10>>(arp, 8, 18);
    put16(arp, 6, 2);
    put32(arp, 10, get32(arp, 14)); // its MAC tells its address
    put16(arp, 8, 0x0200);
    std::copy_n(arp.begin() + 8, 6, frame.begin() + 6);
}

void answer_segment(std::span<std::uint8_t> tcp) {
    swap_at<std::uint16_t>(tcp, 0, 2);
    const std::uint32_t sequence = get32(tcp, 4), acknowledged = get32(tcp, 8);
    const unsigned flags = get16(tcp, 12) & 0x1ff;
    const std::size_t header = std::min<std::size_t>(tcp.size(), std::size_t{4} * (tcp[12] >> 4));
    const auto text = static_cast<std::uint32_t>(tcp.size() - header) + ((flags & 2) != 0) + (flags & 1);
    put32(tcp, 4, (flags & 16) != 0 ? acknowledged : 7000);
    put32(tcp, 8, sequence + text);
    put16(tcp, 12,
          static_cast<std::uint16_t>((get16(tcp, 12) & 0xf000) | 16 | (flags & 1) |
                                     ((flags & 18) == 2 ? 2 : 0)));
}

} // namespace

std::size_t datagram_in(const Frame& frame) {
    if (frame.size() < 14 + 4 + 20)
        return frame.size() >= 34 && get16(frame, 12) == 0x0800 && frame[14] >> 4 == 4 ? 14 : 0;
    const std::size_t at = get16(frame, 12) == 0x8100 ? 18 : 14;
    return get16(frame, at - 2) == 0x0800 && frame[at] >> 4 == 4 ? at : 0;
}

void seal(Frame& frame) {
    const Parts parts = parts_of(frame);
    if (parts.header.empty()) return;
    put16(parts.header, 10, 0);
    put16(parts.header, 10, checksum(parts.header));
    const std::size_t at = checksum_at(parts);
    if (at > parts.payload.size()) return;
    put16(parts.payload, at, 0);
    put16(parts.payload, at, checksum(parts.payload, pseudo(parts)));
}

bool sound(const Frame& frame) {
    Frame copy = frame;
    const Parts parts = parts_of(copy);
    if (parts.header.empty()) return true;
    if (checksum(parts.header) != 0) return false;
    const std::size_t at = checksum_at(parts);
    if (at > parts.payload.size() || (parts.header[9] == 17 && get16(parts.payload, at) == 0)) return true;
    return checksum(parts.payload, pseudo(parts)) == 0;
}

Frame answer_to(const Frame& left) {
    Frame frame = left;
    swap_at<std::array<std::uint8_t, 6>>(frame, 0, 6);
    const std::size_t kind = get16(frame, 12) == 0x8100 ? 16 : 12;
    if (get16(frame, kind) == 0x0806 && frame.size() >= kind + 30) {
        answer_arp(frame, kind + 2);
        return frame;
    }
    Parts parts = parts_of(frame);
    if (parts.header.empty()) return {};
    swap_at<std::uint32_t>(parts.header, 12, 16);
    parts.header[8] = 64;
    if (!parts.fragment && parts.payload.size() >= 8) {
        if (parts.header[9] == 6 && parts.payload.size() >= 20) answer_segment(parts.payload);
        if (parts.header[9] == 17) swap_at<std::uint16_t>(parts.payload, 0, 2);
        if (parts.header[9] == 1 && parts.payload[0] == 8) parts.payload[0] = 0;
        if (parts.header[9] == 1 && parts.payload[0] == 13) parts.payload[0] = 14;
    }
    seal(frame);
    return frame;
}

Frame error_about(const Frame& left) {
    const std::size_t at = datagram_in(left);
    if (at == 0) return {};
    Frame frame(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(at + 20));
    swap_at<std::array<std::uint8_t, 6>>(frame, 0, 6);
    const std::size_t quoted = std::min<std::size_t>(left.size() - at, 68);
    const Frame about(left.begin() + static_cast<std::ptrdiff_t>(at),
                      left.begin() + static_cast<std::ptrdiff_t>(at + quoted));
    frame.insert(frame.end(), {3, 1, 0, 0, 0, 0, 0, 0});
    frame.insert(frame.end(), about.begin(), about.end());
    const std::span<std::uint8_t> ip{frame.data() + at, frame.size() - at};
    swap_at<std::uint32_t>(ip, 12, 16);
    put8(ip, 0, 0x45);
    put16(ip, 2, static_cast<std::uint16_t>(ip.size()));
    put16(ip, 6, 0);
    put8(ip, 8, 64);
    put8(ip, 9, 1);
    seal(frame);
    return frame;
}

} // namespace fuzz
