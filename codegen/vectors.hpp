// The tables of a long list of rules (runtime/rule_vectors.hpp).
#pragma once
#include "codegen/guards.hpp"
#include "codegen/ranks.hpp"

#include <span>

namespace codegen {

struct RuleColumn {
    symbolic::Variable variable = 0;
    Ranks ranks;
    std::vector<std::uint32_t> rows; ///< of each range, where its words begin
    std::vector<std::uint64_t> words;
    std::vector<std::uint64_t> any;

    std::size_t bytes() const;
};

struct Vectors {
    std::size_t rules = 0;
    std::vector<RuleColumn> columns;

    std::size_t bytes() const;
    /// What a lookup does one after the other, nearly: searches, words.
    std::size_t steps() const;
};

/// Each rule has a guard. Nothing when the tables would be larger.
std::optional<Vectors> vectors_of(const symbolic::Space& space, const Guards& guards,
                                  std::span<const symbolic::Rule> rules, std::size_t bytes_max);

/// Puts the tables into the data, and writes what the runtime needs of each column: `NAME_ip_saddr`.
void write_columns(Writer& out, Data& data, const std::string& name, const Vectors& vectors);
/// The names of the columns, without what they begin with.
std::string column_name(symbolic::Variable variable);

} // namespace codegen
