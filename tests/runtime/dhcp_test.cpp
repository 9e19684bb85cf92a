// The DHCP client against a scripted server, on the appliance's clock. Left has no fallback, right has one.
#include "tests/runtime/dhcp_server.hpp"

#include "runtime/appliance.hpp"
#include "runtime/checksum.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

namespace {

using namespace test_dhcp;
using test_frames::second_ns;
using test_platform::state;

constexpr runtime::Mac everybody{255, 255, 255, 255, 255, 255};

const std::string& console() { return state().console; }

/// Lets seconds pass in steps of 100 ms, as the platform does, from `now` on; returns the time afterwards.
runtime::Time pass(runtime::Time now, runtime::Time seconds) {
    const runtime::Time end = now + seconds * second_ns;
    while (now < end) {
        now += second_ns / 10;
        runtime::tick(now);
    }
    return end;
}

void hear(const Reply& reply, runtime::Time now) { test_frames::receive(0, frame(reply), now); }

/// The questions by the left NIC.
std::vector<Asked> asked_left() {
    auto all = asked();
    std::erase_if(all, [](const Asked& one) { return one.nic != 0; });
    return all;
}

bool answers_arp_for(runtime::Ipv4Address address, runtime::Time now) {
    state().sent.clear();
    test_frames::receive(0, test_frames::arp(1, server, address, test_frames::left_mac), now);
    return state().sent.size() == 1;
}

Asked first_discover() {
    test_frames::boot();
    runtime::tick(0);
    const auto all = asked_left();
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].type == discover);
    return all[0];
}

/// Until the request that follows an offer.
Asked first_request(std::uint32_t lease_s = 3600) {
    hear({.type = offer, .xid = first_discover().xid, .options = usual(lease_s)}, 0);
    const auto all = asked_left();
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].type == request);
    return all[0];
}

/// When an address that was acknowledged at the beginning has been probed.
constexpr runtime::Time bound = second_ns;

/// Lets the time pass in which an address is probed.
runtime::Time settle(runtime::Time now) { return pass(now, 1); }

void bind_left(const Options& options = usual()) {
    hear({.type = ack, .xid = first_request().xid, .options = options}, 0);
    REQUIRE(settle(0) == bound);
    REQUIRE(answers_arp_for(offered, bound));
    asked();
}

/// ARP messages by the left NIC since the last time.
std::vector<Frame> arp_by_left() {
    std::vector<Frame> all;
    for (auto& [nic, frame] : std::exchange(state().sent, {}))
        if (nic == 0 && runtime::get16(frame, 12) == 0x0806) all.push_back(std::move(frame));
    return all;
}

/// Until the address is acknowledged, and asked about for the first time.
void first_probe() {
    hear({.type = ack, .xid = first_request().xid, .options = usual()}, 0);
    REQUIRE(arp_by_left().size() == 1);
}

} // namespace

TEST_CASE("a lease from the first question to the address") {
    const Asked question = first_discover();
    CHECK(question.source == 0);
    CHECK(question.destination == 0xffffffff);
    CHECK(runtime::get_mac(question.frame, 0) == runtime::Mac{255, 255, 255, 255, 255, 255});
    CHECK(runtime::get_mac(question.frame, 6) == test_frames::left_mac);
    const runtime::Bytes ip = test_frames::ip_of(question.frame);
    CHECK(runtime::checksum(ip.first(20)) == 0);
    CHECK(runtime::checksum(ip.subspan(20), runtime::pseudo_header_sum(0, 0xffffffff, 17, ip.size() - 20)) == 0);
    CHECK(runtime::get16(ip, 20) == 68);
    CHECK(runtime::get16(ip, 22) == 67);
    CHECK(runtime::get_mac(ip, 28 + 28) == test_frames::left_mac);
    CHECK_FALSE(answers_arp_for(offered, 0));

    hear({.type = offer, .xid = question.xid, .options = usual()}, 0);
    const auto second = asked_left();
    REQUIRE(second.size() == 1);
    CHECK(second[0].type == request);
    CHECK(second[0].xid == question.xid);
    CHECK(second[0].requested == offered);
    CHECK(second[0].server == server);
    CHECK(second[0].source == 0);

    hear({.type = ack, .xid = question.xid, .options = usual()}, 0);
    CHECK_FALSE(answers_arp_for(offered, 0));
    settle(0);
    CHECK(answers_arp_for(offered, bound));
    CHECK(console().find("dhcp left: leased 10.0.0.55/255.255.255.0 by 10.0.0.1 for 3600 s, gateway 10.0.0.1\n") !=
          console().npos);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("unheard questions are repeated, ever more slowly") {
    test_frames::boot();
    runtime::tick(0);
    const auto count = [] { return asked_left().size(); };
    CHECK(count() == 1);
    runtime::Time now = pass(0, 10);
    const auto early = count();
    CHECK(early >= 2); // 1, 2, 4 s, each a quarter or a second more or less
    CHECK(early <= 4);
    now = pass(now, 1000);
    const auto late = count();
    CHECK(late >= 1000 / 65);
    CHECK(late <= 1000 / 63 + 4);
    CHECK_FALSE(answers_arp_for(offered, now));
}

TEST_CASE("an offer that nobody confirms is forgotten, and the next attempt has another number") {
    const Asked once = first_request();
    pass(0, 30);
    const auto all = asked_left();
    const auto again = std::ranges::find(all, discover, &Asked::type);
    REQUIRE(again != all.end());
    CHECK(std::ranges::count(all, request, &Asked::type) == 3);
    CHECK(again->xid != once.xid);
}

TEST_CASE("silence, the fallback, and a lease after it") {
    test_frames::boot();
    runtime::Time now = pass(0, 9);
    CHECK(console().find("falls back") == console().npos);
    now = pass(now, 2);
    CHECK(console() == "dhcp right: no lease, falls back to 10.0.1.1/255.255.255.0\n");
    now = pass(now, 100);
    auto all = asked();
    std::erase_if(all, [](const Asked& one) { return one.nic != 1; });
    REQUIRE_FALSE(all.empty());
    CHECK(all.back().source == 0);
    Reply reply{.type = offer, .xid = all.back().xid, .hardware = test_frames::right_mac, .options = usual()};
    test_frames::receive(1, frame(reply), now);
    reply.type = ack;
    test_frames::receive(1, frame(reply), now);
    settle(now);
    CHECK(console().find("dhcp right: leased 10.0.0.55/") != console().npos);
}

TEST_CASE("a lease is renewed with its server after half of its time") {
    bind_left();
    runtime::Time now = pass(bound, 1798);
    CHECK(asked_left().empty());
    now = pass(now, 2);
    test_frames::receive(0, test_frames::arp(2, server, offered, test_frames::left_mac), now); // its MAC was asked for
    const auto all = asked_left();
    REQUIRE(all.size() == 1);
    CHECK(all[0].type == request);
    CHECK(all[0].source == offered);
    CHECK(all[0].destination == server);
    CHECK(all[0].current == offered);
    CHECK_FALSE(all[0].requested);
    CHECK_FALSE(all[0].server);
    CHECK(runtime::get_mac(all[0].frame, 0) == test_frames::peer_mac);

    Reply reply{.type = ack, .xid = all[0].xid, .options = usual(), .to = offered};
    hear(reply, now);
    CHECK(console().find("dhcp left: renewed 10.0.0.55/") != console().npos);
    pass(now, 1700);
    CHECK(asked_left().empty());
}

TEST_CASE("when its server is silent, anybody may renew a lease, until it runs out") {
    bind_left();
    runtime::Time now = pass(bound, 3150); // seven eighths
    auto all = asked_left();
    REQUIRE_FALSE(all.empty());
    CHECK(all.back().destination == 0xffffffff);
    CHECK(all.back().source == offered);
    now = pass(now, 400);
    CHECK(answers_arp_for(offered, now));
    now = pass(now, 50);
    CHECK_FALSE(answers_arp_for(offered, now));
    CHECK(console().find("dhcp left: lost 10.0.0.55: it has run out\n") != console().npos);

    bind_left();
    now = pass(bound, 3150);
    all = asked_left();
    Options options;
    options.put_number(54, server + 1).put_number(1, netmask).put_number(51, 3600).end();
    hear({.type = ack, .xid = all.back().xid, .options = options}, now);
    CHECK(answers_arp_for(offered, pass(now, 1000)));
}

TEST_CASE("a clock that jumps past the end of a lease ends it") {
    bind_left();
    runtime::tick(1'000'000 * second_ns);
    CHECK_FALSE(answers_arp_for(offered, 1'000'000 * second_ns));
}

TEST_CASE("a server takes back its offer, or a lease") {
    Options by_server;
    by_server.put_number(54, server).end();
    SECTION("the offer") {
        hear({.type = nak, .xid = first_request().xid, .yours = 0, .options = by_server}, 0);
        pass(0, 3);
        const auto all = asked_left();
        REQUIRE(all.size() == 1);
        CHECK(all[0].type == discover);
    }
    SECTION("the lease, when it is to be renewed") {
        bind_left();
        runtime::Time now = pass(bound, 1800);
        test_frames::receive(0, test_frames::arp(2, server, offered, test_frames::left_mac), now);
        const auto all = asked_left();
        REQUIRE(all.size() == 1);
        hear({.type = nak, .xid = all[0].xid, .yours = 0, .options = by_server}, now);
        CHECK_FALSE(answers_arp_for(offered, now));
        CHECK(console().find("lost 10.0.0.55: the server takes it back") != console().npos);
    }
    SECTION("the lease, when anybody may renew it") {
        bind_left();
        const runtime::Time now = pass(bound, 3150);
        const auto all = asked_left();
        hear({.type = nak, .xid = all.back().xid, .yours = 0, .options = by_server}, now);
        CHECK_FALSE(answers_arp_for(offered, now));
    }
    SECTION("not when nothing was asked") {
        bind_left();
        hear({.type = nak, .xid = 0, .yours = 0, .options = by_server}, bound);
        CHECK(answers_arp_for(offered, bound));
    }
}

TEST_CASE("replies to others, or by others, change nothing") {
    const std::uint32_t xid = first_request().xid;
    Reply reply{.type = ack, .xid = xid, .options = usual()};
    SECTION("another number") { reply.xid ^= 1; }
    SECTION("another station") { reply.hardware = test_frames::peer_mac; }
    SECTION("another server") {
        reply.options = {};
        reply.options.put_number(54, server + 1).put_number(1, netmask).put_number(51, 60).end();
    }
    SECTION("no server") {
        reply.options = {};
        reply.options.put_number(1, netmask).put_number(51, 60).end();
    }
    SECTION("an address that was not offered") { reply.yours = offered + 1; }
    SECTION("a second offer") { reply.type = offer; }
    hear(reply, 0);
    CHECK_FALSE(answers_arp_for(reply.yours, settle(0)));
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a wrong UDP checksum, and a frame for another station, are dropped") {
    const std::uint32_t xid = first_request().xid;
    Frame damaged = frame({.type = ack, .xid = xid, .options = usual()});
    damaged.back() ^= 1;
    test_frames::receive(0, damaged);
    CHECK(test_frames::dropped(runtime::Reason::bad_checksum) == 1);
    Frame elsewhere = frame({.type = ack, .xid = xid, .options = usual(), .to = offered});
    runtime::put_mac(elsewhere, 0, test_frames::peer_mac);
    test_frames::receive(0, elsewhere);
    CHECK(test_frames::dropped(runtime::Reason::not_for_us) == 1);
    const runtime::Time now = settle(0);
    CHECK_FALSE(answers_arp_for(offered, now));
    hear({.type = ack, .xid = xid, .options = usual(), .to = offered}, now); // by unicast to our NIC
    CHECK(answers_arp_for(offered, settle(now)));
}

TEST_CASE("leases that cannot be are refused") {
    struct Bad {
        runtime::Ipv4Address address, netmask, gateway;
        std::uint32_t lease_s;
    };
    const auto bad = GENERATE(values<Bad>({
        {0, 0xffffff00, 0, 60},                   // 0/8
        {0x7f000001, 0xff000000, 0, 60},          // 127/8
        {0xe0000005, 0xffffff00, 0, 60},          // multicast
        {0xf0000005, 0xffffff00, 0, 60},          // reserved
        {0xffffffff, 0xffffff00, 0, 60},          // broadcast
        {0x0a000000, 0xffffff00, 0, 60},          // the network
        {0x0a0000ff, 0xffffff00, 0, 60},          // its broadcast
        {offered, 0xffff00ff, 0, 60},             // a netmask with holes
        {offered, 0, 0, 60},                      // none
        {offered, 0xfe000000, 0, 60},             // one that is too short
        {offered, netmask, offered, 60},          // its own gateway
        {offered, netmask, 0xe0000001, 60},       // a gateway for many
        {offered, netmask, server, 0},            // no time
        // RFC 4787 REQ-7: the outside network must not be an inside one.
        {0x0a000101, 0xffffff00, 0, 60},          // another Iface's address
        {0x0a000199, 0xffffff80, 0, 60},          // a part of another Iface's network
        {0x0a990101, 0xff000000, 0, 60},          // one around it
    }));
    first_discover();
    const runtime::Time now = pass(0, 11); // right has fallen back
    const auto all = asked_left();
    REQUIRE_FALSE(all.empty());
    Reply reply{.type = offer, .xid = all.back().xid, .yours = bad.address};
    reply.options.put_number(54, server).put_number(1, bad.netmask).put_number(51, bad.lease_s);
    if (bad.gateway != 0) reply.options.put_number(3, bad.gateway);
    reply.options.end();
    for (int i = 0; i < 5; ++i) hear(reply, now);
    CHECK(asked_left().empty());
    const auto first = console().find("dhcp left: refused ");
    CHECK(first != console().npos);
    CHECK(console().find("dhcp left: refused ", first + 1) == console().npos); // once for each question
    state().console.clear();
    runtime::print_statistics();
    CHECK(console().find("dhcp left selecting address 0.0.0.0 refused 5\n") != console().npos);
}

TEST_CASE("no lease takes the network that another Iface will fall back to") {
    const Asked question = first_discover(); // right has nothing yet
    Reply reply{.type = offer, .xid = question.xid, .yours = 0x0a000137, .options = usual()};
    hear(reply, 0);
    CHECK(asked_left().empty());
    CHECK(console().find("dhcp left: refused 10.0.1.55/255.255.255.0 by 10.0.0.1: another Iface has that network") !=
          console().npos);
}

TEST_CASE("networks without a broadcast address, and gateways outside the network, are taken") {
    const auto mask = GENERATE(0xfffffffeu, 0xffffffffu);
    Options options;
    options.put_number(54, server).put_number(1, mask).put_number(51, 60).put_number(3, 0x0a630001).end();
    hear({.type = offer, .xid = first_discover().xid, .options = options}, 0);
    hear({.type = ack, .xid = asked_left().at(0).xid, .options = options}, 0);
    CHECK(answers_arp_for(offered, settle(0)));
}

TEST_CASE("times that make no sense are replaced, and a lease may be for ever") {
    const auto with = [](std::uint32_t lease_s, std::uint32_t renew_s, std::uint32_t rebind_s) {
        Options options;
        options.put_number(54, server).put_number(1, netmask).put_number(51, lease_s);
        options.put_number(58, renew_s).put_number(59, rebind_s).end();
        return options;
    };
    const auto asks_within = [](runtime::Time from, runtime::Time seconds) {
        const runtime::Time end = pass(from, seconds);
        // The question, or an ARP request for its server.
        const bool any = std::ranges::count(state().sent, 0, &test_platform::Sent::nic) > 0;
        asked();
        return std::pair(any, end);
    };
    SECTION("as the server says") {
        bind_left(with(3600, 100, 200));
        const auto [early, at] = asks_within(bound, 98);
        CHECK_FALSE(early);
        CHECK(asks_within(at, 2).first);
    }
    SECTION("T1 after T2, no T1, T2 after the end") {
        bind_left(GENERATE_COPY(with(3600, 300, 200), with(3600, 0, 200), with(3600, 100, 3600)));
        const auto [early, at] = asks_within(bound, 1798);
        CHECK_FALSE(early);
        CHECK(asks_within(at, 2).first);
    }
    SECTION("for ever") {
        bind_left(with(0xffffffff, 100, 200));
        CHECK_FALSE(asks_within(bound, 10'000).first);
        CHECK(answers_arp_for(offered, bound + 10'000 * second_ns));
    }
}

TEST_CASE("options wherever they may be") {
    const std::uint32_t xid = first_request().xid;
    Reply reply{.type = ack, .xid = xid};
    Frame bytes;
    SECTION("padded, and unknown ones") {
        reply.options.bytes = {0, 0, 77, 3, 1, 2, 3, 0};
        reply.options.put_number(54, server).put_number(1, netmask).put_number(51, 60).end();
        reply.options.put_number(1, 0); // behind the end
        bytes = message(reply);
    }
    SECTION("in pieces (RFC 3396)") {
        reply.options.put_number(54, server).put(1, {255, 255}).put_number(51, 60).put(1, {255, 0}).end();
        bytes = message(reply);
    }
    SECTION("in the fields for names (RFC 2132 9.3)") {
        reply.options.put(52, {3}).put_number(54, server).end();
        bytes = message(reply);
        Options file, sname;
        file.put_number(1, netmask).end();
        sname.put_number(51, 60).end();
        std::ranges::copy(sname.bytes, bytes.begin() + 44);
        std::ranges::copy(file.bytes, bytes.begin() + 108);
    }
    SECTION("without an end") {
        reply.options.put_number(54, server).put_number(1, netmask).put_number(51, 60);
        bytes = message(reply);
    }
    test_frames::receive(0, framed(bytes));
    CHECK(answers_arp_for(offered, settle(0)));
}

TEST_CASE("malformed options are no reply") {
    const std::uint32_t xid = first_request().xid;
    Reply reply{.type = ack, .xid = xid, .options = usual()};
    Frame bytes = message(reply);
    SECTION("cut at every length") {
        constexpr std::size_t needed = 240 + 3 + 3 * 6; // type, server, netmask, time
        for (std::size_t size = 0; size < needed; ++size)
            test_frames::receive(0, framed({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}));
    }
    SECTION("another cookie") {
        bytes[236] ^= 1;
        test_frames::receive(0, framed(bytes));
    }
    SECTION("said twice") {
        reply.options = {};
        reply.options.put_number(54, server).put_number(1, netmask).put_number(1, netmask).put_number(51, 60).end();
        test_frames::receive(0, frame(reply));
    }
    SECTION("a list of addresses with a rest") {
        reply.options = {};
        reply.options.put_number(54, server).put_number(1, netmask).put_number(51, 60).put(3, {10, 0, 0, 1, 10}).end();
        test_frames::receive(0, frame(reply));
    }
    SECTION("overload of unknown fields") {
        reply.options = {};
        reply.options.put(52, {4}).put_number(54, server).put_number(1, netmask).put_number(51, 60).end();
        test_frames::receive(0, frame(reply));
    }
    SECTION("a question") {
        bytes[0] = 1;
        test_frames::receive(0, framed(bytes));
    }
    CHECK_FALSE(answers_arp_for(offered, settle(0)));
    CHECK(runtime::counters().balanced());
}

TEST_CASE("an acknowledged address is probed before it is used, and announced then (RFC 5227 2.1, 2.3)") {
    hear({.type = ack, .xid = first_request().xid, .options = usual()}, 0);
    runtime::Time now = 0;
    std::vector<Frame> all = arp_by_left();
    for (; now < 800'000'000; now += 100'000'000) runtime::tick(now);
    for (auto& frame : arp_by_left()) all.push_back(std::move(frame));
    REQUIRE(all.size() == 3);
    for (const Frame& frame : all) {
        const runtime::Bytes arp = runtime::Bytes{frame}.subspan(14);
        CHECK(runtime::get_mac(frame, 0) == runtime::Mac{255, 255, 255, 255, 255, 255});
        CHECK(runtime::get16(arp, 6) == 1);
        CHECK(runtime::get_mac(arp, 8) == test_frames::left_mac);
        CHECK(runtime::get32(arp, 14) == 0); // nobody learns an address that may be another's
        CHECK(runtime::get32(arp, 24) == offered);
    }
    CHECK_FALSE(answers_arp_for(offered, now));
    state().sent.clear();
    runtime::tick(900'000'000);
    const auto last = arp_by_left();
    REQUIRE(last.size() == 1);
    const runtime::Bytes arp = runtime::Bytes{last[0]}.subspan(14);
    CHECK(runtime::get32(arp, 14) == offered);
    CHECK(runtime::get32(arp, 24) == offered);
    CHECK(answers_arp_for(offered, second_ns));
    CHECK(runtime::counters().balanced());
}

TEST_CASE("an address that somebody has is declined, and the next attempt comes ten seconds later (RFC 2131 3.1, 4.4.1)") {
    first_probe();
    const runtime::Time now = 500'000'000;
    const auto to = GENERATE(runtime::Ipv4Address{0}, offered); // the answer to a probe, or any other
    test_frames::receive(0, test_frames::arp(2, offered, to, test_frames::left_mac), now);
    const auto all = asked_left();
    REQUIRE(all.size() == 1);
    CHECK(all[0].type == decline);
    CHECK(all[0].requested == offered);
    CHECK(all[0].server == server);
    CHECK(all[0].source == 0);
    CHECK(all[0].current == 0);
    CHECK(all[0].destination == 0xffffffff);
    CHECK(console().find("dhcp left: declined 10.0.0.55 by 10.0.0.1: ") != console().npos);

    pass(now, 9);
    CHECK(asked_left().empty());
    const runtime::Time later = pass(now + 9 * second_ns, 2);
    const auto again = asked_left();
    REQUIRE_FALSE(again.empty());
    CHECK(again[0].type == discover);
    CHECK(again[0].xid != all[0].xid);
    CHECK_FALSE(answers_arp_for(offered, later));

    Reply reply{.type = offer, .xid = again[0].xid, .yours = offered + 1, .options = usual()};
    hear(reply, later);
    reply.type = ack;
    hear(reply, later);
    CHECK(answers_arp_for(offered + 1, settle(later)));
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a network that another Iface gets meanwhile is not taken") {
    first_probe();
    runtime::hold_lease(1, {offered + 1, netmask, 0, 0});
    const runtime::Time now = settle(0);
    CHECK_FALSE(answers_arp_for(offered, now));
    CHECK(console().find("dhcp left: declined 10.0.0.55 by 10.0.0.1: another Iface has that network\n") !=
          console().npos);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("whoever wants the address too has it") {
    first_probe();
    test_frames::receive(0, test_frames::arp(1, 0, offered, everybody), 0);
    REQUIRE(asked_left().size() == 1);
    CHECK_FALSE(answers_arp_for(offered, settle(0)));
}

TEST_CASE("only somebody else's claim to that very address is one") {
    first_probe();
    Frame claim = test_frames::arp(2, offered, 0, test_frames::left_mac);
    SECTION("another address") { claim = test_frames::arp(2, offered + 1, 0, test_frames::left_mac); }
    SECTION("a probe for another address") { claim = test_frames::arp(1, 0, offered + 1, everybody); }
    SECTION("a question by somebody else") { claim = test_frames::arp(1, server, offered, everybody); }
    SECTION("our own probe, that the wire brings back") {
        claim = test_frames::arp(1, 0, offered, everybody);
        runtime::put_mac(claim, 14 + 8, test_frames::left_mac);
    }
    SECTION("cut off") { claim.resize(14 + 27); }
    test_frames::receive(0, claim, 0);
    CHECK(asked_left().empty());
    CHECK(answers_arp_for(offered, settle(0)));
    // It is ours: who says otherwise now changes nothing.
    test_frames::receive(0, test_frames::arp(2, offered, 0, test_frames::left_mac), bound);
    CHECK(answers_arp_for(offered, bound));
}

TEST_CASE("who always claims what is offered is asked ever more slowly, and the fallback holds meanwhile") {
    test_frames::boot();
    runtime::hold_lease(0, {});
    runtime::Time now = 0;
    std::size_t declines = 0;
    for (; now < 600 * second_ns; now += second_ns / 10) {
        runtime::tick(now);
        for (const Asked& one : asked()) {
            Reply reply{.type = offer, .xid = one.xid, .hardware = test_frames::right_mac, .options = usual()};
            if (one.type == request) reply.type = ack;
            if (one.type == decline) ++declines;
            if (one.type == decline) continue;
            test_frames::receive(1, frame(reply), now);
            if (one.type == request)
                test_frames::receive(1, test_frames::arp(2, offered, 0, test_frames::right_mac), now);
        }
    }
    CHECK(declines >= 10 + 6);
    CHECK(declines <= 10 + 9);
    CHECK(console().find("dhcp right: no lease, falls back to 10.0.1.1/") != console().npos);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("what finds the transmit ring full is sent again, whatever it is") {
    const auto block = [](bool blocked) { state().ring_room = blocked ? 0 : ~std::size_t{0}; };
    runtime::Time now = 0;
    // Lets room come after two seconds without; what leaves within the 200 ms after that.
    const auto unblocked = [&] {
        now = pass(now, 2);
        block(false);
        for (int i = 0; i < 2; ++i) runtime::tick(now += second_ns / 10);
        return asked_left();
    };
    const auto only = [](const std::vector<Asked>& all) {
        REQUIRE(all.size() == 1);
        return all[0];
    };
    test_frames::boot();
    block(true);
    const Asked question = only(unblocked());
    CHECK(question.type == discover);

    block(true);
    hear({.type = offer, .xid = question.xid, .options = usual()}, now);
    CHECK(only(unblocked()).type == request);

    block(true);
    hear({.type = ack, .xid = question.xid, .options = usual()}, now);
    now = pass(now, 2);
    block(false);
    CHECK_FALSE(answers_arp_for(offered, now)); // which nobody has been asked about
    for (int i = 0; i < 6; ++i) runtime::tick(now += second_ns / 10);
    CHECK(arp_by_left().size() == 2); // of three: it is not ours yet

    block(true);
    test_frames::receive(0, test_frames::arp(2, offered, 0, test_frames::left_mac), now);
    const Asked declined = only(unblocked());
    CHECK(declined.type == decline);
    CHECK(declined.xid == question.xid);
    CHECK(declined.requested == offered);
    CHECK(console().find("declined") == console().rfind("declined"));
    now = pass(now, 9);
    CHECK(asked_left().empty());
    now = pass(now, 2);
    CHECK(only(asked_left()).type == discover);
    CHECK(test_frames::dropped(runtime::Reason::queue_full) > 0);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("a renewal that finds the transmit ring full is sent again") {
    bind_left();
    const auto mode = GENERATE(1799, 3149); // before T1, before T2
    runtime::Time now = pass(bound, static_cast<runtime::Time>(mode) - 1);
    asked();
    state().ring_room = 0;
    now = pass(now, 2);
    test_frames::receive(0, test_frames::arp(1, server, offered, test_frames::left_mac), now);
    state().ring_room = ~std::size_t{0};
    pass(now, 1);
    CHECK_FALSE(asked_left().empty());
}

TEST_CASE("who says that a leased address is his changes nothing, and is told otherwise (RFC 5227 2.4)") {
    bind_left();
    state().console.clear();
    for (int i = 0; i < 5; ++i) test_frames::receive(0, test_frames::arp(2, offered, 0, everybody), bound);
    CHECK(arp_by_left().size() == 1);
    CHECK(console() == "arp left: 02:00:0a:00:00:09 claims our address 10.0.0.55\n");
    CHECK(answers_arp_for(offered, bound));
    CHECK(asked_left().empty());
}

TEST_CASE("what waits for a neighbour does not leave with an address that is no longer ours") {
    test_frames::boot();
    runtime::hold_lease(0, {offered, netmask, 0, 0});
    const auto forwarded = [] {
        Frame frame = test_frames::ethernet(test_frames::right_mac, 0x0800, 20);
        const runtime::MutableBytes ip = test_frames::ip_of(frame);
        runtime::put8(ip, 0, 0x45);
        runtime::put16(ip, 2, 20);
        runtime::put8(ip, 8, 64);
        runtime::put8(ip, 9, 47);
        runtime::put32(ip, 12, test_frames::right_peer);
        runtime::put32(ip, 16, server);
        test_frames::seal(frame);
        return frame;
    };
    runtime::hold_lease(1, {0x0a000101, netmask, 0, 0});
    test_frames::receive(1, forwarded());
    test_frames::receive(1, forwarded());
    REQUIRE(runtime::counters().waiting == 2);
    SECTION("another one") {
        runtime::hold_lease(0, {offered + 1, netmask, 0, 0});
        CHECK(test_frames::dropped(runtime::Reason::no_address) == 2);
    }
    SECTION("none") {
        runtime::hold_lease(0, {});
        CHECK(test_frames::dropped(runtime::Reason::no_address) == 2);
    }
    SECTION("the same again") {
        runtime::hold_lease(0, {offered, netmask, server, 0});
        CHECK(runtime::counters().waiting == 2);
    }
    SECTION("another Iface's") {
        runtime::hold_lease(1, {0x0a000102, netmask, 0, 0});
        CHECK(runtime::counters().waiting == 2);
    }
    state().sent.clear();
    const std::uint64_t waiting = runtime::counters().waiting;
    test_frames::receive(0, test_frames::arp(2, server, offered, test_frames::left_mac));
    CHECK(state().sent.size() == waiting);
    CHECK(runtime::counters().balanced());
}

TEST_CASE("another address has neighbours of its own") {
    test_frames::boot();
    runtime::hold_lease(0, {offered, netmask, 0, 0});
    REQUIRE(answers_arp_for(offered, 0)); // and learns who asked
    const auto known = [] {
        return std::ranges::count(runtime::linked_policy.neighbours, runtime::Neighbour::Is::known,
                                  &runtime::Neighbour::is);
    };
    REQUIRE(known() == 1);
    runtime::hold_lease(0, {offered + 1, netmask, 0, 0});
    CHECK(known() == 0);
}

TEST_CASE("a lease can be held from outside") {
    test_frames::boot();
    runtime::hold_lease(0, {offered, netmask, 0, 0});
    runtime::hold_lease(1, {});
    pass(0, 100);
    CHECK(asked().empty());
    CHECK(answers_arp_for(offered, 100 * second_ns));
}
