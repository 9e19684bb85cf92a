// Texts that wait to be printed: whole or counted.
#include "unikernel/text_ring.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace {

using unikernel::TextRing;

/// Everything that there is to print.
std::string drain(TextRing& ring) {
    std::string all;
    std::array<char, 16> bytes;
    while (const std::size_t count = ring.take(bytes)) all.append(bytes.data(), count);
    return all;
}

/// A text of so many bytes with the end of its line.
std::string line(std::size_t bytes) { return std::string(bytes - 1, '.') + "\n"; }

} // namespace

TEST_CASE("texts come out as they went in, round the ring") {
    const auto ring = std::make_unique<TextRing>();
    for (std::size_t bytes = 1; bytes < 500; ++bytes) {
        ring->append(line(bytes));
        CHECK(drain(*ring) == line(bytes));
        REQUIRE(ring->empty());
    }
}

TEST_CASE("a text is not printed before its last part") {
    const auto ring = std::make_unique<TextRing>();
    ring->append("warning: ");
    CHECK(ring->empty());
    CHECK(drain(*ring).empty());
    ring->append("no\nway");
    CHECK(ring->empty());
    ring->append("\n");
    CHECK(drain(*ring) == "warning: no\nway\n");
}

TEST_CASE("a text whose last part does not fit is lost whole") {
    const auto ring = std::make_unique<TextRing>();
    const std::string first = line(TextRing::capacity - 10);
    ring->append(first);
    ring->append("123456789");
    CHECK(ring->has_room(1));
    CHECK_FALSE(ring->has_room(2));
    ring->append("too much");
    ring->append("\n");
    CHECK(drain(*ring) == first + "1 console texts lost\n");
    ring->append("next\n");
    CHECK(drain(*ring) == "next\n");
}

TEST_CASE("losses come in runs: no text is taken until there is room for many") {
    const auto ring = std::make_unique<TextRing>();
    const std::string full = line(TextRing::capacity);
    ring->append(full);
    ring->append("a\n");
    std::array<char, 16> some;
    std::string printed(some.data(), ring->take(some));
    ring->append("b\n");
    ring->append("c");
    CHECK_FALSE(ring->has_room(1));
    printed += drain(*ring);
    CHECK(printed == full); // c is not at its end, so it does not count yet
    ring->append("\n");
    CHECK(drain(*ring) == "3 console texts lost\n");
}

TEST_CASE("a text longer than the ring is lost, and the next one comes after the count") {
    const auto ring = std::make_unique<TextRing>();
    ring->append(line(TextRing::capacity + 1));
    ring->append("next\n");
    CHECK(drain(*ring) == "1 console texts lost\nnext\n");
}
