// A DHCP client on a tagged Iface: what it says and hears, and whose the address is, all within its VLAN.
#include "tests/runtime/dhcp_server.hpp"
#include "tests/runtime/tags.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace test_dhcp;
using namespace test_frames;
using test_platform::state;

constexpr std::uint16_t vlan = 7;

/// The one question since the last time, which has left with the client's tag and no other.
Asked question() {
    for (auto& sent : state().sent) {
        CHECK(tag_of(sent.frame) == vlan);
        CHECK(sent.nic == 0);
        sent.frame = untagged(sent.frame);
    }
    const auto all = asked();
    REQUIRE(all.size() == 1);
    return all[0];
}

void hear(std::uint8_t type, std::uint32_t xid, std::optional<unsigned> tag, runtime::Time now = 0) {
    const Frame reply = frame({.type = type, .xid = xid, .options = usual()});
    receive(0, tag ? tagged(reply, *tag) : reply, now);
}

bool is_ours(runtime::Ipv4Address address, std::optional<unsigned> tag) {
    state().sent.clear();
    const Frame asks = arp(1, server, address, left_mac);
    receive(0, tag ? tagged(asks, *tag) : asks, second_ns);
    if (state().sent.empty()) return false;
    CHECK(tag_of(state().sent.at(0).frame) == tag);
    state().sent.clear();
    return true;
}

/// Lets the time pass in which an address is probed, in its VLAN.
void settle() {
    for (runtime::Time now = 0; now <= second_ns; now += second_ns / 10) runtime::tick(now);
    for (const auto& sent : state().sent) CHECK(tag_of(sent.frame) == vlan);
}

std::uint32_t first_question() {
    boot();
    runtime::tick(0);
    const Asked asked = question();
    CHECK(asked.type == discover);
    return asked.xid;
}

} // namespace

TEST_CASE("a lease in a VLAN, from the first question to the address") {
    const auto xid = first_question();
    hear(offer, xid, vlan);
    const Asked asked = question();
    CHECK(asked.type == request);
    CHECK(asked.requested == offered);
    hear(ack, xid, vlan);
    settle();
    CHECK(is_ours(offered, vlan));
    CHECK_FALSE(is_ours(offered, std::nullopt));
    CHECK_FALSE(is_ours(offered, 8));
    CHECK(state().console.find("dhcp uplink: leased 10.0.0.55/255.255.255.0 by 10.0.0.1") !=
          std::string::npos);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a renewal goes to its server with the tag") {
    const auto xid = first_question();
    hear(offer, xid, vlan);
    question();
    hear(ack, xid, vlan);
    settle();
    CHECK(is_ours(offered, vlan)); // and the server is a neighbour from now on
    runtime::tick(1800 * second_ns);
    for (const auto& sent : state().sent) CHECK(tag_of(sent.frame) == vlan);
    // It is asked for first, since an answer is good for a minute only.
    receive(0, tagged(arp(2, server, offered, left_mac), vlan), 1800 * second_ns);
    std::erase_if(state().sent, [](const auto& sent) { return runtime::get16(sent.frame, 16) == 0x0806; });
    const Asked asked = question();
    CHECK(asked.type == request);
    CHECK(asked.destination == server);
    CHECK(asked.source == offered);
}

TEST_CASE("answers outside of its VLAN are not the client's") {
    for (const std::optional<unsigned> tag : {std::optional<unsigned>{}, std::optional<unsigned>{8}}) {
        const auto xid = first_question();
        hear(offer, xid, tag);
        CHECK(asked().empty());
        hear(offer, xid, vlan);
        CHECK(question().type == request);
        hear(ack, xid, tag);
        settle();
        CHECK_FALSE(is_ours(offered, vlan));
        CHECK(runtime::counters().balanced());
    }
}
