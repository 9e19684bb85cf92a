// A ruleset as `nft -j list ruleset` prints it, its shape checked: tables, chains, sets. What the rules say
// is still JSON; whoever reads an expression of a rule expects anything there.
#pragma once
#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace importer {

using Json = nlohmann::json;

struct Rule {
    std::string place;   ///< "table ip filter, chain input, handle 7"
    std::string comment; ///< the ruleset's own
    std::vector<Json> expressions;
};

/// Where a base chain stands in a packet's path.
struct Base {
    std::string type; ///< filter, nat, route
    std::string hook;
    std::int64_t priority = 0;
    bool drops = false;               ///< its policy
    std::vector<std::string> devices; ///< of netdev: which NICs; empty: all
};

struct Chain {
    std::string name;
    std::optional<Base> base{};
    std::vector<Rule> rules{};
};

/// A named set or map.
struct Set {
    std::string name;
    std::vector<std::string> types; ///< one, or those of a concatenation
    bool changes = false;           ///< packets or time change what is in it
    std::vector<Json> elements;
};

struct Table {
    std::string family;
    std::string name;
    std::vector<Chain> chains{};
    std::map<std::string, Set> sets{};
    std::map<std::string, Json> limits{};

    const Chain* chain(const std::string& wanted) const;
    const Set* set(const std::string& wanted) const;
};

struct Dump {
    std::vector<Table> tables;
};

struct ReadDump {
    Dump dump;
    std::string error; ///< why it is none; empty when all is well
};

ReadDump read_dump(std::string_view text);

/// The only member of an object: what an expression of nftables is, and what of.
struct Tagged {
    std::string_view tag; ///< empty when it is no object with one member
    const Json* content = nullptr;
};
Tagged tagged(const Json& json);

/// A member that is a string; empty where there is none.
std::string text_of(const Json& object, const char* key);
/// A member, if it is an object that has it.
const Json* member_of(const Json& object, const char* key);
/// As messages show an expression: short, and on one line.
std::string shown(const Json& json);

} // namespace importer
