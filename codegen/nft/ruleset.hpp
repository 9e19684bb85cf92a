// An nftables ruleset as data, and the one place that prints it.
#pragma once
#include <string>
#include <vector>

namespace codegen::nft {

struct Set {
    std::string name;
    std::string type; ///< "ipv4_addr"
    std::vector<std::string> elements;
    std::string note; ///< a comment above it
};

struct Chain {
    std::string name;
    std::string head{}; ///< "type filter hook …; policy accept;" of a base chain; empty for others
    std::string note{}; ///< a comment above it
    std::vector<std::string> rules{};
};

struct Ruleset {
    std::vector<std::string> notes; ///< comments at the top
    std::vector<Set> sets;
    std::vector<Chain> chains;
};

/// The text that `nft -f` loads: it replaces the table `ip nacl` as a whole, and touches no other.
std::string print(const Ruleset& ruleset);

/// How many chains deep a packet may get, base chains counting as 0.
std::size_t depth(const Ruleset& ruleset);
/// The deepest that the kernel loads (NFT_JUMP_STACK_SIZE): goto counts like jump.
inline constexpr std::size_t depth_max = 15;

} // namespace codegen::nft
