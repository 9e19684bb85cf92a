#include "runtime/checksum.hpp"

#include <catch2/catch.hpp>

#include <vector>

TEST_CASE("the checksum of RFC 1071's example") {
    const std::vector<std::uint8_t> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK(runtime::checksum(bytes) == static_cast<std::uint16_t>(~0xddf2));
}

TEST_CASE("an odd last byte is the high one") {
    const std::vector<std::uint8_t> odd{0x12, 0x34, 0x56};
    const std::vector<std::uint8_t> even{0x12, 0x34, 0x56, 0x00};
    CHECK(runtime::checksum(odd) == runtime::checksum(even));
}

TEST_CASE("the incremental update is exact for all 65,536 values of a word") {
    // The update works on one's complement sums, where 0 and 0xffff are the same number; over a header whose other
    // words are not all zero a computed checksum is never 0xffff, and neither may an updated one be.
    std::vector<std::uint8_t> header{0x45, 0x00, 0x00, 0x54, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                     0x00, 0x00, 0x0a, 0x00, 0x00, 0x09, 0x0a, 0x00, 0x01, 0x07};
    constexpr std::size_t word = 8;
    const std::uint16_t old_word = runtime::get16(header, word);
    const std::uint16_t old_checksum = runtime::checksum(header);
    std::size_t wrong = 0;
    for (unsigned value = 0; value < 65536; ++value) {
        runtime::put16(header, word, static_cast<std::uint16_t>(value));
        wrong += runtime::updated_checksum(old_checksum, old_word, static_cast<std::uint16_t>(value)) !=
                 runtime::checksum(header);
    }
    CHECK(wrong == 0);
}

TEST_CASE("the pseudo-header counts addresses, protocol and length") {
    // UDP 10.0.0.9:1000 to 10.0.1.7:2000 without data; checksum worked out by hand from RFC 768.
    const std::vector<std::uint8_t> udp{0x03, 0xe8, 0x07, 0xd0, 0x00, 0x08, 0x00, 0x00};
    const std::uint32_t sum = 0x0a00 + 0x0009 + 0x0a00 + 0x0107 + 17 + 8 + 0x03e8 + 0x07d0 + 0x0008;
    CHECK(runtime::checksum(udp, runtime::pseudo_header_sum(0x0a000009, 0x0a000107, 17, 8)) ==
          static_cast<std::uint16_t>(~sum));
}
