// Load_balancer: connections to one port spread over a pool of servers.
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

constexpr std::int64_t sessions_max = 16'777'216;

class LoadBalancerBuilder {
public:
    LoadBalancerBuilder(Context& context, const Element& element) : context_(context), element_(element) {
        made_.name = element.name.text;
        made_.place = place_of(element.name.span);
    }

    model::LoadBalancer build(const syntax::Object& object) {
        const ObjectReader reader(context_, object, "a Load_balancer", keys::load_balancer, false);
        if (const auto layer = need(reader, "layer", "")) word_of(context_, layer, {"tcp"});
        if (const auto clients = need(reader, "clients", ""))
            if (const auto* members = object_of(context_, clients)) read_clients(*members, is_name(clients));
        if (const auto servers = need(reader, "servers", ""))
            if (const auto* members = object_of(context_, servers)) read_servers(*members, is_name(servers));
        return std::move(made_);
    }

private:
    Member need(const ObjectReader& reader, std::string_view key, const std::string& where) {
        const auto member = reader[key];
        if (reader.lacks(key))
            context_.report(syntax::Kind::missing_member, element_.heading,
                            "Load_balancer " + quoted(element_.name.text) + " has no " +
                                quoted(where + std::string(key)),
                            "write " + std::string(example(key)));
        return member;
    }

    static std::string_view example(std::string_view key) {
        return key == "layer"       ? "`layer: tcp`"
               : key == "clients"   ? "`clients: { iface: eth0, port: 80 }`"
               : key == "servers"   ? "`servers: { iface: eth1, algorithm: round_robin, pool: [{ address: 10.0.0.5, port: 80 }] }`"
               : key == "iface"     ? "`iface: …` with the name of an Iface"
               : key == "port"      ? "`port: 80`"
               : key == "algorithm" ? "`algorithm: round_robin`"
                                    : "`pool: [{ address: 10.0.0.5, port: 80 }]`";
    }

    /// As in the baseline, keys may be in any case in an object that is given by name.
    static bool is_name(const Member& member) {
        return std::holds_alternative<syntax::Path>(member.value->is);
    }

    void read_clients(const syntax::Object& object, bool is_named) {
        const ObjectReader reader(context_, object, "`clients`", keys::clients, is_named);
        if (const auto iface = need(reader, "iface", "clients."))
            made_.clients = iface_of(context_, iface).value_or(0);
        if (const auto port = need(reader, "port", "clients.")) made_.port = port_of(context_, port).value_or(0);
        read_limit(reader["wait_queue_limit"], made_.wait_queue_limit);
        read_limit(reader["session_limit"], made_.session_limit);
    }

    /// 0 means the default, as for Conntrack's.
    void read_limit(const Member& member, std::uint32_t& limit) {
        if (!member) return;
        const auto flows = integer_of(context_, member, 0, sessions_max);
        if (flows && *flows > 0) limit = static_cast<std::uint32_t>(*flows);
    }

    void read_servers(const syntax::Object& object, bool is_named) {
        const ObjectReader reader(context_, object, "`servers`", keys::servers, is_named);
        if (const auto iface = need(reader, "iface", "servers."))
            made_.servers = iface_of(context_, iface).value_or(0);
        if (const auto algorithm = need(reader, "algorithm", "servers."))
            word_of(context_, algorithm, {"round_robin"});
        const auto pool = need(reader, "pool", "servers.");
        const auto* list = pool ? list_of(context_, pool) : nullptr;
        if (list == nullptr) return;
        if (report_bare_servers(*list)) return;
        for (const auto& item : list->items)
            if (const auto* node = object_of(context_, {pool.key, &item, "a server of the pool"}))
                read_node(*node, item);
        if (list->items.empty())
            context_.report(syntax::Kind::missing_member, pool.value->span, "there is no server in the pool",
                            "write `pool: [{ address: 10.0.0.5, port: 80 }]`");
    }

    /// `pool: [10.0.0.5, 10.0.0.6]`: one mistake.
    bool report_bare_servers(const syntax::List& list) {
        const auto is_address = [](const syntax::Value& item) {
            return std::holds_alternative<syntax::Address>(item.is);
        };
        const auto first = std::ranges::find_if(list.items, is_address);
        if (first == list.items.end()) return false;
        const auto port = made_.port == 0 ? std::string("80") : std::to_string(made_.port);
        context_.report(syntax::Kind::wrong_member_type, first->span,
                        "a server of the pool is an object, and " + text_of(*first) + " is an address",
                        "write `{ address: " + source_of(*first) + ", port: " + port + " }`");
        return true;
    }

    void read_node(const syntax::Object& object, const syntax::Value& item) {
        const ObjectReader reader(context_, object, "a server of the pool", {"address", "port"});
        for (const std::string key : {"address", "port"})
            if (reader.lacks(key) && (key == "address" || !may_hold_port(reader["address"])))
                context_.report(syntax::Kind::missing_member, item.span, "this server has no " + quoted(key),
                                "write `{ address: 10.0.0.5, port: 80 }`",
                                note_of_declaration(context_, item));
        model::Server server;
        if (const auto address = reader["address"]) server.address = host_of(context_, address).value_or(0);
        if (const auto port = reader["port"]) server.port = server_port(port).value_or(0);
        if (reader["address"] && !context_.diagnostics.has_errors()) check_way(reader["address"], server.address);
        made_.pool.push_back(server);
    }

    std::optional<std::uint16_t> server_port(const Member& member) {
        const auto port = port_of(context_, member);
        if (port != 0) return port;
        context_.report_value(syntax::Kind::port_out_of_range, *member.value,
                              "no server listens on port 0: ports go from 1 to 65535");
        return std::nullopt;
    }

    /// Whether anything that the Load_balancer sends by the servers' Iface gets to a server.
    void check_way(const Member& member, std::uint32_t address) {
        const auto& iface = context_.appliance.ifaces[made_.servers];
        if (iface.config != model::IfaceConfig::fixed || !iface.ipv4) return;
        if (iface.ipv4->gateway || iface.ipv4->network.contains(address)) return;
        const auto leads_there = [&](const model::Route& route) {
            return route.iface == made_.servers && route.nexthop && route.destination.contains(address);
        };
        const auto& gateway = context_.appliance.gateway;
        if (gateway && std::ranges::any_of(gateway->routes, leads_there)) return;
        const auto is_near = [&](const model::Iface& other) { return other.ipv4 && other.ipv4->network.contains(address); };
        const auto& ifaces = context_.appliance.ifaces;
        const auto near = std::ranges::find_if(ifaces, is_near);
        context_.report(syntax::Kind::unreachable_server, member.value->span,
                        "nothing reaches this server: " + quoted(dotted(address)) + " is not in the network of " +
                            quoted(iface.name) + ", and no route by it with a `nexthop` leads there",
                        near == ifaces.end() ? "write the address of a server in that network, or a route with a `nexthop`"
                                             : "write `iface: " + near->name + "` in `servers`");
    }

    Context& context_;
    const Element& element_;
    model::LoadBalancer made_;
};

} // namespace

void define_load_balancer(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    context.appliance.load_balancer = LoadBalancerBuilder(context, element).build(*object);
}

} // namespace sema
