// What has changed between two policies in what a chain logs, statement by statement: verdicts do not tell.
#pragma once
#include "compiler/analysis/chain.hpp"

namespace analysis {

/// A log statement of one policy.
struct Logging {
    std::string text; ///< "syslog(info, \"from \", ip.saddr)"
    model::Place place;
};

struct LogChange {
    enum class Kind : std::uint8_t {
        added,
        removed,
        reworded, ///< another text or severity for the same packets
        moved     ///< the same text, and other packets may come to it
    } kind{};
    Logging logging;              ///< of the new policy, unless it is removed
    std::optional<Logging> was{}; ///< one that is reworded
};

struct LogChanges {
    std::vector<LogChange> changes; ///< what is in the new policy by its places, then what is removed
    bool compared = true;           ///< false: too much has changed to say
};

inline constexpr std::string_view log_change_names[] = {"added", "removed", "reworded", "moved"};

/// Of a chain that both policies have, its rules in one Space.
LogChanges log_changes(const symbolic::Space& space, const model::Appliance& before, const ChainRules& old_chain,
                       const model::Appliance& after, const ChainRules& new_chain);

} // namespace analysis
