// One comparison as other languages write it: `ip.saddr is not 10.0.0.1`, `tcp dport { 80, 443 }`,
// `ip.saddr == !10.0.0.1`, `10.0.0.0 0.0.0.255` for a network.
#pragma once
#include "compiler/syntax/token.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace syntax {

/// `is`, `eq`, `!`, `==`: a comparison has one or more of these before its values.
bool is_relation_word(std::string_view word);

/// The names that are declared as lists, networks, ranges or objects: `in` asks for them, and not `==`.
std::set<std::string> names_of_sets(const Tokens& tokens);

/// What is asked of the property by the words from `at` on, as it is written here; `at` is then behind them.
/// Empty when any value will do, nothing when they are not understood. `is_negated`: as a word before the
/// property said.
std::optional<std::string> read_comparison(const std::string& property, const std::vector<std::string>& words,
                                           std::size_t& at, const std::set<std::string>& sets,
                                           bool is_negated = false);

/// `S/SA`, the mask of pf and tcpdump: of some flags those that are set, by their letters. What asks for
/// these, the others not being set; empty for what is no mask.
std::string condition_of_flag_mask(std::string_view text);

} // namespace syntax
