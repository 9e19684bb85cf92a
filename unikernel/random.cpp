// ChaCha20 (RFC 8439 2.3) as a generator with fast key erasure: each block's first half is the next block's
// key, its second half is given out, so that what was given out cannot be computed back.
//
// Where the processor has neither RDSEED nor RDRAND, and the machine no virtio-rng, the key is mixed from the jitter of
// reads of the clock chip alone. That is weaker: the host's noise is all that it rests on.
#include "unikernel/random.hpp"
#include "unikernel/cpu.hpp"

#include <array>
#include <bit>

namespace unikernel::random {

namespace {

using Key = std::array<std::uint32_t, 8>;
using Block = std::array<std::uint32_t, 16>;

Key key;
std::array<std::uint64_t, 4> ready;
std::size_t ready_count;

// clang-format off
void quarter_round(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
    a += b; d = std::rotl(d ^ a, 16);
    c += d; b = std::rotl(b ^ c, 12);
    a += b; d = std::rotl(d ^ a, 8);
    c += d; b = std::rotl(b ^ c, 7);
}
// clang-format on

/// The block with counter and nonce zero: every block has a key of its own.
Block block(const Key& with) {
    Block start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (std::size_t i = 0; i < with.size(); ++i) start[4 + i] = with[i];
    Block x = start;
    for (int round = 0; round < 10; ++round) {
        quarter_round(x[0], x[4], x[8], x[12]);
        quarter_round(x[1], x[5], x[9], x[13]);
        quarter_round(x[2], x[6], x[10], x[14]);
        quarter_round(x[3], x[7], x[11], x[15]);
        quarter_round(x[0], x[5], x[10], x[15]);
        quarter_round(x[1], x[6], x[11], x[12]);
        quarter_round(x[2], x[7], x[8], x[13]);
        quarter_round(x[3], x[4], x[9], x[14]);
    }
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += start[i];
    return x;
}

void refill() {
    const Block words = block(key);
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = words[i];
    for (std::size_t i = 0; i < ready.size(); ++i)
        ready[i] = std::uint64_t{words[8 + 2 * i]} << 32 | words[9 + 2 * i];
    ready_count = ready.size();
}

bool absorb_processor() {
    const bool has_rdrand = cpu::cpuid(1).c >> 30 & 1;
    const bool has_rdseed = cpu::cpuid(0).a >= 7 && (cpu::cpuid(7).b >> 18 & 1);
    bool gave = false;
    Words words{};
    const auto mix = [&](std::uint64_t& word, std::optional<std::uint64_t> given) {
        gave |= given.has_value();
        word ^= given.value_or(0);
    };
    for (std::uint64_t& word : words) {
        if (has_rdseed) mix(word, cpu::rdseed());
        if (has_rdrand) mix(word, cpu::rdrand());
    }
    stir(words);
    return gave;
}

void absorb_jitter() {
    constexpr std::uint16_t pit_channel_port = 0x40;
    for (int round = 0; round < 16; ++round) {
        Words words{};
        for (std::uint64_t& word : words) {
            const std::uint64_t chip = cpu::in8(pit_channel_port);
            word = cpu::tsc() ^ chip << 56;
        }
        stir(words);
    }
}

} // namespace

bool seed() {
    const bool processor_gave = absorb_processor();
    absorb_jitter();
    return processor_gave;
}

void seed(std::uint64_t fixed) { stir({fixed}); }

void stir(const Words& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        key[2 * i] ^= static_cast<std::uint32_t>(words[i]);
        key[2 * i + 1] ^= static_cast<std::uint32_t>(words[i] >> 32);
    }
    refill();
}

std::uint64_t next() {
    if (ready_count == 0) refill();
    return ready[--ready_count];
}

} // namespace unikernel::random
