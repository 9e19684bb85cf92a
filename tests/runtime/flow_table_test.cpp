#include "runtime/flow_table.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace {

using namespace runtime;

constexpr Time second_ns = 1'000'000'000;
constexpr FlowTimeouts timeouts{10 * second_ns,  240 * second_ns, 7440 * second_ns, 120 * second_ns,
                                300 * second_ns, 60 * second_ns,  60 * second_ns};

struct Table {
    explicit Table(std::size_t limit) : flows(limit), buckets(16) { table.reset(flows, buckets, timeouts, {1, 2}); }
    std::vector<Flow> flows;
    std::vector<FlowTable::Link> buckets; // few, so that chains are long
    FlowTable table;
};

constexpr Ipv4Tuple tcp(std::uint16_t port) { return {0x0a000001, 0x0a000002, port, 80, 6}; }
constexpr Ipv4Tuple udp(std::uint16_t port) { return {0x0a000001, 0x0a000002, port, 53, 17}; }

} // namespace

TEST_CASE("a flow is found from both sides until its time has passed") {
    Table t(4);
    t.table.open(tcp(1), tcp(1).reverse(), FlowKind::tcp_half_open, 0);
    CHECK(t.table.find(tcp(1), 0).flow != nullptr);
    CHECK_FALSE(t.table.find(tcp(1), 0).reply);
    CHECK(t.table.find(tcp(1).reverse(), 10 * second_ns - 1).reply);
    CHECK(t.table.find(tcp(1), 10 * second_ns).flow == nullptr);
}

TEST_CASE("the reverse of an echo request is its reply") {
    const Ipv4Tuple request{1, 2, 77, 8, 1};
    CHECK(request.reverse() == Ipv4Tuple{2, 1, 77, 0, 1});
    CHECK(request.reverse().reverse() == request);
    CHECK(Ipv4Tuple{1, 2, 77, 13, 1}.reverse() == Ipv4Tuple{2, 1, 77, 14, 1});
}

TEST_CASE("half-open flows fill half of the table, the others may have the rest") {
    Table t(4);
    for (std::uint16_t i = 0; i < 2; ++i) {
        REQUIRE(t.table.has_room(true, {}, 0));
        t.table.open(tcp(i), tcp(i).reverse(), FlowKind::tcp_half_open, 0);
    }
    CHECK_FALSE(t.table.has_room(true, {}, 0));
    CHECK(t.table.has_room(false, {.all = 1, .half_open = 0}, 0));
    CHECK_FALSE(t.table.has_room(false, {.all = 2, .half_open = 0}, 0));
    t.table.open(udp(1), udp(1).reverse(), FlowKind::udp_confirmed, 0);
    t.table.open(udp(2), udp(2).reverse(), FlowKind::udp_confirmed, 0);
    CHECK_FALSE(t.table.has_room(false, {}, 10 * second_ns - 1));
    CHECK(t.table.has_room(true, {}, 10 * second_ns)); // the two half-open ones are gone
}

TEST_CASE("an expired flow of the same tuple gives way to a new one") {
    Table t(4);
    t.table.open(tcp(1), tcp(1).reverse(), FlowKind::tcp_half_open, 0);
    REQUIRE(t.table.find(tcp(1), 20 * second_ns).flow == nullptr);
    t.table.open(tcp(1).reverse(), tcp(1).reverse().reverse(), FlowKind::tcp_confirmed, 20 * second_ns);
    CHECK(t.table.find(tcp(1), 20 * second_ns).reply);
    CHECK(t.table.size() == 1);
}

TEST_CASE("the table agrees with a plain map over random histories") {
    // The map knows nothing of lists, buckets or memory: it only remembers when each flow ends.
    struct Known {
        Time ends;
        bool half_open;
    };
    std::mt19937_64 random(20240611);
    Table t(16);
    std::map<std::pair<std::uint16_t, std::uint8_t>, Known> known;
    Time now = 0;
    std::size_t refused = 0;
    for (int step = 0; step < 200'000; ++step) {
        now += random() % (4 * second_ns);
        std::erase_if(known, [&](const auto& entry) { return entry.second.ends <= now; });
        const auto port = static_cast<std::uint16_t>(random() % 24);
        const bool is_tcp = random() % 2 == 0;
        const Ipv4Tuple tuple = is_tcp ? tcp(port) : udp(port);
        const auto kind = static_cast<FlowKind>(is_tcp ? random() % 3 : 3 + random() % 2);
        const bool half_open = kind == FlowKind::tcp_half_open;
        const auto key = std::pair{port, tuple.protocol};
        const bool reply = random() % 2 == 0;
        const auto found = t.table.find(reply ? tuple.reverse() : tuple, now);
        REQUIRE((found.flow != nullptr) == known.contains(key));
        const Time ends = now + timeouts[static_cast<std::size_t>(kind)];
        if (found.flow != nullptr) {
            REQUIRE(found.reply == reply);
            t.table.refresh(*found.flow, kind, now);
            known[key] = {ends, half_open};
            continue;
        }
        const auto half = std::ranges::count_if(known, [](const auto& entry) { return entry.second.half_open; });
        const bool room = known.size() < 16 && (!half_open || half < 8);
        REQUIRE(t.table.has_room(half_open, {}, now) == room);
        refused += !room;
        if (!room) continue;
        t.table.open(tuple, tuple.reverse(), kind, now);
        known[key] = {ends, half_open};
    }
    CHECK(refused > 1000); // the table was really full at times
}
