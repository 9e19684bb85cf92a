#include "tests/runtime/frames.hpp"

#include "runtime/checksum.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

namespace test_frames {

void boot() {
    test_platform::state() = {};
    const std::array macs{left_mac, right_mac};
    runtime::boot(macs, 0, 0);
}

void receive_burst(runtime::NicId nic, const std::vector<Frame>& frames, runtime::Time now) {
    std::vector<runtime::Packet*> packets;
    for (const Frame& frame : frames) {
        runtime::Packet* const packet = runtime::acquire();
        REQUIRE(packet != nullptr);
        const std::size_t bytes = std::min(frame.size(), packet->frame.size());
        std::copy_n(frame.begin(), bytes, packet->frame.begin());
        packet->frame_bytes = static_cast<std::uint16_t>(bytes);
        packets.push_back(packet);
    }
    runtime::receive(nic, packets, now);
}

void receive(runtime::NicId nic, const Frame& frame, runtime::Time now) {
    receive_burst(nic, std::vector<Frame>{frame}, now);
}

std::uint64_t dropped(runtime::Reason reason) {
    return runtime::counters().dropped[static_cast<std::size_t>(reason)];
}

Frame ethernet(const runtime::Mac& to, std::uint16_t type, std::size_t bytes) {
    Frame frame(14 + bytes);
    runtime::put_mac(frame, 0, to);
    runtime::put_mac(frame, 6, peer_mac);
    runtime::put16(frame, 12, type);
    return frame;
}

runtime::MutableBytes ip_of(Frame& frame) { return std::span{frame}.subspan(14); }
runtime::Bytes ip_of(const Frame& frame) { return std::span{frame}.subspan(14); }

void seal(Frame& frame) {
    const runtime::MutableBytes ip = ip_of(frame);
    runtime::put16(ip, 10, 0);
    runtime::put16(ip, 10, runtime::checksum(ip.first(std::size_t{4} * (ip[0] & 0xf))));
}

Frame arp(std::uint16_t op, runtime::Ipv4Address sender, runtime::Ipv4Address target, const runtime::Mac& to) {
    Frame frame = ethernet(to, 0x0806, 28);
    const runtime::MutableBytes message = ip_of(frame);
    runtime::put16(message, 0, 1);
    runtime::put16(message, 2, 0x0800);
    runtime::put16(message, 4, 0x0604);
    runtime::put16(message, 6, op);
    runtime::put_mac(message, 8, peer_mac);
    runtime::put32(message, 14, sender);
    runtime::put32(message, 24, target);
    return frame;
}

void right_peer_answers(runtime::Time now) { receive(1, arp(2, right_peer, right_address, right_mac), now); }
void left_peer_asks(runtime::Time now) { receive(0, arp(1, left_peer, left_address, left_mac), now); }

} // namespace test_frames
