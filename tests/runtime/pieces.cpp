#include "tests/runtime/pieces.hpp"

#include "runtime/checksum.hpp"

#include <algorithm>
#include <map>

namespace test_frames {

namespace {

Whole with_payload(std::uint8_t protocol, std::size_t header_bytes, std::size_t data_bytes) {
    Whole whole{.protocol = protocol};
    whole.payload.resize(header_bytes + data_bytes);
    for (std::size_t i = 0; i < data_bytes; ++i)
        whole.payload[header_bytes + i] = static_cast<std::uint8_t>(i % 251);
    return whole;
}

void seal_transport(Whole& whole, std::size_t at) {
    const std::uint32_t sum = runtime::pseudo_header_sum(whole.source, whole.destination, whole.protocol,
                                                         whole.payload.size());
    runtime::put16(whole.payload, at, runtime::checksum(whole.payload, sum));
}

} // namespace

Whole udp(std::size_t data_bytes) {
    Whole whole = with_payload(17, 8, data_bytes);
    runtime::put16(whole.payload, 0, 1000);
    runtime::put16(whole.payload, 2, 2000);
    runtime::put16(whole.payload, 4, static_cast<std::uint16_t>(8 + data_bytes));
    seal_transport(whole, 6);
    return whole;
}

Whole tcp(std::size_t data_bytes, unsigned flags) {
    Whole whole = with_payload(6, 20, data_bytes);
    runtime::put16(whole.payload, 0, 1000);
    runtime::put16(whole.payload, 2, 2000);
    runtime::put32(whole.payload, 4, 5'000);
    runtime::put16(whole.payload, 12, static_cast<std::uint16_t>(5 << 12 | flags));
    seal_transport(whole, 16);
    return whole;
}

Whole ping(std::size_t data_bytes, runtime::Ipv4Address destination) {
    Whole whole = with_payload(1, 8, data_bytes);
    whole.destination = destination;
    runtime::put8(whole.payload, 0, 8);
    runtime::put16(whole.payload, 4, 77);
    runtime::put16(whole.payload, 6, 1);
    runtime::put16(whole.payload, 2, runtime::checksum(whole.payload));
    return whole;
}

Frame fragment(const Whole& whole, std::size_t offset, std::size_t end) {
    return fragment(whole, offset, end, end != whole.payload.size());
}

Frame fragment(const Whole& whole, std::size_t offset, std::size_t end, bool more) {
    const std::size_t header_bytes = 20 + (offset == 0 ? whole.options_bytes : 0);
    Frame frame = ethernet(whole.to, 0x0800, header_bytes + end - offset);
    const runtime::MutableBytes ip = ip_of(frame);
    runtime::put8(ip, 0, static_cast<std::uint8_t>(0x40 | header_bytes / 4));
    runtime::put8(ip, 1, whole.tos);
    runtime::put16(ip, 2, static_cast<std::uint16_t>(ip.size()));
    runtime::put16(ip, 4, whole.identification);
    runtime::put16(ip, 6, static_cast<std::uint16_t>(offset / 8 | (more ? 0x2000 : 0)));
    runtime::put8(ip, 8, whole.ttl);
    runtime::put8(ip, 9, whole.protocol);
    runtime::put32(ip, 12, whole.source);
    runtime::put32(ip, 16, whole.destination);
    std::fill_n(ip.begin() + 20, header_bytes - 20, std::uint8_t{1});
    seal(frame);
    for (std::size_t at = offset; at < std::min(end, whole.payload.size()); ++at)
        ip[header_bytes + at - offset] = whole.payload[at];
    return frame;
}

std::vector<Frame> cut(const Whole& whole, std::size_t bytes) {
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < whole.payload.size(); at += bytes)
        frames.push_back(fragment(whole, at, std::min(at + bytes, whole.payload.size())));
    return frames;
}

std::optional<std::vector<std::uint8_t>> joined(const std::vector<Frame>& frames) {
    std::map<std::size_t, const Frame*> by_offset;
    for (const Frame& frame : frames)
        by_offset[std::size_t{8} * (runtime::get16(ip_of(frame), 6) & 0x1fff)] = &frame;
    if (by_offset.size() != frames.size()) return std::nullopt;
    std::vector<std::uint8_t> payload;
    bool more = true;
    for (const auto& [offset, frame] : by_offset) {
        const runtime::Bytes ip = ip_of(*frame);
        const std::size_t header_bytes = std::size_t{4} * (ip[0] & 0xf);
        if (!more || offset != payload.size()) return std::nullopt;
        if (runtime::checksum(ip.first(header_bytes)) != 0) return std::nullopt;
        if (ip.size() != runtime::get16(ip, 2) || ip.size() > runtime::mtu_bytes) return std::nullopt;
        const runtime::Bytes part = ip.subspan(header_bytes);
        payload.insert(payload.end(), part.begin(), part.end());
        more = (runtime::get16(ip, 6) & 0x2000) != 0;
    }
    if (more) return std::nullopt;
    return payload;
}

} // namespace test_frames
