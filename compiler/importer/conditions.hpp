// What a rule asks of a packet, as NaCl says it.
#pragma once
#include "compiler/importer/nics.hpp"
#include "compiler/importer/values.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace importer {

/// Protocols that a packet may be of, as bits.
namespace protocol_bit {
inline constexpr unsigned tcp = 1, udp = 2, icmp = 4, other = 8, any = 15;
}

/// Where in a packet's path a rule stands, and so what it can know.
struct Context {
    std::string hook;
    bool is_nat = false;
    bool before_conntrack = false;       ///< there flows have no state yet
    bool destination_translated = false; ///< there NaCl would show another destination
    bool source_translated = false;
    bool last = true; ///< nothing of the base chain follows behind this chain
    unsigned protocols = protocol_bit::any;
};

/// A comparison that only packets of one layer can be asked.
struct Alternative {
    model::Layer layer = model::Layer::ip;  ///< `ip`: any packet
    std::string text{};                     ///< a condition of NaCl; empty: it holds
    unsigned protocols = protocol_bit::any; ///< of packets for which it holds
    bool is_protocol = false;               ///< it asks for nothing but the protocol
};

/// Any of them, of different layers; none: never.
using Condition = std::vector<Alternative>;

inline bool is_always(const Condition& condition) {
    return condition.size() == 1 && condition.front().layer == model::Layer::ip &&
           condition.front().text.empty();
}

/// Named sets that conditions use, as elements of the program.
struct NamedSets {
    /// The name under which the program has the set; the first that asks says its content.
    std::string declare(const Table& table, const std::string& set, const std::string& content);

    std::set<std::string>& names; ///< all that the program has
    std::map<std::string, std::string> by_set{};
    std::string text{};
};

/// A name that nothing else in the program has.
std::string unique(std::set<std::string>& names, const std::string& wanted);

struct Scope {
    const Table& table;
    const std::vector<Nic>& nics;
    const Context& context;
    NamedSets& sets;
};

/// `left op right` of a match; throws Cannot.
Condition compare(const Scope& scope, const Json& left, std::string_view op, const Json& right);
/// A `match` as it stands in a rule.
Condition condition_of(const Scope& scope, const Json& match);
/// Whether an expression reads bytes whose meaning hangs on the protocol: `@th,0,16`, `th dport`.
bool mentions_bytes(const Json& expression);

/// The protocols of packets for which a match may hold, by the header that it names.
unsigned protocols_named_by(const Json& match);

/// The protocols that packets may still be of.
unsigned protocols_behind(unsigned before, const Condition& condition);

} // namespace importer
