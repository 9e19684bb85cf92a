// What has changed between two policies in what a chain logs, statement by statement: verdicts do not tell.
#pragma once
#include "compiler/analysis/log_packets.hpp"

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
        moved     ///< the same text, and other packets come to it, or it stands on another side of other logs of them
    } kind{};
    Logging logging;              ///< of the new policy, unless it is removed
    std::optional<Logging> was{}; ///< one that is reworded
};

struct LogChanges {
    std::vector<LogChange> changes; ///< what is in the new policy by its places, then what is removed
    bool compared = true;           ///< false: too much has changed to say whether there are more
};

inline constexpr std::string_view log_change_names[] = {"added", "removed", "reworded", "moved"};

/// A chain of one policy, whose logs get marks.
struct OfPolicy {
    const model::Appliance& appliance;
    ChainRules& chain;
};

/// Of a chain that both policies have, its rules in one Space. `region`: the packets that can come to it.
LogChanges log_changes(const OfPolicy& before, const OfPolicy& after, symbolic::Space& space, const std::vector<symbolic::Box>& region,
                       const LogPackets::Shows& shows);

} // namespace analysis
