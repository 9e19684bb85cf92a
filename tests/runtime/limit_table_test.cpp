// Limits: tokens come back to the nanosecond, and a table is full only when no bucket in it is.
#include "runtime/limit_table.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <vector>

namespace {

using namespace runtime;

constexpr Time second_ns = 1'000'000'000;
constexpr Time year_ns = 365 * 86'400 * second_ns;

struct Table {
    Table(const LimitTerms& terms, std::size_t keys) : entries(keys), buckets(keys == 0 ? 0 : 4), heap(keys) {
        table.reset(terms, {entries, buckets, heap}, 7);
    }
    std::vector<LimitEntry> entries;
    std::vector<LimitTable::Link> buckets; // few, so that chains are long
    std::vector<std::uint32_t> heap;
    LimitTable table;
};

/// How often in a row a token is there.
std::size_t tokens(LimitTable& table, std::uint64_t key, Time now) {
    std::size_t taken = 0;
    while (!table.exceeded(key, now)) ++taken;
    return taken;
}

} // namespace

TEST_CASE("a bucket starts full, and tokens come back at their rate, never more than it holds") {
    Table t({3, second_ns, 5}, 4);
    CHECK(tokens(t.table, 1, 0) == 5);
    CHECK(tokens(t.table, 1, 333'333'333) == 0);
    CHECK(tokens(t.table, 1, 333'333'334) == 1);
    CHECK(tokens(t.table, 1, second_ns) == 2); // what was over at the last token is not lost
    CHECK(tokens(t.table, 1, 100 * second_ns) == 5);
}

TEST_CASE("a hundred years of a rate that divides nothing lose no token") {
    Table t({7, 60 * second_ns, 1}, 1);
    REQUIRE(tokens(t.table, 1, 0) == 1);
    for (Time minute = 1; minute < 100 * year_ns / (60 * second_ns); minute += 500'003) {
        const Time whole = minute * 60 * second_ns;
        REQUIRE(tokens(t.table, 1, whole) == 1);
        // 8,571,428,571.43 ns a token: the next one is there when it is whole.
        REQUIRE(t.table.exceeded(1, whole + 8'571'428'571));
        REQUIRE_FALSE(t.table.exceeded(1, whole + 8'571'428'572));
    }
}

TEST_CASE("the largest Limit is exact, and does not overflow") {
    constexpr Time day_ns = 86'400 * second_ns;
    Table slow({1, day_ns, 1'000'000}, 1);
    CHECK(tokens(slow.table, 1, 100 * year_ns) == 1'000'000);
    CHECK(slow.table.exceeded(1, 100 * year_ns + day_ns - 1));
    CHECK(tokens(slow.table, 1, 100 * year_ns + day_ns) == 1);
    Table fast({1'000'000'000, second_ns, 1}, 1);
    CHECK(tokens(fast.table, 1, 100 * year_ns) == 1);
    CHECK(tokens(fast.table, 1, 100 * year_ns + 1) == 1);
}

TEST_CASE("keys without a place share a bucket until one of the others is full again") {
    Table t({1, second_ns, 2}, 2);
    CHECK_FALSE(t.table.exceeded(1, 0));
    CHECK_FALSE(t.table.exceeded(2, 0));
    CHECK(t.table.keys(0) == 2);
    CHECK_FALSE(t.table.exceeded(3, 0));
    CHECK_FALSE(t.table.exceeded(4, 0));
    CHECK(t.table.exceeded(5, 0)); // the shared one is empty
    CHECK_FALSE(t.table.exceeded(1, 0));
    CHECK(t.table.shared() == 3);
    CHECK(tokens(t.table, 5, second_ns - 1) == 0);
    CHECK(tokens(t.table, 5, second_ns) == 2); // that of 2 is full again
    CHECK(t.table.keys(second_ns) == 2);
    CHECK(t.table.keys(3 * second_ns) == 0);
}

TEST_CASE("without keys, one bucket is for all") {
    Table t({1, second_ns, 2}, 0);
    CHECK_FALSE(t.table.exceeded(0, 0));
    CHECK_FALSE(t.table.exceeded(9, 0));
    CHECK(t.table.exceeded(0, 0));
    CHECK(t.table.keys(0) == 0);
}

TEST_CASE("a Limit agrees with a plain map over random histories") {
    // The map counts missing tokens in thirds of a nanosecond, and knows nothing of heaps and hashes.
    constexpr std::uint64_t rate = 3, burst = 4, size = 16;
    struct Bucket {
        std::uint64_t missing = 0;
        Time last = 0;
    };
    std::mt19937_64 random(20240612);
    Table t({rate, second_ns, burst}, size);
    std::map<std::uint64_t, Bucket> own;
    Bucket shared;
    Time now = 0;
    std::size_t shares = 0;
    for (int step = 0; step < 200'000; ++step) {
        now += random() % 4 == 0 ? random() % (second_ns / 8) : 0;
        const auto refill = [&](Bucket& bucket) {
            bucket.missing -= std::min(bucket.missing, (now - bucket.last) * rate);
            bucket.last = now;
        };
        refill(shared);
        for (auto& entry : own) refill(entry.second);
        std::erase_if(own, [](const auto& entry) { return entry.second.missing == 0; });
        const std::uint64_t key = random() % 24;
        const bool shares_now = !own.contains(key) && own.size() == size;
        shares += shares_now;
        Bucket& bucket = shares_now ? shared : own[key];
        bucket.last = now;
        const bool exceeded = bucket.missing + second_ns > burst * second_ns;
        if (!exceeded) bucket.missing += second_ns;
        REQUIRE(t.table.exceeded(key, now) == exceeded);
        if (step % 1000 == 0) REQUIRE(t.table.keys(now) == own.size());
    }
    CHECK(shares > 1000);
    CHECK(t.table.shared() == shares);
}
