#include "tests/runtime/scene.hpp"

#include "runtime/policy.hpp"

#include <catch2/catch.hpp>

namespace test_frames {

void set_silent_scene() {
    test_firewall::behaviour() = {};
    boot();
}

void set_scene() {
    set_silent_scene();
    left_peer_asks();
    receive(1, arp(1, right_peer, right_address, right_mac));
    test_platform::state().sent.clear();
}

std::vector<Frame> sent_by(runtime::NicId nic) {
    std::vector<Frame> frames;
    for (const auto& sent : test_platform::state().sent)
        if (sent.nic == nic && runtime::get16(sent.frame, 12) == 0x0800) frames.push_back(sent.frame);
    return frames;
}

Frame forwarded(Frame frame) {
    runtime::put_mac(frame, 0, peer_mac);
    runtime::put_mac(frame, 6, right_mac);
    runtime::put8(ip_of(frame), 8, static_cast<std::uint8_t>(ip_of(frame)[8] - 1));
    seal(frame);
    return frame;
}

void check_nothing_left() {
    CHECK(runtime::counters().balanced());
    CHECK(runtime::counters().waiting == 0);
    std::vector<runtime::Packet*> packets;
    while (runtime::Packet* const packet = runtime::acquire()) packets.push_back(packet);
    CHECK(packets.size() == runtime::linked_policy.packets.size());
    for (runtime::Packet* const packet : packets) runtime::release(*packet);
}

void receive_each(runtime::NicId nic, const std::vector<Frame>& frames, runtime::Time now) {
    for (const Frame& frame : frames) receive(nic, frame, now);
}

} // namespace test_frames
