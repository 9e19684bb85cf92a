// Whose turn it is, who is down and for how long, and whose flows are counted.
#include "runtime/server_pool.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace {

using namespace runtime;

constexpr Time second_ns = 1'000'000'000;

struct Pool {
    explicit Pool(std::size_t servers_count, std::size_t flows_max = 8)
        : memory(servers_count), of_flows(flows_max + 1) {
        pool.reset(memory, of_flows);
    }
    /// Opens a flow to the server whose turn it is.
    std::optional<ServerPool::Number> open(std::uint32_t place, Time now) {
        const auto server = pool.next(now);
        pool.propose(server);
        pool.take_proposed(place, now);
        return server;
    }
    std::vector<ServerState> memory;
    std::vector<ServerPool::Number> of_flows;
    ServerPool pool;
};

} // namespace

TEST_CASE("a turn ends only when a flow has been opened") {
    Pool p(3);
    CHECK(p.pool.next(0) == 0u);
    p.pool.propose(0); // and dropped
    CHECK(p.open(0, 0) == 0u);
    CHECK(p.open(1, 0) == 1u);
    CHECK(p.open(2, 0) == 2u);
    CHECK(p.open(3, 0) == 0u);
    CHECK(p.pool.of_flow(3) == 0u);
    CHECK_FALSE(p.pool.of_flow(4));
}

TEST_CASE("flows are counted until they go, and wait until they are answered") {
    Pool p(2);
    p.open(0, 0);
    p.open(1, 0);
    p.open(2, 0);
    CHECK((p.pool.flows() == 3 && p.pool.waiting() == 3 && p.pool.flows(0) == 2));
    p.pool.replied();
    CHECK(p.pool.waiting() == 2);
    p.pool.let_go(0, true);
    CHECK((p.pool.flows() == 2 && p.pool.waiting() == 2 && p.pool.flows(0) == 1));
    p.pool.let_go(1, false);
    CHECK((p.pool.flows() == 1 && p.pool.waiting() == 1 && p.pool.flows(1) == 0));
    p.pool.let_go(1, false); // a flow of nobody's
    CHECK(p.pool.flows() == 1);
}

TEST_CASE("silence: the third SYN within ten seconds, and a second after it") {
    Pool p(1);
    p.pool.syn_sent(0, 0);
    p.pool.syn_sent(0, 3 * second_ns);
    p.pool.syn_sent(0, 10 * second_ns + 1); // the first of these three is too old
    CHECK(p.pool.is_up(0, 20 * second_ns));
    p.pool.syn_sent(0, 13 * second_ns);
    CHECK(p.pool.is_up(0, 14 * second_ns - 1));
    CHECK_FALSE(p.pool.is_up(0, 14 * second_ns));
    p.pool.syn_sent(0, 15 * second_ns); // changes nothing any more
    CHECK_FALSE(p.pool.next(24 * second_ns - 1));
    CHECK(p.open(0, 24 * second_ns) == 0u);
    CHECK_FALSE(p.pool.next(34 * second_ns - 1));
    CHECK(p.pool.next(34 * second_ns) == 0u);
    p.pool.answered(0);
    CHECK(p.pool.is_up(0, 34 * second_ns));
}

TEST_CASE("a refusal: at once, and once") {
    Pool p(2);
    p.pool.refused(0, 5);
    CHECK_FALSE(p.pool.is_up(0, 5));
    p.pool.refused(0, 5 * second_ns);
    CHECK(p.open(0, 6 * second_ns) == 1u);
    CHECK(p.open(1, 10 * second_ns + 5) == 0u);
    CHECK(p.open(2, 10 * second_ns + 5) == 1u);
    CHECK(p.open(3, 10 * second_ns + 5) == 1u);
}

TEST_CASE("without a pool there is nobody, and nothing is counted") {
    ServerPool pool;
    pool.reset({}, {});
    pool.propose(std::nullopt);
    pool.take_proposed(3, 0);
    pool.let_go(3, false);
    CHECK_FALSE(pool.proposed());
    CHECK_FALSE(pool.of_flow(3));
    CHECK(pool.flows() == 0);
}
