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

json mac(const model::Mac& m) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4], m[5]);
}

/// Texts of a policy may hold any bytes, JSON strings may not.
json text(const std::string& bytes) {
    try {
        json string = bytes;
        static_cast<void>(string.dump());
        return {{"text", std::move(string)}};
    } catch (const json::type_error&) {
        return {{"bytes", std::vector<unsigned char>(bytes.begin(), bytes.end())}};
    }
}

/// One function for each part of the model. A new part is a line in `without_functions`, a function, and its lines in the
/// schema.
class Model {
public:
    Model(const model::Appliance& appliance, bool with_places)
        : appliance_(appliance), with_places_(with_places) {}

    json document() const {
        json out;
        out["version"] = 1;
        out["name"] = appliance_.name;
        out["files"] = appliance_.files;
        out["hash"] = policy_hash(appliance_);
        out["appliance"] = whole();
        out["asserts"] = json::array();
        for (const auto& assertion : appliance_.asserts) out["asserts"].push_back(one(assertion));
        out["tests"] = json::array();
        for (const auto& test : appliance_.tests) out["tests"].push_back(one(test));
        return out;
    }

    json whole() const {
        json out = without_functions();
        out["functions"] = json::array();
        for (const auto& function : appliance_.functions)
            out["functions"].push_back(placed({{"name", function.name},
                                               {"kind", function.kind == model::FunctionKind::nat ? "Nat" : "Filter"},
                                               {"subtype", subtype(function.layer)},
                                               {"body", block(function.body)}},
                                              function.place));
        return out;
    }

    json without_functions() const {
        json out;
        out["ifaces"] = json::array();
        for (const auto& iface : appliance_.ifaces) out["ifaces"].push_back(one(iface));
        out["gateway"] = appliance_.gateway ? one(*appliance_.gateway) : json(nullptr);
        out["conntrack"] = one(appliance_.conntrack);
        out["limits"] = json::array();
        for (const auto& limit : appliance_.limits) out["limits"].push_back(one(limit));
        out["load_balancer"] = appliance_.load_balancer ? one(*appliance_.load_balancer) : json(nullptr);
        out["syslog"] = nullptr;
        if (const auto& syslog = appliance_.syslog)
            out["syslog"] = placed({{"address", address(syslog->address)}, {"port", syslog->port}}, syslog->place);
        out["timers"] = json::array();
        for (const auto& timer : appliance_.timers) out["timers"].push_back(one(timer));
        return out;
    }

private:
    json placed(json out, const model::Place& place) const {
        if (with_places_)
            out["place"] = {{"file", place.file}, {"line", place.line}, {"column", place.column}};
        return out;
    }

    json names(const std::vector<model::FunctionId>& chain) const {
        json out = json::array();
        for (const auto id : chain) out.push_back(appliance_.functions.at(id).name);
        return out;
    }

    json one(const model::Iface& iface) const {
        constexpr std::string_view configs[] = {"static", "dhcp", "dhcp-with-fallback"};
        json out{{"name", iface.name}, {"config", configs[static_cast<std::size_t>(iface.config)]}};
        if (const auto* index = std::get_if<std::uint32_t>(&iface.nic))
            out["index"] = *index;
        else
            out["index"] = mac(std::get<model::Mac>(iface.nic));
        out["ipv4"] = iface.ipv4 ? one(*iface.ipv4) : json(nullptr);
        out["vlan"] = maybe(iface.vlan);
        out["masquerade"] = iface.masquerade;
        out["strict_rpf"] = iface.strict_rpf;
        out["send_queue_limit"] = maybe(iface.send_queue_limit);
        out["buffer_limit"] = maybe(iface.buffer_limit);
        for (const auto hook : {model::Hook::prerouting, model::Hook::input, model::Hook::output,
                                model::Hook::postrouting})
            out["chains"][hook_name(hook)] = names(iface.chain(hook));
        return placed(std::move(out), iface.place);
    }

    static json one(const model::Ipv4Config& ipv4) {
        return {{"address", address(ipv4.address)},
                {"network", prefix(ipv4.network)},
                {"gateway", maybe_address(ipv4.gateway)},
                {"dns", maybe_address(ipv4.dns)}};
    }

    json one(const model::Gateway& gateway) const {
        json routes = json::array();
        for (const auto& route : gateway.routes)
            routes.push_back(placed({{"destination", prefix(route.destination)},
                                     {"iface", appliance_.ifaces.at(route.iface).name},
                                     {"nexthop", maybe_address(route.nexthop)},
                                     {"cost", route.cost},
                                     {"connected", route.connected}},
                                    route.place));
        return placed({{"routes", routes},
                       {"forward", names(gateway.forward)},
                       {"send_time_exceeded", gateway.send_time_exceeded}},
                      gateway.place);
    }

    static json one(const model::Timeouts& t) { return {{"tcp", t.tcp}, {"udp", t.udp}, {"icmp", t.icmp}}; }

    static json one(const model::TcpTimeouts& t) {
        return {{"syn_sent", t.syn_sent},     {"syn_recv", t.syn_recv}, {"established", t.established},
                {"fin_wait", t.fin_wait},     {"close_wait", t.close_wait}, {"last_ack", t.last_ack},
                {"time_wait", t.time_wait},   {"close", t.close}};
    }

    static json one(const model::Conntrack& conntrack) {
        return {{"limit", conntrack.limit},
                {"stateful_tcp", conntrack.stateful_tcp},
                {"drop_invalid", conntrack.drop_invalid},
                {"established", one(conntrack.established)},
                {"confirmed", one(conntrack.confirmed)},
                {"unconfirmed", one(conntrack.unconfirmed)},
                {"tcp_states", one(conntrack.tcp)}};
    }

    json one(const model::Limit& limit) const {
        return placed({{"name", limit.name},
                       {"rate", limit.rate},
                       {"period_s", limit.period_s},
                       {"burst", limit.burst},
                       {"key", limit.key ? json(model::info(*limit.key).name) : json(nullptr)},
                       {"size", limit.size}},
                      limit.place);
    }

    json one(const model::LoadBalancer& balancer) const {
        json pool = json::array();
        for (const auto& server : balancer.pool)
            pool.push_back({{"address", address(server.address)}, {"port", server.port}});
        return placed({{"name", balancer.name},
                       {"clients", iface_name(balancer.clients)},
                       {"port", balancer.port},
                       {"wait_queue_limit", balancer.wait_queue_limit},
                       {"session_limit", balancer.session_limit},
                       {"servers", iface_name(balancer.servers)},
                       {"pool", pool}},
                      balancer.place);
    }

    json one(const model::Timer& timer) const {
        json data = json::array();
        for (const auto word : timer.data) data.push_back(model::timer_data_names[static_cast<std::size_t>(word)]);
        return placed({{"name", timer.name}, {"interval_s", timer.interval_s}, {"data", data}}, timer.place);
    }

    json one(const model::Assert& assertion) const {
        return placed({{"name", assertion.name},
                       {"subtype", subtype(assertion.layer)},
                       {"about", std::visit([&](const auto& about) { return scope(about); }, assertion.about)},
                       {"body", block(assertion.body)}},
                      assertion.place);
    }

    // What an Assert or a Test is about.
    json scope(const model::WholeAppliance&) const { return nullptr; }
    json scope(const model::IfaceChain& chain) const {
        return {{"iface", iface_name(chain.iface)}, {"chain", hook_name(chain.hook)}};
    }
    json scope(const model::ForwardChain&) const { return {{"iface", nullptr}, {"chain", "forward"}}; }
    json scope(model::FunctionId function) const { return {{"function", appliance_.functions.at(function).name}}; }
    json scope(const model::Assert::Path& path) const {
        return {{"from", iface_name(path.from)}, {"to", iface_name(path.to)}};
    }

    const std::string& iface_name(model::IfaceId iface) const { return appliance_.ifaces.at(iface).name; }
    json maybe_iface(const std::optional<model::IfaceId>& iface) const {
        return iface ? json(iface_name(*iface)) : json(nullptr);
    }

    json block(const model::Block& steps) const {
        json out = json::array();
        for (const auto& step : steps)
            out.push_back(
                placed(std::visit([&](const auto& kind) { return one(kind); }, step.is), step.place));
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
            if (const auto* bytes = std::get_if<std::string>(&part))
                parts.push_back(text(*bytes));
            else
                parts.push_back({{"field", model::info(std::get<model::Field>(part)).name}});
        }
        return {{"log", parts}, {"severity", maybe(log.severity)}};
    }
    json one(const model::Verdict& verdict) const {
        constexpr std::string_view actions[] = {"accept", "drop", "reject", "dnat", "snat"};
        const auto before = appliance_.statements.size();
        const auto& statement = verdict.statement < before ? appliance_.statements[verdict.statement]
                                                           : appliance_.claims.at(verdict.statement - before);
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
        json out{{"field", model::info(test.field).name}, {"in", intervals}};
        if (test.mask != std::numeric_limits<model::Value>::max()) out["mask"] = test.mask;
        return out;
    }
    json one(const model::Compare& compare) const {
        return {{"left", model::info(compare.left).name},
                {"relation", relation(compare.relation)},
                {"right", model::info(compare.right).name}};
    }
    json one(const model::CompareLease& compare) const {
        return {{"left", model::info(compare.field).name},
                {"relation", relation(compare.relation)},
                {"iface", iface_name(compare.iface)},
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

    json one(const model::Scenario& test) const {
        json steps = json::array();
        for (const auto& step : test.steps)
            steps.push_back(placed(std::visit([&](const auto& kind) { return one(kind); }, step.is), step.place));
        json leases = json::array();
        for (const auto& [iface, config] : test.leases) {
            json lease = one(config);
            lease["iface"] = iface_name(iface);
            leases.push_back(std::move(lease));
        }
        return placed({{"name", test.name},
                       {"about", std::visit([&](const auto& about) { return scope(about); }, test.about)},
                       {"leases", leases},
                       {"steps", steps}},
                      test.place);
    }
    static json one(const model::WaitStep& wait) { return {{"wait_s", wait.seconds}}; }
    json one(const model::SendStep& send) const {
        json out{{"iface", maybe_iface(send.iface)},
                 {"packet", send.pcap ? json(nullptr) : one(send.packet)},
                 {"pcap", maybe(send.pcap)},
                 {"state", send.state ? json(model::state_names[static_cast<std::size_t>(*send.state)]) : json(nullptr)},
                 {"expect", name(send.expect)},
                 {"reason", send.reason ? json(name(*send.reason)) : json(nullptr)},
                 {"out", nullptr},
                 {"log", nullptr}};
        if (send.out)
            out["out"] = {{"iface", maybe_iface(send.out->iface)}, {"packet", one(send.out->packet)}};
        if (send.log) out["log"] = json::array();
        for (const auto& line : send.log.value_or(std::vector<std::string>{}))
            out["log"].push_back(text(line));
        return out;
    }
    static json one(const model::PacketSpec& packet) {
        json fields = json::array();
        for (const auto& [field, value] : packet.fields)
            fields.push_back({{"field", model::info(field).name}, {"value", value}});
        return {{"fields", fields},
                {"transport", packet.transport ? json(subtype(*packet.transport)) : json(nullptr)},
                {"options", packet.options ? text(*packet.options) : json(nullptr)},
                {"dont_fragment", maybe(packet.dont_fragment)},
                {"more_fragments", maybe(packet.more_fragments)},
                {"payload", packet.payload ? text(*packet.payload) : json(nullptr)}};
    }

    static std::string_view relation(model::Relation which) {
        constexpr std::string_view signs[] = {"==", "!=", "<", ">", "<=", ">="};
        return signs[static_cast<std::size_t>(which)];
    }
    static std::string hook_name(model::Hook hook) {
        return std::string(model::hook_names[static_cast<std::size_t>(hook)]);
    }

    const model::Appliance& appliance_;
    bool with_places_;
};

} // namespace

nlohmann::json to_document(const model::Appliance& appliance) { return Model(appliance, true).document(); }

nlohmann::json to_json(const model::Appliance& appliance) { return Model(appliance, false).whole(); }

nlohmann::json settings(const model::Appliance& appliance) {
    auto document = Model(appliance, false).without_functions();
    const auto by = [](const json& list, const auto& name_of) {
        json named = json::object();
        for (const auto& one : list) named[name_of(one)] = one;
        return named;
    };
    const auto name_of = [](const json& one) { return one.at("name").get<std::string>(); };
    for (auto& iface : document.at("ifaces")) iface.erase("chains");
    for (const auto member : {"ifaces", "limits", "timers"}) document[member] = by(document.at(member), name_of);
    if (auto& gateway = document.at("gateway"); !gateway.is_null()) {
        gateway.erase("forward");
        gateway["routes"] = by(gateway.at("routes"), [](const json& route) {
            return fmt::format("{} by {}", route.at("destination").get<std::string>(),
                               route.at("iface").get<std::string>());
        });
    }
    return document;
}

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
