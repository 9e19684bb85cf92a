// The mixing step of the tables' hashes. With a random seed mixed in, peers cannot choose who collides.
#pragma once
#include <cstdint>

namespace runtime {

/// Both halves of a 128-bit product, folded: the mixing step of wyhash.
constexpr std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

} // namespace runtime
