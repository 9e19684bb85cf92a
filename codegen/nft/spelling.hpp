// How nftables writes the tests, names and texts of a policy.
#pragma once
#include "codegen/nft/conditions.hpp"
#include "codegen/nft/ruleset.hpp"

#include <map>

namespace codegen::nft {

/// Writes matches, and collects the named sets that they refer to.
class Spelling {
public:
    /// `nics[i]` is what Linux calls the NIC of Iface i.
    Spelling(const model::Appliance& appliance, std::vector<std::string> nics)
        : appliance_(appliance), nics_(std::move(nics)) {}

    /// "ip saddr 10.0.0.0/8 tcp dport @set_web"; empty for the empty term. `layer` is the transport header
    /// that the packets are known to have.
    std::string term(const Term& term, model::Layer layer);
    const std::string& nic(model::IfaceId iface) const { return nics_.at(iface); }
    /// `"a"` or `{ "a", "b" }`
    std::string nics(const std::vector<model::IfaceId>& ifaces) const;
    std::vector<Set> take_sets() && { return std::move(sets_); }

private:
    std::string match(const Match& match);
    std::string values(const Match& match, const model::IntervalSet& said);
    std::string iface(const Match& match, std::string_view key) const;
    std::string named(const Match& match, const model::IntervalSet& said);

    const model::Appliance& appliance_;
    std::vector<std::string> nics_;
    std::vector<Set> sets_;
    std::map<std::string, std::pair<std::string, model::IntervalSet>> by_name_; ///< type and values
};

/// The transport layer that a term demands, or `known` when it demands none.
model::Layer layer_of(const Term& term, model::Layer known);
/// `comment "bastion.nacl:12"`
std::string comment(const model::Appliance& appliance, const model::Place& place);
/// `log prefix "refused <ip.saddr> "`: the kernel adds the packet's fields by itself.
std::string log(const model::Log& log);

} // namespace codegen::nft
