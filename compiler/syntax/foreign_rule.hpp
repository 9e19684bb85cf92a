// A rule of another firewall's language, as it is written here: nftables, iptables, pf, ufw and Cisco's lists
// have the same words for the same things, in about the same order.
#pragma once
#include "compiler/syntax/token.hpp"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace syntax {

struct ForeignRule {
    std::string
        statement; ///< what does the same here; empty when the rule says something that is not understood
    std::string condition;    ///< of the statement
    bool decides_all = false; ///< it asks nothing of the packet
    bool is_policy = false;   ///< it says what happens to packets that no rule decides
    std::string verdict;      ///< empty when it has none
};

/// What touches is one word (`-A`, `10.0.0.0/8`), but for commas, braces and signs.
std::vector<std::string> words_of(std::span<const Token> rule);

/// `sets`: the names of the policy that `in` asks for.
ForeignRule read_foreign_rule(const std::vector<std::string>& words, const std::set<std::string>& sets);

} // namespace syntax
