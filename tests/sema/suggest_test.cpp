#include "compiler/sema/suggest.hpp"

#include <catch2/catch.hpp>

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
    CHECK(sema::edit_distance("", "") == 0);
    CHECK(sema::edit_distance("", "abc") == 3);
    CHECK(sema::edit_distance("abc", "abc") == 0);
    CHECK(sema::edit_distance("abc", "ABC") == 0);
    CHECK(sema::edit_distance("serverz", "servers") == 1);
    CHECK(sema::edit_distance("dprot", "dport") == 1);
    CHECK(sema::edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is suggested, a far one is not") {
    CHECK(sema::did_you_mean("serverz", {"services", "servers"}) == "did you mean `servers`?");
    CHECK(sema::did_you_mean("x", {"servers", "y2"}) == "");
    CHECK(sema::did_you_mean("prot", {"port", "ttl"}) == "did you mean `port`?");
    CHECK(sema::did_you_mean("anything", {}) == "");
}

TEST_CASE("choices read like a sentence") {
    CHECK(sema::one_of({"a"}) == "`a`");
    CHECK(sema::one_of({"a", "b", "c"}) == "`a`, `b` or `c`");
}
