// One rule of nft, understood: what it asks, what it says, what becomes of the packet, and what NaCl cannot
// say.
#pragma once
#include "compiler/importer/conditions.hpp"

#include <functional>
#include <variant>

namespace importer {

struct Asked {
    Condition condition;
};
/// A condition that takes a token: it is evaluated once, and in its place.
struct Limited {
    std::string condition;
};
struct Said {
    std::string statement; ///< `log(…)`
};
using Step = std::variant<Asked, Limited, Said>;

enum class Ends : std::uint8_t {
    not_at_all,
    accept,
    drop,
    reject,
    leave,     ///< `return`
    jump,      ///< to `target`, and on behind the rule
    go,        ///< to `target`, and not on
    translate, ///< by `statements`
    unsayable, ///< something that may be the packet's end in Linux
};

struct Understood {
    const Rule* rule = nullptr;
    std::vector<Step> steps{};
    Ends ends = Ends::not_at_all;
    std::string target{};                   ///< a chain
    std::string statements{};               ///< of a translation
    unsigned protocols = protocol_bit::any; ///< of packets that come to the end
    std::vector<std::string> losses{};      ///< what NaCl cannot say
    bool is_part = false; ///< a match is among them: the steps let more packets through than the rule does
};

/// What understanding a rule may need besides.
struct Maker {
    /// Declares a Limit and returns its name; of one that has a name in the ruleset, the same each time.
    std::function<std::string(const std::string& name, const std::string& members)> limit;
};

/// A rule with a verdict map is several, one after the other.
std::vector<Understood> understand(const Scope& scope, const Maker& maker, const Rule& rule);

} // namespace importer
