#include "tests/runtime/dhcp_server.hpp"

#include "runtime/checksum.hpp"

#include <algorithm>
#include <utility>

namespace test_dhcp {

namespace {

std::optional<runtime::Ipv4Address> address_in(runtime::Bytes options, std::uint8_t wanted) {
    for (std::size_t at = 0; at + 1 < options.size() && options[at] != 255; at += 2u + options[at + 1])
        if (options[at] == wanted) return runtime::get32(options, at + 2);
    return std::nullopt;
}

} // namespace

std::vector<Asked> asked() {
    std::vector<Asked> all;
    for (const auto& [nic, frame] : std::exchange(test_platform::state().sent, {})) {
        if (runtime::get16(frame, 12) != 0x0800) continue;
        const runtime::Bytes ip = runtime::Bytes{frame}.subspan(14), boot = ip.subspan(28);
        all.push_back({.nic = nic,
                       .frame = frame,
                       .type = boot[242],
                       .xid = runtime::get32(boot, 4),
                       .source = runtime::get32(ip, 12),
                       .destination = runtime::get32(ip, 16),
                       .current = runtime::get32(boot, 12),
                       .requested = address_in(boot.subspan(240), 50),
                       .server = address_in(boot.subspan(240), 54)});
    }
    return all;
}

Options& Options::put(std::uint8_t code, Frame value) {
    bytes.push_back(code);
    bytes.push_back(static_cast<std::uint8_t>(value.size()));
    bytes.insert(bytes.end(), value.begin(), value.end());
    return *this;
}

Options& Options::put_number(std::uint8_t code, std::uint32_t value) {
    Frame four(4);
    runtime::put32(four, 0, value);
    return put(code, four);
}

Options& Options::end() {
    bytes.push_back(255);
    return *this;
}

Options usual(std::uint32_t lease_s) {
    Options options;
    options.put_number(54, server).put_number(1, netmask).put_number(51, lease_s).put_number(3, server).end();
    return options;
}

Frame message(const Reply& reply) {
    Frame bytes(240);
    bytes[0] = 2;
    bytes[1] = 1;
    bytes[2] = 6;
    runtime::put32(bytes, 4, reply.xid);
    runtime::put32(bytes, 16, reply.yours);
    runtime::put_mac(bytes, 28, reply.hardware);
    runtime::put32(bytes, 236, 0x63825363);
    Options options;
    options.put(53, {reply.type});
    bytes.insert(bytes.end(), options.bytes.begin(), options.bytes.end());
    bytes.insert(bytes.end(), reply.options.bytes.begin(), reply.options.bytes.end());
    return bytes;
}

Frame framed(const Frame& message, runtime::Ipv4Address from, runtime::Ipv4Address to) {
    const bool to_all = to == 0xffffffff;
    Frame frame = test_frames::ethernet(to_all ? runtime::Mac{255, 255, 255, 255, 255, 255} : test_frames::left_mac,
                                        0x0800, 28 + message.size());
    const runtime::MutableBytes ip = test_frames::ip_of(frame);
    runtime::put8(ip, 0, 0x45);
    runtime::put16(ip, 2, static_cast<std::uint16_t>(ip.size()));
    runtime::put8(ip, 8, 64);
    runtime::put8(ip, 9, 17);
    runtime::put32(ip, 12, from);
    runtime::put32(ip, 16, to);
    test_frames::seal(frame);
    const runtime::MutableBytes udp = ip.subspan(20);
    runtime::put16(udp, 0, 67);
    runtime::put16(udp, 2, 68);
    runtime::put16(udp, 4, static_cast<std::uint16_t>(udp.size()));
    std::ranges::copy(message, udp.begin() + 8);
    runtime::put16(udp, 6, runtime::checksum(udp, runtime::pseudo_header_sum(from, to, 17, udp.size())));
    return frame;
}

Frame frame(const Reply& reply) { return framed(message(reply), reply.from, reply.to); }

} // namespace test_dhcp
