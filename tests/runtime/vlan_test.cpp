// Tagged frames (IEEE 802.1Q): to which Iface they belong, how they leave, and that the VLANs of a NIC share
// nothing.
#include "tests/runtime/tags.hpp"

#include "runtime/checksum.hpp"

#include <catch2/catch.hpp>

#include <optional>

namespace {

using namespace test_frames;
using runtime::Reason;
using test_platform::state;

constexpr runtime::Ipv4Address ten_host = 0x0a000a09, plain_host = 0x0a000009, far_host = 0x0a010a09;
constexpr runtime::Mac ten_mac{2, 0, 0, 10, 0, 9}, twenty_mac{2, 0, 0, 20, 0, 9};

/// UDP, the whole packet of so many bytes.
Frame datagram(runtime::Ipv4Address source, runtime::Ipv4Address destination, std::size_t bytes = 100,
               const runtime::Mac& to = left_mac) {
    Frame frame = ethernet(to, 0x0800, bytes);
    const runtime::MutableBytes ip = ip_of(frame);
    for (std::size_t i = 28; i < bytes; ++i) ip[i] = static_cast<std::uint8_t>(i);
    runtime::put8(ip, 0, 0x45);
    runtime::put16(ip, 2, static_cast<std::uint16_t>(bytes));
    runtime::put8(ip, 8, 64);
    runtime::put8(ip, 9, 17);
    runtime::put32(ip, 12, source);
    runtime::put32(ip, 16, destination);
    seal(frame);
    runtime::put16(ip, 24, static_cast<std::uint16_t>(bytes - 20));
    return frame;
}

/// A neighbour asks for our address, so that it is known from then on.
void introduce(runtime::NicId nic, runtime::Ipv4Address host, runtime::Ipv4Address ours, unsigned tag,
               const runtime::Mac& mac = peer_mac) {
    Frame question = arp(1, host, ours, nic == 0 ? left_mac : right_mac);
    runtime::put_mac(question, 14 + 8, mac);
    receive(nic, tag == 0 ? question : tagged(question, tag));
    state().sent.clear();
}

/// Its payload, behind an IP header without options.
Frame data_of(const Frame& plain) { return {plain.begin() + 34, plain.end()}; }

} // namespace

TEST_CASE("a packet leaves with the tag of its Iface, and its bytes stay what they are") {
    for (const std::size_t bytes : {std::size_t{28}, std::size_t{101}, std::size_t{1500}}) {
        boot();
        introduce(0, ten_host, 0x0a000a01, 10);
        introduce(0, plain_host, 0x0a000001, 0);
        introduce(1, far_host, 0x0a010a01, 10);

        const Frame in = datagram(plain_host, ten_host, bytes);
        receive(0, in);
        REQUIRE(state().sent.size() == 1);
        const Frame tag_added = state().sent[0].frame;
        REQUIRE(tag_added.size() == in.size() + 4);
        CHECK(runtime::get16(tag_added, 12) == 0x8100);
        CHECK(runtime::get16(tag_added, 14) == 10); // PCP and DEI 0
        CHECK(runtime::get16(tag_added, 16) == 0x0800);
        CHECK(runtime::get_mac(tag_added, 6) == left_mac);
        CHECK(data_of(untagged(tag_added)) == data_of(in));
        CHECK(runtime::checksum(ip_of(untagged(tag_added)).first(20)) == 0);

        receive(0, tagged(datagram(ten_host, plain_host, bytes), 10));
        REQUIRE(state().sent.size() == 2);
        const Frame tag_removed = state().sent[1].frame;
        REQUIRE(tag_removed.size() == in.size());
        CHECK(runtime::get16(tag_removed, 12) == 0x0800);
        CHECK(data_of(tag_removed) == data_of(in));

        receive(0, tagged(datagram(ten_host, far_host, bytes), 10));
        REQUIRE(state().sent.size() == 3);
        CHECK(state().sent[2].nic == 1);
        CHECK(runtime::get_mac(state().sent[2].frame, 6) == right_mac);
        CHECK(runtime::get16(state().sent[2].frame, 14) == 10);
        CHECK(data_of(untagged(state().sent[2].frame)) == data_of(in));
        CHECK(runtime::counters().balanced());
    }
}

TEST_CASE("a tag belongs to the Iface of that NIC, and to no other") {
    struct Case {
        const char* what;
        runtime::NicId nic;
        Frame frame;
        std::optional<Reason> reason; ///< none: it goes on
    };
    const Frame plain = datagram(plain_host, far_host), far = datagram(far_host, plain_host, 100, right_mac);
    const Frame ten = datagram(ten_host, far_host);
    const Case cases[] = {
        {"untagged", 0, plain, {}},
        {"priority only", 0, tagged(plain, 0), {}},
        {"priority 7, discard eligible", 0, tagged(plain, 0xf000), {}},
        {"VLAN 10", 0, tagged(ten, 10), {}},
        {"VLAN 10 with a priority", 0, tagged(ten, 0xb00a), {}},
        {"VLAN 10 of the other NIC", 1, tagged(far, 10), {}},
        {"VLAN 20 of another NIC", 1, tagged(far, 20), Reason::unknown_vlan},
        {"untagged where all have a VLAN", 1, far, Reason::unknown_vlan},
        {"priority only where all have a VLAN", 1, tagged(far, 0x6000), Reason::unknown_vlan},
        {"a VLAN that nobody has", 0, tagged(plain, 11), Reason::unknown_vlan},
        {"the reserved id", 0, tagged(plain, 4095), Reason::unknown_vlan},
        {"two tags", 0, tagged(tagged(ten, 10), 10), Reason::unknown_vlan},
        {"a provider's tag inside", 0, tagged(tagged(ten, 10, 0x88a8), 10), Reason::unknown_vlan},
        {"a provider's tag", 0, tagged(ten, 10, 0x88a8), Reason::unknown_vlan},
        {"IPv6 in a VLAN", 0, tagged(ethernet(left_mac, 0x86dd, 60), 10), Reason::not_ipv4},
        {"another station's", 0, tagged(datagram(ten_host, far_host, 100, right_mac), 10),
         Reason::not_for_us},
        {"1500 bytes behind a tag", 0, tagged(datagram(ten_host, far_host, 1500), 10), {}},
        {"1501 bytes behind a tag", 0, tagged(datagram(ten_host, far_host, 1501), 10), Reason::too_big},
        {"1501 bytes behind an unknown tag", 0, tagged(datagram(ten_host, far_host, 1501), 11),
         Reason::too_big},
        {"1501 bytes without one", 0, datagram(plain_host, far_host, 1501), Reason::too_big},
    };
    for (const auto& [what, nic, frame, reason] : cases) {
        INFO(what);
        boot();
        receive(nic, frame);
        CHECK(runtime::counters().all_dropped() == (reason ? 1 : 0));
        if (reason) CHECK(dropped(*reason) == 1);
        CHECK(runtime::counters().waiting == (reason ? 0 : 1)); // for its next hop
        CHECK(runtime::counters().balanced());
    }
}

TEST_CASE("one address in two VLANs is two neighbours") {
    boot();
    introduce(0, plain_host, 0x0a000001, 0);
    receive(0, datagram(plain_host, 0x0a070001));
    receive(0, datagram(plain_host, 0x0a080001));
    REQUIRE(state().sent.size() == 2); // one question in each
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
        const Frame question = state().sent[i].frame;
        CHECK(question.size() == 14 + 4 + 28);
        CHECK(runtime::get16(question, 14) == (i == 0 ? 10 : 20));
        CHECK(runtime::get16(question, 16) == 0x0806);
        CHECK(runtime::get32(question, 18 + 14) == (i == 0 ? 0x0a000a01 : 0x0a001401)); // who asks
        CHECK(runtime::get32(question, 18 + 24) == ten_host);
    }
    state().sent.clear();

    Frame answer = arp(2, ten_host, 0x0a001401, left_mac);
    runtime::put_mac(answer, 14 + 8, twenty_mac);
    receive(0, tagged(answer, 20));
    REQUIRE(state().sent.size() == 1); // the other one still waits
    CHECK(runtime::get_mac(state().sent[0].frame, 0) == twenty_mac);
    CHECK(runtime::get16(state().sent[0].frame, 14) == 20);

    answer = arp(2, ten_host, 0x0a000a01, left_mac);
    runtime::put_mac(answer, 14 + 8, ten_mac);
    receive(0, answer); // untagged: it comes from another network
    CHECK(state().sent.size() == 1);
    receive(0, tagged(answer, 10));
    REQUIRE(state().sent.size() == 2);
    CHECK(runtime::get_mac(state().sent[1].frame, 0) == ten_mac);
    CHECK(runtime::get16(state().sent[1].frame, 14) == 10);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a question for our address is answered in its VLAN, and only for the address of that VLAN") {
    boot();
    receive(0, tagged(arp(1, ten_host, 0x0a000a01, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), 0xa00a));
    REQUIRE(state().sent.size() == 1);
    const Frame answer = state().sent[0].frame;
    CHECK(runtime::get16(answer, 14) == 10);
    CHECK(runtime::get16(answer, 18 + 6) == 2);
    CHECK(runtime::get_mac(answer, 18 + 8) == left_mac);
    for (const auto ours : {0x0a000001, 0x0a001401, 0x0a010a01})
        receive(0, tagged(arp(1, ten_host, ours, left_mac), 10));
    receive(0, arp(1, ten_host, 0x0a000a01, left_mac));
    CHECK(state().sent.size() == 1);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("what is answered in a VLAN quotes and echoes what came, tag left out") {
    boot();
    introduce(0, ten_host, 0x0a000a01, 10);
    Frame late = datagram(ten_host, far_host);
    runtime::put8(ip_of(late), 8, 1);
    seal(late);
    receive(0, tagged(late, 10));
    REQUIRE(state().sent.size() == 1);
    const Frame error = state().sent[0].frame;
    CHECK(runtime::get16(error, 14) == 10);
    CHECK(runtime::get8(error, 18 + 20) == 11);
    CHECK(Frame(error.begin() + 18 + 28, error.end()) == Frame(late.begin() + 14, late.end()));

    Frame ping = datagram(ten_host, 0x0a000a01, 1500);
    const runtime::MutableBytes ip = ip_of(ping);
    runtime::put8(ip, 9, 1);
    seal(ping);
    runtime::put16(ip, 20, 0x0800);
    runtime::put16(ip, 22, 0);
    runtime::put16(ip, 22, runtime::checksum(ip.subspan(20)));
    receive(0, tagged(ping, 10));
    REQUIRE(state().sent.size() == 2);
    const Frame pong = untagged(state().sent[1].frame);
    CHECK(pong.size() == ping.size());
    CHECK(runtime::get8(pong, 34) == 0);
    CHECK(Frame(pong.begin() + 38, pong.end()) == Frame(ping.begin() + 38, ping.end()));
    CHECK(runtime::checksum(ip_of(pong).subspan(20)) == 0);
}

TEST_CASE("a tagged packet cut off at any length is dropped by name") {
    boot();
    const Frame whole = tagged(datagram(ten_host, far_host, 40), 10);
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        receive(0, Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes)));
        CHECK(runtime::counters().all_dropped() == bytes + 1);
    }
    CHECK(dropped(Reason::not_ipv4) == 18);
    CHECK(dropped(Reason::bad_length) == whole.size() - 18);
    CHECK(runtime::counters().balanced());
}
