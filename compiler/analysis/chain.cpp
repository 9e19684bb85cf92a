#include "compiler/analysis/chain.hpp"

#include "compiler/analysis/walk.hpp"

#include <algorithm>

namespace analysis {

using model::Action;
using model::Field;
using symbolic::Stage;
using symbolic::wanting;

namespace {

/// What a Nat changes at once, so that later functions see it.
std::vector<Field> changed_by(const Link& nat, const model::Appliance& appliance) {
    bool address = !nat.rules.whole, port = !nat.rules.whole;
    for (const auto& rule : nat.rules.rules) {
        if (!rule.statement || rule.action != Action::dnat) continue;
        address = address || appliance.statements.at(*rule.statement).ipv4_address;
        port = port || appliance.statements.at(*rule.statement).port;
    }
    std::vector<Field> fields;
    if (address) fields.insert(fields.end(), {Field::ip_daddr, Field::ip_checksum});
    if (port) fields.insert(fields.end(), {Field::tcp_dport, Field::udp_dport});
    if (address || port) fields.insert(fields.end(), {Field::tcp_checksum, Field::udp_checksum});
    return fields;
}

/// Masquerading lets none pass (path.md, Translation).
bool drops_invalid(const model::Appliance& appliance, const Way& way, const ChainRules& rules) {
    if (!rules.links.empty()) return appliance.conntrack.drop_invalid;
    if (chains_on(way).size() == 1) return false; // by itself, a chain without functions does nothing
    return masquerade_of(appliance, chains_on(way).back()).has_value();
}

} // namespace

Way way_of(const model::Assert& assertion) {
    return std::visit([](const auto& about) { return Way(about); }, assertion.about);
}

std::vector<Way> chains_on(const Way& way) {
    using model::Hook;
    using model::IfaceChain;
    if (const auto* path = std::get_if<model::Assert::Path>(&way))
        return {IfaceChain{path->from, Hook::prerouting}, model::ForwardChain{},
                IfaceChain{path->to, Hook::postrouting}};
    if (const auto* delivery = std::get_if<Delivery>(&way)) {
        std::vector<Way> chains = {IfaceChain{delivery->from, Hook::prerouting},
                                   IfaceChain{delivery->to, Hook::input}};
        if (is_routed(way)) chains.insert(chains.begin() + 1, model::ForwardChain{});
        return chains;
    }
    if (const auto* departure = std::get_if<Departure>(&way))
        return {IfaceChain{departure->by, Hook::output}, IfaceChain{departure->by, Hook::postrouting}};
    if (const auto* dead_end = std::get_if<DeadEnd>(&way)) return {IfaceChain{dead_end->from, Hook::prerouting}};
    return {way};
}

bool is_routed(const Way& way) {
    const auto* delivery = std::get_if<Delivery>(&way);
    return std::holds_alternative<model::Assert::Path>(way) || (delivery != nullptr && delivery->from != delivery->to);
}

bool comes_in(const Way& way) {
    return std::holds_alternative<model::Assert::Path>(way) || std::holds_alternative<Delivery>(way) ||
           std::holds_alternative<DeadEnd>(way);
}

std::vector<Way> chains_of(const model::Appliance& appliance) {
    std::vector<Way> chains;
    for (model::IfaceId iface = 0; iface < appliance.ifaces.size(); ++iface)
        for (std::size_t hook = 0; hook < std::size(model::hook_names); ++hook)
            if (!appliance.ifaces[iface].chains[hook].empty())
                chains.emplace_back(model::IfaceChain{iface, static_cast<model::Hook>(hook)});
    if (appliance.gateway && !appliance.gateway->forward.empty()) chains.emplace_back(model::ForwardChain{});
    return chains;
}

const std::vector<model::FunctionId>& functions_of(const model::Appliance& appliance, const Way& chain) {
    static const std::vector<model::FunctionId> none;
    if (const auto* of_iface = std::get_if<model::IfaceChain>(&chain))
        return appliance.functions_of(*of_iface);
    return appliance.gateway ? appliance.gateway->forward : none;
}

std::vector<const model::Statement*> translations_on_chains(const model::Appliance& appliance) {
    std::set<model::FunctionId> nats;
    for (const auto& chain : chains_of(appliance))
        for (const auto function : functions_of(appliance, chain))
            if (appliance.functions.at(function).kind == model::FunctionKind::nat) nats.insert(function);
    std::set<model::StatementId> ids;
    for (const auto nat : nats) ids.merge(statements_in(appliance, appliance.functions.at(nat).body));
    std::vector<const model::Statement*> found;
    for (const auto id : ids)
        if (const auto& one = appliance.statements.at(id); one.action == Action::dnat || one.action == Action::snat)
            found.push_back(&one);
    return found;
}

std::string text_of(const model::Appliance& appliance, const Way& way) {
    const auto name = [&](model::IfaceId iface) { return appliance.ifaces.at(iface).name; };
    if (const auto* path = std::get_if<model::Assert::Path>(&way)) return name(path->from) + " -> " + name(path->to);
    if (const auto* delivery = std::get_if<Delivery>(&way))
        return name(delivery->from) + " -> " + name(delivery->to) + ".input";
    if (const auto* departure = std::get_if<Departure>(&way)) return "here -> " + name(departure->by);
    if (const auto* dead_end = std::get_if<DeadEnd>(&way)) return name(dead_end->from) + " -> nowhere";
    const auto* of_iface = std::get_if<model::IfaceChain>(&way);
    if (of_iface == nullptr) return "forward";
    return appliance.ifaces.at(of_iface->iface).name + '.' +
           std::string(model::hook_names[static_cast<std::size_t>(of_iface->hook)]);
}

bool translates_destinations(const Way& chain, model::FunctionKind kind) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    return kind == model::FunctionKind::nat && of_iface != nullptr &&
           (of_iface->hook == model::Hook::prerouting || of_iface->hook == model::Hook::output);
}

bool translates_sources(const Way& chain, model::FunctionKind kind) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    return kind == model::FunctionKind::nat && of_iface != nullptr && of_iface->hook == model::Hook::postrouting;
}

std::optional<std::uint32_t> masquerade_of(const model::Appliance& appliance, const Way& chain) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    if (of_iface == nullptr || of_iface->hook != model::Hook::postrouting) return std::nullopt;
    const auto& iface = appliance.ifaces.at(of_iface->iface);
    if (!iface.masquerade) return std::nullopt;
    return iface.leases() || !iface.ipv4 ? 0 : iface.ipv4->address;
}

void rename(symbolic::Space& space, symbolic::Names& names, const std::vector<Field>& fields,
            const std::string& after) {
    for (const auto field : fields)
        names[field] =
            space.fact({std::string(model::info(field).name) + " after " + after, model::info(field).max()});
}

ChainRules rules_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                    const std::vector<model::IfaceId>& iface_ids) {
    std::size_t nats = 0;
    return rules_of(space, appliance, way, iface_ids, [&](const Link* nat, symbolic::Names& names) {
        if (nat != nullptr) rename(space, names, changed_by(*nat, appliance), "nat " + std::to_string(nats++));
    });
}

ChainRules rules_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                    const std::vector<model::IfaceId>& iface_ids, const Rename& rename_after) {
    ChainRules result;
    symbolic::Names names;
    model::Value ttl_spent = 0;
    const auto chains = chains_on(way);
    for (std::size_t at = 0; at < chains.size(); ++at) {
        const auto& chain = chains[at];
        const auto& functions = functions_of(appliance, chain);
        // On its way through a packet loses one of its time to live (path.md, route).
        if (is_routed(way) && at == 1) {
            ttl_spent = 1;
            rename(space, names, {Field::ip_checksum}, "routing");
        }
        if (comes_in(way) && at == 1) rename_after(nullptr, names);
        for (std::size_t place = 0; place < functions.size(); ++place) {
            const auto prefix = text_of(appliance, chain) + ' ' + std::to_string(place) + ' ';
            auto& link = result.links.emplace_back();
            link.chain = chain;
            link.function = functions[place];
            link.kind = appliance.functions.at(functions[place]).kind;
            link.rules =
                symbolic::rules_of({space, appliance, names, prefix, iface_ids, ttl_spent}, functions[place]);
            if (translates_destinations(chain, link.kind)) rename_after(&link, names);
        }
    }
    result.drops_invalid = drops_invalid(appliance, way, result);
    return result;
}

ChainRules functions_on(const model::Appliance& appliance, const Way& way) {
    ChainRules result;
    for (const auto& chain : chains_on(way))
        for (const auto function : functions_of(appliance, chain))
            result.links.push_back({chain, function, appliance.functions.at(function).kind, {}});
    result.drops_invalid = drops_invalid(appliance, way, result);
    return result;
}

namespace {

constexpr auto invalid = static_cast<model::Value>(model::State::invalid);

/// The states of packets that get to the first function.
model::IntervalSet let_in(const ChainRules& chain) { return {{0, chain.drops_invalid ? invalid - 1 : invalid}}; }

} // namespace

Course course_before(const ChainRules& chain, std::size_t link) {
    const auto is_nat = [](const Link& one) { return one.kind == model::FunctionKind::nat; };
    Course course{is_nat(chain.links[link]) ? model::IntervalSet{{0, 0}} : let_in(chain), {}}; // Nats see first packets
    for (std::size_t earlier = 0; earlier < link; ++earlier)
        if (!is_nat(chain.links[earlier])) course.stages.push_back({&chain.links[earlier].rules, wanting(Action::accept)});
    return course;
}

std::vector<Course> courses_to(const ChainRules& chain, Ending ending) {
    std::vector<Course> courses;
    Course accepted{let_in(chain), {}};
    for (const auto& link : chain.links) {
        if (link.kind == model::FunctionKind::nat) continue;
        if (ending != Ending::accept) {
            courses.push_back(accepted);
            courses.back().stages.push_back(
                {&link.rules, ending == Ending::drop ? wanting(Action::drop) : wanting(Action::reject)});
        }
        accepted.stages.push_back({&link.rules, wanting(Action::accept)});
    }
    if (ending == Ending::accept) courses.push_back(std::move(accepted));
    // Of all that is dropped, what nobody wrote a rule for is the last to be shown.
    if (chain.drops_invalid && ending == Ending::drop) courses.push_back({{{invalid, invalid}}, {}});
    return courses;
}

std::vector<Course> courses_to(const ChainRules& chain, model::StatementId statement) {
    std::vector<Course> courses;
    for (std::size_t link = 0; link < chain.links.size(); ++link) {
        if (chain.links[link].kind == model::FunctionKind::nat) continue;
        courses.push_back(course_before(chain, link));
        courses.back().stages.push_back({&chain.links[link].rules, {.statement = statement}});
    }
    return courses;
}

std::vector<symbolic::Box> narrowed(symbolic::Space& space, std::vector<symbolic::Box> region,
                                    const Course& course) {
    const auto states = space.sets.add(course.states);
    std::erase_if(region, [&](symbolic::Box& box) {
        return !narrow(space, box, symbolic::variable(Field::ct_state), states);
    });
    return region;
}

} // namespace analysis
