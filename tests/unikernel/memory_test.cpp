// The image's memory functions against the host's, for every length, alignment and overlap of a few words.
#include <catch2/catch.hpp>

#include <array>
#include <cstring>
#include <numeric>

extern "C" {
void* image_memcpy(void* to, const void* from, std::size_t bytes);
void* image_memmove(void* to, const void* from, std::size_t bytes);
void* image_memset(void* to, int value, std::size_t bytes);
int image_memcmp(const void* left, const void* right, std::size_t bytes);
std::size_t image_strlen(const char* text);
void* image_memchr(const void* in, int value, std::size_t bytes);
}

namespace {

using Room = std::array<unsigned char, 80>;
constexpr std::size_t max_bytes = 40;
constexpr std::size_t max_offset = 40;

Room numbered() {
    Room room{};
    std::iota(room.begin(), room.end(), static_cast<unsigned char>(1));
    return room;
}

} // namespace

TEST_CASE("moves, overlapping or not") {
    for (std::size_t to = 0; to < max_offset; ++to)
        for (std::size_t from = 0; from < max_offset; ++from)
            for (std::size_t bytes = 0; bytes <= max_bytes; ++bytes) {
                Room ours = numbered(), theirs = numbered();
                REQUIRE(image_memmove(ours.data() + to, ours.data() + from, bytes) == ours.data() + to);
                std::memmove(theirs.data() + to, theirs.data() + from, bytes);
                REQUIRE(ours == theirs);
            }
}

TEST_CASE("copies and fills") {
    const Room source = numbered();
    for (std::size_t to = 0; to < 9; ++to)
        for (std::size_t bytes = 0; bytes <= max_bytes; ++bytes) {
            Room ours{}, theirs{};
            REQUIRE(image_memcpy(ours.data() + to, source.data() + 3, bytes) == ours.data() + to);
            std::memcpy(theirs.data() + to, source.data() + 3, bytes);
            REQUIRE(ours == theirs);
            REQUIRE(image_memset(ours.data() + to, 0x1a5, bytes) == ours.data() + to);
            std::memset(theirs.data() + to, 0x1a5, bytes);
            REQUIRE(ours == theirs);
        }
}

TEST_CASE("compares and finds") {
    const Room source = numbered();
    for (std::size_t at = 0; at < max_bytes; ++at) {
        Room other = source;
        other[at] = 0xff;
        CHECK(image_memcmp(source.data(), other.data(), at) == 0);
        CHECK(image_memcmp(source.data(), other.data(), at + 1) < 0);
        CHECK(image_memcmp(other.data(), source.data(), at + 1) > 0);
        CHECK(image_memchr(other.data(), 0xff, at + 1) == other.data() + at);
        CHECK(image_memchr(other.data(), 0xff, at) == nullptr);
        other[at] = 0;
        CHECK(image_strlen(reinterpret_cast<const char*>(other.data())) == at);
    }
}
