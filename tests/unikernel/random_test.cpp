// The generator of random numbers against the published ChaCha20.
#include "unikernel/random.hpp"

#include <catch2/catch.hpp>

TEST_CASE("with the key zero the first block's second half comes out as RFC 8439 A.1, vector 1, says") {
    unikernel::random::seed(0);
    CHECK(unikernel::random::next() == 0x69b687c3'8665eeb2);
    CHECK(unikernel::random::next() == 0xf4b8436a'1ca11815);
    CHECK(unikernel::random::next() == 0x3fe02477'374ad8b8);
    CHECK(unikernel::random::next() == 0x7c5941da'8d485751);
    // The next block has another key.
    CHECK(unikernel::random::next() != 0x69b687c3'8665eeb2);
}
