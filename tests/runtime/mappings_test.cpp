#include "runtime/mappings.hpp"

#include "runtime/fields.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <random>
#include <tuple>
#include <vector>

namespace {

using namespace runtime;

struct Table {
    explicit Table(std::size_t mappings_max) : memory(mappings_max), buckets(4), pools(2) {
        table.reset(memory, buckets, pools, 99);
    }
    std::vector<Mapping> memory;
    std::vector<MappingTable::Link> buckets; // few, so that chains are long
    std::vector<PortPool> pools;
    MappingTable table;
};

constexpr InsideEndpoint alice{0x0a000002, 40000, 0, udp_protocol};

} // namespace

TEST_CASE("a mapping lives as long as a flow uses it") {
    Table t(2);
    const auto number = t.table.hold(alice, 40000);
    CHECK(t.table.hold(alice, 40000) == number);
    t.table.let_go(number);
    CHECK(t.table.port_of(alice) == 40000);
    CHECK(t.table.is_taken(0, udp_protocol, 40000));
    t.table.let_go(number);
    CHECK_FALSE(t.table.port_of(alice));
    CHECK_FALSE(t.table.is_taken(0, udp_protocol, 40000));
}

TEST_CASE("pools and protocols have ports of their own") {
    Table t(2);
    t.table.hold(alice, 40000);
    CHECK_FALSE(t.table.is_taken(1, udp_protocol, 40000));
    CHECK_FALSE(t.table.is_taken(0, tcp_protocol, 40000));
    CHECK_FALSE(t.table.is_taken(0, icmp_protocol, 40000));
}

TEST_CASE("the next free port has the same parity and lies in the range") {
    Table t(8);
    for (const auto port : std::initializer_list<std::uint16_t>{1024, 1026, 1028, 65534})
        t.table.hold({0x0a000002, port, 0, tcp_protocol}, port);
    CHECK(t.table.next_free(0, tcp_protocol, 1024, 65534) == 1030);
    CHECK(t.table.next_free(0, tcp_protocol, 1025, 65535) == 1025);
    CHECK(t.table.next_free(0, tcp_protocol, 1024, 1028) == std::nullopt);
    CHECK(t.table.next_free(0, tcp_protocol, 65534, 65534) == std::nullopt);
    CHECK(t.table.next_free(0, tcp_protocol, 65535, 65535) == 65535);
    CHECK(t.table.next_free(0, tcp_protocol, 2, 1) == std::nullopt);
    CHECK(t.table.next_free(0, tcp_protocol, 0, 65534) == 0);
}

TEST_CASE("the table agrees with a plain map over random histories") {
    std::mt19937_64 random(4787);
    Table t(64);
    std::map<std::pair<Ipv4Address, std::uint16_t>, std::pair<std::uint16_t, unsigned>> known; // port, flows
    std::map<std::uint16_t, bool> held;
    std::vector<std::pair<InsideEndpoint, std::uint32_t>> flows;
    for (int step = 0; step < 100'000; ++step) {
        const InsideEndpoint inside{static_cast<Ipv4Address>(random() % 8),
                                    static_cast<std::uint16_t>(random() % 8), 0, tcp_protocol};
        auto& entry = known[{inside.address, inside.port}];
        REQUIRE(t.table.port_of(inside).has_value() == (entry.second > 0));
        if (random() % 2 == 0 && flows.size() < 200) {
            if (entry.second == 0) {
                const auto port = t.table.next_free(0, tcp_protocol, 100 + random() % 2, 400);
                REQUIRE(port);
                REQUIRE_FALSE(held[*port]);
                entry.first = *port;
                held[*port] = true;
            }
            ++entry.second;
            flows.emplace_back(inside, t.table.hold(inside, entry.first));
            REQUIRE(t.table.port_of(inside) == entry.first);
        } else if (!flows.empty()) {
            std::swap(flows[random() % flows.size()], flows.back());
            const auto [ended, number] = flows.back();
            flows.pop_back();
            t.table.let_go(number);
            auto& of_ended = known[{ended.address, ended.port}];
            if (--of_ended.second == 0) held[of_ended.first] = false;
        }
    }
}
