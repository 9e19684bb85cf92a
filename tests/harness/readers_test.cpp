// What the backends read from outside: ARP, statistics, counters.
#include "harness/arp.hpp"
#include "harness/backend.hpp"
#include "harness/statistics.hpp"
#include "harness/ticks.hpp"
#include "tests/eval/sample.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace harness;
using Catch::Matchers::Contains;

Bytes arp_request() {
    return {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,   1,   1, 1, 1, 1, 8, 6,               // Ethernet
            0,    1,    8,    0,    6,    4,    0,   1,   2, 1, 1, 1, 1, 1, 10, 55, 0, 1, // who asks
            0,    0,    0,    0,    0,    0,    192, 168, 0, 10};                         // for whom
}

} // namespace

TEST_CASE("a neighbour answers for its address") {
    const auto answer = answer_arp(arp_request());
    REQUIRE(answer);
    CHECK(*answer == Bytes{2,   1,   1, 1,  1, 1, 2,  0,  192, 168, 0,   10,  8, 6, // Ethernet
                           0,   1,   8, 0,  6, 4, 0,  2,  2,   0,   192, 168, 0, 10,
                           192, 168, 0, 10,                         // who answers
                           2,   1,   1, 1,  1, 1, 10, 55, 0,   1}); // to whom
    CHECK_FALSE(answer_arp(*answer));
    Bytes cut = arp_request();
    cut.pop_back();
    CHECK(is_arp(cut));
    CHECK_FALSE(answer_arp(cut));
}

TEST_CASE("statistics are read back") {
    const auto policy = sample::bastion().appliance;
    const std::string place = at(policy, policy.statements[3].place);
    const auto tally =
        read_statistics(policy, "packets received 7 made 2 sent 3 delivered 1 dropped 5 waiting 0\n"
                                "hit " +
                                    place + " drop 4\ndrop filter 4\ndrop land 1\n");
    CHECK(tally.received == 7);
    CHECK(tally.hits[3] == 4);
    CHECK(tally.dropped[static_cast<std::size_t>(model::Reason::land)] == 1);
    CHECK(tally.balanced);
    CHECK_FALSE(read_statistics(policy, "packets received 7 waiting 0 UNBALANCED\n").balanced);
    CHECK_THROWS_WITH(read_statistics(policy, "packets received 1\nhit other.nacl:1:1 drop 4\n"),
                      "no statement stands at other.nacl:1:1");
    CHECK_THROWS_WITH(read_statistics(policy, "packets received 1\ndrop bad_luck 4\n"),
                      "no drop reason is named bad_luck");
    CHECK_THROWS_WITH(read_statistics(policy, ""), Contains("say nothing of packets"));
}

TEST_CASE("the growth of the counters tells a packet's fate") {
    Tally before;
    before.hits.resize(3);
    Tally after = before;
    after.received = 2; // an ARP answer among them
    after.delivered = 1;
    CHECK(outcome_between(before, after, 1).fate == Fate::sent);
    after.dropped[static_cast<std::size_t>(model::Reason::filter)] = 1;
    after.hits = {1, 0, 2};
    const auto dropped = outcome_between(before, after, 1);
    CHECK(dropped.fate == Fate::dropped);
    CHECK(dropped.drops == std::vector{model::Reason::filter});
    CHECK(dropped.decided == std::vector<model::StatementId>{0, 2, 2});
    after.received = 3;
    after.delivered = 3; // delivered, and its reply dropped
    CHECK(outcome_between(before, after, 2).fate == Fate::delivered);
    CHECK_THROWS_AS(outcome_between(before, after, 0), Error);
}

TEST_CASE("what a packet caused may find the queue full when the packet itself has left") {
    Tally after;
    after.received = 1;
    const auto full = static_cast<std::size_t>(model::Reason::queue_full);
    after.dropped[full] = after.dropped_made[full] = 1; // its syslog datagram
    const auto told = [&] { return describe({}, outcome_between({}, after, 0), nullptr); };
    CHECK(told() == "sent on, what it caused dropped (queue_full)");
    after.delivered = 1;
    CHECK(told() == "delivered here, its reply dropped (queue_full)");
    after.delivered = 0;
    after.dropped[full] = 2;
    CHECK(told() == "dropped (queue_full, queue_full)");
}

TEST_CASE("a fragment that is held waits, also when others stop waiting") {
    Tally before;
    before.waiting = 2;
    Tally after = before;
    after.received = 1;
    after.waiting = 3;
    CHECK(outcome_between(before, after, 0).fate == Fate::held);
    after.dropped[static_cast<std::size_t>(GENERATE(model::Reason::reassembly_timeout,
                                                    model::Reason::reassembly_evicted))] = 2;
    after.waiting = 1;
    CHECK(outcome_between(before, after, 0).fate == Fate::held);
    after.waiting = 0;
    CHECK(outcome_between(before, after, 0).fate == Fate::sent);
    after.dropped[static_cast<std::size_t>(model::Reason::fragment_overlap)] = 1;
    const auto overlap = outcome_between(before, after, 0);
    CHECK(overlap.fate == Fate::dropped);
    CHECK(overlap.dropped_by(model::Reason::fragment_overlap));
}

TEST_CASE("a wait is cut into at most a hundred pieces that add up") {
    for (const Time wait :
         {Time{0}, Time{1}, eval::second_ns / 10, eval::second_ns, 7440 * eval::second_ns}) {
        Time sum = 0;
        int pieces = 0;
        for_each_tick(wait, [&](Time piece) {
            sum += piece;
            ++pieces;
        });
        CHECK(sum == wait);
        CHECK(pieces <= 100);
    }
}
