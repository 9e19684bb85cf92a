#include "compiler/analysis/witness.hpp"

#include "compiler/analysis/choice.hpp"
#include "compiler/analysis/leased.hpp"
#include "compiler/analysis/region.hpp"
#include "compiler/analysis/underline.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/eval/ethernet.hpp"
#include "compiler/eval/validity.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace analysis {

using model::Field;

eval::Bytes frame_of(const model::Appliance& appliance, const model::PacketSpec& packet, model::Value ingress) {
    if (ingress == model::no_iface) return {}; // it was made here
    auto frame = ethernet_of(packet);
    if (const auto vlan = appliance.ifaces.at(ingress).vlan) eval::insert_tag(frame, *vlan);
    return frame;
}

namespace {

bool is_taken(const symbolic::Space& space, const symbolic::Box& box, symbolic::Variable fact) {
    return !space.sets[values_of(space, box, fact)].contains(0);
}

void note(Witness& witness, const std::string& what, bool is) {
    auto text = what + (is ? " is true" : " is false");
    if (std::ranges::find(witness.assumed, text) == witness.assumed.end()) witness.assumed.push_back(std::move(text));
}

/// `datagram`: as the comparison reads it.
void note(const model::Appliance& appliance, Witness& witness, const eval::Datagram& datagram, const model::CompareLease& lease, bool is) {
    constexpr std::array signs = {"==", "!=", "<", ">", "<=", ">="}; // by Relation
    note(witness, "`" + std::string(model::info(lease.field).name) + ' ' + signs[static_cast<std::size_t>(lease.relation)] + ' ' +
                      appliance.ifaces.at(lease.iface).name + '.' +
                      std::string(model::ipv4_member_names[static_cast<std::size_t>(lease.member)]) + '`', is);
    witness.leased.push_back({lease.iface, lease.member, lease.relation, eval::read(datagram, lease.field), is});
}

/// What the right side of a comparison is to the left one.
model::Relation swapped(model::Relation relation) {
    using enum model::Relation;
    constexpr std::array others = {equal, not_equal, greater, less, greater_equal, less_equal}; // by Relation
    return others[static_cast<std::size_t>(relation)];
}

/// What a box says of a comparison with a leased value in a list's block, or in a copy of that.
std::optional<bool> said_of_lease(const symbolic::Space& space, const symbolic::Box& box, const symbolic::RuleList& list,
                                  const model::CompareLease& lease) {
    const auto content = [](const model::CompareLease& one) { return std::tie(one.field, one.relation, one.iface, one.member); };
    const auto known = std::ranges::find_if(list.leases, [&](const auto& one) { return content(*one.first) == content(lease); });
    if (known == list.leases.end()) return std::nullopt;
    using enum model::Relation;
    const bool negated = lease.relation == not_equal || lease.relation == less_equal || lease.relation == greater_equal;
    return is_taken(space, box, known->second) != negated;
}

class Replay {
public:
    Replay(const symbolic::Space& space, const symbolic::Box& box, const model::Appliance& appliance,
           const Way& way, Witness& witness)
        : space_(space), box_(box), appliance_(appliance), way_(way), witness_(witness),
          datagram_(datagram_of(witness.packet)), frame_(frame_of(appliance, witness.packet, witness.ingress)),
          limits_(appliance.limits) {}

    void run(const ChainRules& rules) {
        witness_.ending = Ending::accept;
        witness_.translation = {};
        read_destination();
        if (rules.drops_invalid && witness_.state == model::State::invalid) {
            witness_.ending = Ending::drop;
            return;
        }
        for (const auto& link : rules.links) {
            const bool is_nat = link.kind == model::FunctionKind::nat;
            if (is_nat && witness_.state != model::State::fresh && !witness_.follows) continue;
            route(link.chain);
            const auto decided = run(link);
            if (is_nat) {
                if (decided) translate(link.chain, *decided);
                continue;
            }
            if (!decided) continue;
            witness_.decided = decided;
            const auto action = appliance_.statements.at(*decided).action;
            if (action == model::Action::accept) continue;
            witness_.ending = ending_of(action);
            return;
        }
        masquerade();
    }

private:
    std::optional<model::StatementId> run(const Link& link) {
        const bool was_first = link.kind == model::FunctionKind::nat;
        const eval::Subject subject{eval::Datagram(datagram_), was_first ? model::State::fresh : witness_.state, frame_,
                                    witness_.ingress, witness_.egress};
        const auto assumed = [&](const model::Condition& condition,
                                 const symbolic::CallPath& path) -> std::optional<bool> {
            if (const auto* exceeded = std::get_if<model::Exceeded>(&condition.is)) {
                const auto known = link.rules.evaluations.find({path, exceeded});
                if (known == link.rules.evaluations.end()) return std::nullopt;
                const bool is = is_taken(space_, box_, known->second);
                note(witness_, "`" + appliance_.limits.at(exceeded->limit).name + ".exceeded`", is);
                return is;
            }
            const auto* lease = std::get_if<model::CompareLease>(&condition.is);
            const auto said = lease != nullptr ? said_of_lease(space_, box_, link.rules, *lease) : std::nullopt;
            if (!said) return std::nullopt;
            note(appliance_, witness_, eval::Datagram(datagram_), *lease, *said);
            return said;
        };
        return eval::run_function(appliance_, link.function, subject,
                                  {.logs = witness_.logged, .limits = limits_, .assumed = assumed});
    }


    /// On a path, before the first chain behind prerouting.
    void route(const Way& chain) {
        const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
        const bool before = of_iface != nullptr && of_iface->hook == model::Hook::prerouting;
        if (routed_ || before || !is_routed(way_)) return;
        constexpr std::size_t ttl_offset = 8;
        --datagram_[ttl_offset];
        routed_ = true;
    }

    /// What a dnat does at once, and what a snat wants done in the end (path.md, Translation).
    void translate(const Way& chain, model::StatementId id) {
        const auto& statement = appliance_.statements.at(id);
        auto& known = witness_.translation;
        const auto port = has_ports(witness_.packet) ? statement.port : std::nullopt;
        if (statement.action == model::Action::snat && translates_sources(chain, model::FunctionKind::nat)) {
            known.by = id;
            if (statement.ipv4_address) known.source = statement.ipv4_address;
            if (port) known.source_port = port;
        }
        if (statement.action != model::Action::dnat || !translates_destinations(chain, model::FunctionKind::nat)) return;
        const auto header_bytes = eval::Datagram(datagram_).header_bytes();
        if (statement.ipv4_address) eval::put32(datagram_, 16, *statement.ipv4_address);
        if (port) eval::put16(datagram_, header_bytes + 2, *port);
        known.by = id;
        read_destination();
    }

    /// What of the source nobody has named.
    void masquerade() {
        auto& known = witness_.translation;
        const auto address = masquerade_of(appliance_, way_);
        if (!address || witness_.state != model::State::fresh || known.source || known.source_port) return;
        if (eval::Datagram(datagram_).source() != *address) known.source = address;
    }

    void read_destination() {
        const eval::Datagram datagram(datagram_);
        witness_.translation.destination = datagram.destination();
        if (has_ports(witness_.packet) && datagram.transport_complete())
            witness_.translation.destination_port = eval::get16(datagram_, datagram.header_bytes() + 2);
    }

    const symbolic::Space& space_;
    const symbolic::Box& box_;
    const model::Appliance& appliance_;
    const Way& way_;
    bool routed_ = false;
    Witness& witness_;
    eval::Bytes datagram_;
    eval::Bytes frame_;
    eval::Limits limits_;
};

} // namespace

std::optional<Witness> witness_in(const symbolic::Space& space, const symbolic::Box& box,
                                  const model::Appliance& appliance, const Way& way,
                                  const ChainRules& rules) {
    auto witness = choose(space, box, appliance);
    if (witness) replay(space, box, appliance, way, rules, *witness);
    return witness;
}

void replay(const symbolic::Space& space, const symbolic::Box& box, const model::Appliance& appliance,
            const Way& way, const ChainRules& rules, Witness& witness) {
    Replay(space, box, appliance, way, witness).run(rules);
}

std::optional<model::StatementId> decided_by(const model::Appliance& appliance, const Witness& witness, const Body& body,
                                             const eval::Assumed& assumed) {
    // The interpreter runs functions of the policy: this one is run as if it were one.
    model::Appliance with_block = appliance;
    with_block.functions.push_back({{}, model::FunctionKind::filter, body.layer, body.block, {}});
    const auto datagram = datagram_of(witness.packet);
    const auto frame = frame_of(appliance, witness.packet, witness.ingress);
    const eval::Subject subject{eval::Datagram(datagram), witness.state, frame, witness.ingress, witness.egress};
    std::vector<eval::LogText> logs;
    eval::Limits limits(with_block.limits);
    return eval::run_function(with_block, static_cast<model::FunctionId>(with_block.functions.size() - 1), subject,
                              {.logs = logs, .limits = limits, .assumed = assumed});
}

std::optional<model::StatementId> decided_by(const model::Appliance& appliance, Witness& witness, const Body& body,
                                             const symbolic::Space& space, const symbolic::Box& box, const symbolic::RuleList& list) {
    const auto datagram = datagram_of(witness.packet);
    return decided_by(appliance, witness, body, [&](const model::Condition& condition, const symbolic::CallPath&) {
        const auto* lease = std::get_if<model::CompareLease>(&condition.is);
        const auto said = lease != nullptr ? said_of_lease(space, box, list, *lease) : std::nullopt;
        if (said) note(appliance, witness, eval::Datagram(datagram), *lease, *said);
        return said;
    });
}

bool can_be_leased(const model::Appliance& appliance, const Witness& witness) {
    constexpr model::Value max = 0xffff'ffff;
    std::map<std::pair<model::IfaceId, model::Ipv4Member>, model::IntervalSet> possible;
    for (const auto& said : witness.leased) {
        const bool is_address = said.member == model::Ipv4Member::address;
        auto& values = possible.try_emplace({said.iface, said.member}, is_address ? leasable(appliance) : model::IntervalSet{{0, max}}).first->second;
        const auto holds = values_that(swapped(said.relation), said.value, max);
        values = model::both(values, said.is ? holds : holds.complement(max));
        if (values.empty()) return false;
    }
    return true;
}

std::string members_of(const model::Appliance& appliance, const Way& way, const Witness& witness) {
    std::string text;
    const auto* of_iface = std::get_if<model::IfaceChain>(&way);
    const bool is_clear = of_iface != nullptr && of_iface->hook != model::Hook::postrouting &&
                          of_iface->iface == witness.ingress;
    if (witness.ingress != model::no_iface && !is_clear)
        text += "iface: " + appliance.ifaces.at(witness.ingress).name + ",\n";
    if (witness.state != model::State::fresh)
        text += "state: " + std::string(model::state_names[static_cast<std::size_t>(witness.state)]) + ",\n";
    return text + "packet: " + literal_of(witness.packet) + ",\n";
}

std::string text_of(const model::Appliance& appliance, const syntax::Sources& sources, const Way& way,
                    const Witness& witness) {
    std::string text;
    if (std::holds_alternative<model::IfaceChain>(way))
        text = "chain: " + text_of(appliance, way) + ",\n";
    else if (std::holds_alternative<model::ForwardChain>(way))
        text = "chain: " + word_text(sources, appliance.gateway->place) + ".forward,\n";
    return text + members_of(appliance, way, witness) +
           "expect: " + std::string(ending_names[static_cast<std::size_t>(witness.ending)]) + '\n';
}

} // namespace analysis
