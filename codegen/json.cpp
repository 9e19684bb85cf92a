#include "codegen/json.hpp"

#include "codegen/names.hpp"

#include <fmt/format.h>
#include <nettle/sha2.h>
#include <nlohmann/json.hpp>

namespace codegen {

namespace {

using nlohmann::json;

/// `null` for what is not there.
template <typename T> json maybe(const std::optional<T>& value) { return value ? json(*value) : json(nullptr); }

json address(model::Ipv4Address a) { return dotted(a); }
json maybe_address(const std::optional<model::Ipv4Address>& a) { return a ? address(*a) : json(nullptr); }
json prefix(const model::Ipv4Prefix& p) { return fmt::format("{}/{}", dotted(p.address), p.length); }

class Model {
public:
    explicit Model(const model::Appliance& appliance) : appliance_(appliance) {}

    json whole() const {
        json out;
        out["ifaces"] = json::array();
        for (const auto& iface : appliance_.ifaces) out["ifaces"].push_back(one(iface));
        out["gateway"] = appliance_.gateway ? one(*appliance_.gateway) : json(nullptr);
        out["conntrack"] = one(appliance_.conntrack);
        out["functions"] = json::array();
        for (const auto& function : appliance_.functions)
            out["functions"].push_back({{"name", function.name},
                                        {"kind", function.kind == model::FunctionKind::nat ? "Nat" : "Filter"},
                                        {"subtype", subtype(function.layer)},
                                        {"body", block(function.body)}});
        return out;
    }

private:
    json names(const std::vector<model::FunctionId>& chain) const {
        json out = json::array();
        for (const auto id : chain) out.push_back(appliance_.functions.at(id).name);
        return out;
    }

    json one(const model::Iface& iface) const {
        json out{{"name", iface.name}, {"config", static_cast<int>(iface.config)}};
        if (const auto* index = std::get_if<std::uint32_t>(&iface.nic))
            out["index"] = *index;
        else
            out["index"] = std::get<model::Mac>(iface.nic);
        if (iface.ipv4)
            out["ipv4"] = {{"address", address(iface.ipv4->address)},
                           {"network", prefix(iface.ipv4->network)},
                           {"gateway", maybe_address(iface.ipv4->gateway)},
                           {"dns", maybe_address(iface.ipv4->dns)}};
        out["vlan"] = maybe(iface.vlan);
        out["masquerade"] = iface.masquerade;
        out["strict_rpf"] = iface.strict_rpf;
        out["send_queue_limit"] = maybe(iface.send_queue_limit);
        out["buffer_limit"] = maybe(iface.buffer_limit);
        out["chains"] = json::array();
        for (const auto& chain : iface.chains) out["chains"].push_back(names(chain));
        return out;
    }

    json one(const model::Gateway& gateway) const {
        json routes = json::array();
        for (const auto& route : gateway.routes)
            routes.push_back({{"destination", prefix(route.destination)},
                              {"iface", appliance_.ifaces.at(route.iface).name},
                              {"nexthop", maybe_address(route.nexthop)},
                              {"cost", route.cost}});
        return {{"routes", routes},
                {"forward", names(gateway.forward)},
                {"send_time_exceeded", gateway.send_time_exceeded}};
    }

    static json one(const model::Timeouts& t) { return {{"tcp", t.tcp}, {"udp", t.udp}, {"icmp", t.icmp}}; }

    static json one(const model::Conntrack& conntrack) {
        return {{"limit", conntrack.limit},
                {"stateful_tcp", conntrack.stateful_tcp},
                {"drop_invalid", conntrack.drop_invalid},
                {"established", one(conntrack.established)},
                {"confirmed", one(conntrack.confirmed)},
                {"unconfirmed", one(conntrack.unconfirmed)}};
    }

    json block(const model::Block& steps) const {
        json out = json::array();
        for (const auto& step : steps)
            out.push_back(std::visit([&](const auto& kind) { return one(kind); }, step.is));
        return out;
    }

    json one(const model::Branch& branch) const {
        return {{"if", condition(branch.condition)},
                {"then", block(branch.then)},
                {"else", block(branch.otherwise)}};
    }
    json one(const model::Enter& enter) const {
        return {{"enter", subtype(enter.layer)}, {"body", block(enter.body)}};
    }
    json one(const model::Call& call) const {
        return {{"call", appliance_.functions.at(call.function).name}};
    }
    json one(const model::Log& log) const {
        json parts = json::array();
        for (const auto& part : log.parts) {
            if (const auto* text = std::get_if<std::string>(&part)) {
                // A log text may hold any bytes; JSON strings may not.
                parts.push_back({{"text", std::vector<unsigned char>(text->begin(), text->end())}});
            } else {
                parts.push_back({{"field", model::info(std::get<model::Field>(part)).name}});
            }
        }
        return {{"log", parts}, {"severity", maybe(log.severity)}};
    }
    json one(const model::Verdict& verdict) const {
        constexpr std::string_view actions[] = {"accept", "drop", "reject", "dnat", "snat"};
        const auto& statement = appliance_.statements.at(verdict.statement);
        return {{"verdict", actions[static_cast<std::size_t>(statement.action)]},
                {"address", maybe_address(statement.ipv4_address)},
                {"port", maybe(statement.port)}};
    }

    json condition(const model::Condition& c) const {
        return std::visit([&](const auto& kind) { return one(kind); }, c.is);
    }
    json one(const model::Constant& constant) const { return constant.value; }
    json one(const model::Test& test) const {
        json intervals = json::array();
        for (const auto& [low, high] : appliance_.sets.at(test.set).values.intervals())
            intervals.push_back({low, high});
        return {{"field", model::info(test.field).name}, {"mask", test.mask}, {"in", intervals}};
    }
    json one(const model::Compare& compare) const {
        return {{"left", model::info(compare.left).name},
                {"relation", static_cast<int>(compare.relation)},
                {"right", model::info(compare.right).name}};
    }
    json one(const model::CompareLease& compare) const {
        return {{"left", model::info(compare.field).name},
                {"relation", static_cast<int>(compare.relation)},
                {"iface", appliance_.ifaces.at(compare.iface).name},
                {"member", model::ipv4_member_names[static_cast<std::size_t>(compare.member)]}};
    }
    json one(const model::Exceeded& exceeded) const { return {{"exceeded", appliance_.limits.at(exceeded.limit).name}}; }
    json one(const model::Not& negation) const { return {{"not", condition(negation.operand.at(0))}}; }
    json one(const model::All& all) const { return {{"all", several(all.operands)}}; }
    json one(const model::Any& any) const { return {{"any", several(any.operands)}}; }
    json several(const std::vector<model::Condition>& operands) const {
        json out = json::array();
        for (const auto& operand : operands) out.push_back(condition(operand));
        return out;
    }

    const model::Appliance& appliance_;
};

} // namespace

nlohmann::json to_json(const model::Appliance& appliance) { return Model(appliance).whole(); }

std::string policy_hash(const model::Appliance& appliance) {
    const std::string text = to_json(appliance).dump();
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
    sha256_digest(&context, digest.size(), digest.data());
    std::string hex;
    for (const auto byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

} // namespace codegen
