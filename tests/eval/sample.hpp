// Policies made by hand, for tests of what executes policies.
#pragma once
#include "compiler/model/appliance.hpp"

namespace sample {

using model::Field;
using model::Layer;

/// Puts a model together; each statement and step gets a line of its own, so that places tell them apart.
class Policy {
public:
    explicit Policy(std::string name) {
        appliance.name = name;
        appliance.files = {name + ".nacl"};
    }

    model::Appliance appliance;

    model::IfaceId iface(std::string name, std::optional<model::Ipv4Config> ipv4 = {}) {
        const auto id = static_cast<std::uint32_t>(appliance.ifaces.size());
        model::Iface made;
        made.name = std::move(name);
        made.place = place();
        made.nic = id;
        made.ipv4 = ipv4;
        appliance.ifaces.push_back(std::move(made));
        return id;
    }

    void route(model::Ipv4Prefix destination, model::IfaceId iface,
               std::optional<model::Ipv4Address> nexthop = {}, std::uint32_t cost = 1) {
        if (!appliance.gateway) appliance.gateway.emplace();
        appliance.gateway->routes.push_back({.name = {},
                                             .place = place(),
                                             .destination = destination,
                                             .iface = iface,
                                             .nexthop = nexthop,
                                             .cost = cost});
    }
    /// The networks of all Ifaces that have one, as `connected` states them.
    void connect() {
        for (model::IfaceId id = 0; id < appliance.ifaces.size(); ++id)
            if (const auto& ipv4 = appliance.ifaces[id].ipv4) route(ipv4->network, id);
    }

    model::Condition is(Field field, model::IntervalSet values, model::Value mask = ~model::Value{0}) {
        appliance.sets.push_back({.name = {}, .values = std::move(values), .place = place()});
        const auto set = static_cast<model::SetId>(appliance.sets.size() - 1);
        return {model::Test{field, set, mask}, place()};
    }
    model::Condition equals(Field field, model::Value value) { return is(field, {{value, value}}); }
    model::Condition state(model::State state) {
        return equals(Field::ct_state, static_cast<model::Value>(state));
    }

    model::Step verdict(model::Action action, std::optional<model::Ipv4Address> address = {},
                        std::optional<std::uint16_t> port = {}) {
        appliance.statements.push_back({.action = action, .ipv4_address = address, .port = port, .place = place()});
        return {model::Verdict{static_cast<model::StatementId>(appliance.statements.size() - 1)},
                appliance.statements.back().place};
    }
    model::Step accept() { return verdict(model::Action::accept); }
    model::Step drop() { return verdict(model::Action::drop); }
    model::Step reject() { return verdict(model::Action::reject); }
    model::Step dnat(std::optional<model::Ipv4Address> address, std::optional<std::uint16_t> port = {}) {
        return verdict(model::Action::dnat, address, port);
    }
    model::Step snat(std::optional<model::Ipv4Address> address, std::optional<std::uint16_t> port = {}) {
        return verdict(model::Action::snat, address, port);
    }
    model::Step when(model::Condition condition, model::Block then, model::Block otherwise = {}) {
        return {model::Branch{std::move(condition), std::move(then), std::move(otherwise)}, place()};
    }
    model::Step in(Layer layer, model::Block body) { return {model::Enter{layer, std::move(body)}, place()}; }
    model::Step call(model::FunctionId function) { return {model::Call{function}, place()}; }
    model::Step log(std::vector<std::variant<std::string, Field>> parts) {
        return {model::Log{.severity = {}, .parts = std::move(parts)}, place()};
    }

    model::FunctionId filter(std::string name, model::Block body, Layer layer = Layer::ip) {
        appliance.functions.push_back(
            {std::move(name), model::FunctionKind::filter, layer, std::move(body), place()});
        return static_cast<model::FunctionId>(appliance.functions.size() - 1);
    }
    model::FunctionId nat(std::string name, model::Block body, Layer layer = Layer::ip) {
        appliance.functions.push_back({std::move(name), model::FunctionKind::nat, layer, std::move(body), place()});
        return static_cast<model::FunctionId>(appliance.functions.size() - 1);
    }
    void put(model::IfaceId iface, model::Hook hook, std::vector<model::FunctionId> functions) {
        appliance.ifaces[iface].chains[static_cast<std::size_t>(hook)] = std::move(functions);
    }

private:
    model::Place place() { return {.file = 0, .line = ++line_, .column = 5}; }
    std::uint32_t line_ = 0;
};

constexpr model::Ipv4Address ip(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

constexpr model::Ipv4Config config(model::Ipv4Address address, std::uint8_t length,
                                   std::optional<model::Ipv4Address> gateway = {}) {
    const model::Ipv4Prefix all{0, length};
    return {address, {address & all.mask(), length}, gateway, {}};
}

constexpr model::IfaceId outside = 0, inside = 1;
constexpr model::Ipv4Address outside_address = ip(10, 55, 0, 1), inside_address = ip(192, 168, 0, 1);
constexpr model::Ipv4Address internet_router = ip(10, 55, 0, 254), server = ip(192, 168, 0, 10);

/// Two Ifaces with routes between them, and no functions.
inline Policy router() {
    Policy policy("router");
    policy.iface("outside", config(outside_address, 16, internet_router));
    policy.iface("inside", config(inside_address, 24));
    policy.connect();
    policy.route({}, outside);
    return policy;
}

inline constexpr std::array<model::Ipv4Address, 3> pool = {ip(192, 168, 0, 11), ip(192, 168, 0, 12),
                                                           ip(192, 168, 0, 13)};

/// Web servers inside behind the outer address, and no Gateway.
inline Policy balanced() {
    Policy p("balanced");
    p.iface("outside", config(outside_address, 16, internet_router));
    p.iface("inside", config(inside_address, 24));
    p.appliance.load_balancer = model::LoadBalancer{
        .name = "web", .place = {}, .clients = outside, .port = 80, .servers = inside, .pool = {}};
    for (const auto address : pool) p.appliance.load_balancer->pool.push_back({address, 8080});
    return p;
}

/// The router with a filter on its forward chain that lets some services of `server` be reached, answers to
/// what is known, and everything else only from inside.
inline Policy bastion() {
    Policy p = router();
    p.appliance.name = "bastion";
    p.appliance.files = {"bastion.nacl"};
    p.appliance.conntrack.limit = 64;

    const auto services =
        p.filter("services",
                 {p.when(p.is(Field::tcp_dport, {{22, 22}, {80, 80}, {443, 443}}), {p.accept()}),
                  p.when(p.is(Field::tcp_dport, {{8000, 8099}}),
                         {p.log({"late ", Field::ip_saddr, ":", Field::tcp_sport, " ", Field::tcp_flags}),
                          p.reject()})},
                 Layer::tcp);
    model::Block forward = {
        p.when(p.state(model::State::established), {p.accept()}),
        p.when(p.state(model::State::related), {p.accept()}),
        p.when(p.is(Field::ip_saddr, {{ip(192, 168, 0, 0), ip(192, 168, 0, 255)}}), {p.accept()}),
        p.when(p.equals(Field::ip_daddr, server), {p.call(services)}),
        p.in(Layer::udp,
             {p.when({model::All{{p.equals(Field::udp_dport, 53), p.is(Field::ip_length, {{0, 512}})}}, {}},
                     {p.accept()})}),
        p.in(Layer::icmp, {p.when(p.equals(Field::icmp_type, 8), {p.accept()}, {p.drop()})}),
        p.when({model::Compare{Field::ip_saddr, model::Relation::greater, Field::ip_daddr}, {}},
               {p.reject()}),
        p.log({"dropped ", Field::ip_protocol, " ", Field::ct_state}),
        p.drop(),
    };
    p.appliance.gateway->forward = {p.filter("forward_filter", std::move(forward))};

    const auto guard = p.filter(
        "guard",
        {p.when(p.is(Field::ip_saddr, {{ip(10, 55, 66, 0), ip(10, 55, 66, 255)}}), {p.drop()}), p.accept()});
    p.put(outside, model::Hook::prerouting, {guard});
    const auto local = p.filter(
        "local", {p.in(Layer::icmp, {p.accept()}),
                  p.in(Layer::tcp, {p.when(p.is(Field::tcp_flags, {{2, 2}}, 2), {p.reject()}, {p.drop()})}),
                  p.accept()});
    p.put(outside, model::Hook::input, {local});
    const auto leaving = p.filter(
        "leaving", {p.when({model::Not{{p.is(Field::ip_ttl, {{3, 255}})}}, {}}, {p.drop()}), p.accept()});
    p.put(inside, model::Hook::postrouting, {leaving});
    const auto made =
        p.filter("made", {p.when(p.equals(Field::ip_daddr, ip(10, 55, 0, 9)), {p.drop()}), p.accept()});
    p.put(outside, model::Hook::output, {made});
    return p;
}

} // namespace sample
