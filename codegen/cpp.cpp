#include "codegen/cpp.hpp"

#include "codegen/functions.hpp"
#include "codegen/json.hpp"
#include "codegen/names.hpp"
#include "codegen/order.hpp"
#include "codegen/sizes.hpp"
#include "codegen/version.hpp"
#include "compiler/model/nics.hpp"
#include "compiler/model/syslog_line.hpp"

#include <algorithm>

namespace codegen {

namespace {

class Program {
public:
    Program(const model::Appliance& appliance, Translation translation, bool for_tests)
        : appliance_(appliance), sets_(appliance, data_), lists_(appliance, sets_, data_),
          functions_(functions_on_chains(appliance)), translation_(translation), for_tests_(for_tests) {
        if (for_tests) functions_.merge(functions_in_tests(appliance));
    }

    Generated generate() {
        // Functions are written first, since they tell which tables they need; the text has the tables first.
        const auto functions = written_functions();
        Writer out;
        out.line("// Made by naclc {} from {}: change the policy, not this file.", version,
                 in_comment(appliance_.files.at(0)));
        out.line("#include \"runtime/generated.hpp\"");
        out.blank();
        data_.declare(out);
        out.line("namespace {{");
        out.line("using namespace runtime;");
        out.blank();
        sets_.write_tables(out);
        lists_.write_tables(out);
        for (const auto& [id, text] : functions) write_declaration(out, appliance_, id);
        out.blank();
        std::string text = std::move(out).take();
        for (const auto& [id, function] : functions) text += function;

        Writer rest;
        nics(rest);
        chains(rest);
        judged(rest);
        ifaces(rest);
        routes(rest);
        stages(rest);
        statements(rest);
        outside_addresses(rest);
        memory(rest);
        limits(rest);
        timers(rest);
        pool(rest);
        rest.line("}} // namespace");
        rest.blank();
        policy(rest);
        return {text + std::move(rest).take() + data_.definitions(), lists_.plans()};
    }

private:
    /// Those that something runs: what lists of rules say of a called function needs it no more.
    std::map<model::FunctionId, std::string> written_functions() {
        std::map<model::FunctionId, std::string> texts;
        auto needed = for_tests_ ? functions_ : functions_at_chains(appliance_);
        while (!needed.empty()) {
            const auto id = needed.extract(needed.begin()).value();
            Writer function;
            const auto calls = write_function(function, sets_, appliance_, id,
                                              translation_ == Translation::optimised ? &lists_ : nullptr);
            texts[id] = std::move(function).take();
            for (const auto called : calls)
                if (!texts.contains(called)) needed.insert(called);
        }
        return texts;
    }

    void nics(Writer& out) const {
        const auto nics = model::nics(appliance_);
        out.open("constexpr std::array<NicSelector, {}> nic_selectors = {{{{", nics.size());
        for (const auto& nic : nics) {
            const auto user = std::ranges::find(appliance_.ifaces, nic, &model::Iface::nic);
            const auto [send, receive] = queues_of(appliance_, nic);
            if (const auto* index = std::get_if<std::uint32_t>(&nic)) {
                out.line("{{{}, false, {}, {{}}, {}, {}}},", quoted(user->name), *index, send, receive);
            } else {
                const auto& m = std::get<model::Mac>(nic);
                out.line("{{{}, true, 0, {{{:#04x}}}, {}, {}}},", quoted(user->name), fmt::join(m, ", "),
                         send, receive);
            }
        }
        out.close("}};");
        out.blank();
    }

    /// The functions of one chain as an array; nothing for an empty chain.
    void chain(Writer& out, const std::string& name, const std::vector<model::FunctionId>& functions) const {
        if (functions.empty()) return;
        std::vector<std::string> names;
        for (const auto id : functions) names.push_back(entry(id));
        out.line("constexpr std::array<Function, {}> {} = {{{{{}}}}};", names.size(), name, fmt::join(names, ", "));
    }

    /// A function in a table of them.
    std::string entry(model::FunctionId id) const {
        const bool is_nat = appliance_.functions.at(id).kind == model::FunctionKind::nat;
        return fmt::format("{{{}{}}}", function_name(appliance_, id), is_nat ? ", true" : "");
    }

    /// What Tests may ask: every function that there is, by number.
    void judged(Writer& out) const {
        if (!for_tests_) return;
        out.open("constexpr std::array<Function, {}> judged = {{{{", appliance_.functions.size());
        for (model::FunctionId id = 0; id < appliance_.functions.size(); ++id)
            out.line("{},", functions_.contains(id) ? entry(id) : "{}");
        out.close("}};");
        out.blank();
    }

    static std::string chain_name(const model::Iface& iface, std::size_t hook) {
        return identifier(iface.name) + std::string(hook_names[hook]);
    }

    void chains(Writer& out) const {
        for (const auto& iface : appliance_.ifaces)
            for (std::size_t hook = 0; hook < hook_names.size(); ++hook)
                chain(out, chain_name(iface, hook), iface.chains[hook]);
        if (appliance_.gateway) chain(out, "forward_chain", appliance_.gateway->forward);
        out.blank();
    }

    void ifaces(Writer& out) const {
        out.open("constexpr std::array<Iface, {}> ifaces = {{{{", appliance_.ifaces.size());
        for (std::size_t i = 0; i < appliance_.ifaces.size(); ++i) {
            const auto& iface = appliance_.ifaces[i];
            out.open("{{.name = {},", quoted(iface.name));
            out.line(".nic = {},", model::nic_of(appliance_, static_cast<model::IfaceId>(i)));
            if (iface.vlan) out.line(".vlan = {},", *iface.vlan);
            out.line(".forwards = {},", forwards(static_cast<model::IfaceId>(i)));
            if (iface.strict_rpf) out.line(".strict_rpf = true,");
            if (iface.masquerade) out.line(".masquerade = true,");
            if (has_pool(appliance_, iface)) out.line(".has_pool = true,");
            if (iface.leases()) out.line(".leases = true,");
            ipv4(out, iface);
            for (std::size_t hook = 0; hook < hook_names.size(); ++hook)
                if (!iface.chains[hook].empty()) out.line(".{} = {},", hook_names[hook], chain_name(iface, hook));
            out.close("},");
        }
        out.close("}};");
        out.blank();
    }

    void ipv4(Writer& out, const model::Iface& iface) const {
        const auto pool = pool_of(appliance_, iface);
        if (!iface.ipv4 && !pool) return;
        out.open(".ipv4 = {{");
        if (const auto& config = iface.ipv4) {
            out.line(".configured = true,");
            address(out, "address", config->address);
            address(out, "netmask", config->network.mask());
            address(out, "broadcast", config->network.broadcast().value_or(0));
            address(out, "gateway", config->gateway.value_or(0));
            address(out, "dns", config->dns.value_or(0));
        }
        if (pool) out.line(".pool = {},", *pool);
        out.close("},");
    }

    static void address(Writer& out, std::string_view member, model::Ipv4Address a) {
        if (a != 0) out.line(".{} = {:#010x}, // {}", member, a, dotted(a));
    }

    bool forwards(model::IfaceId iface) const {
        return appliance_.gateway &&
               std::ranges::any_of(appliance_.gateway->routes,
                                   [&](const model::Route& route) { return route.iface == iface; });
    }

    /// A route as it is at the start, in one of the tables.
    struct Row {
        model::Route route;
        std::string_view is = "stated"; ///< of runtime's Route::Is
        std::size_t place = 0;          ///< as written
    };

    bool any_leases() const { return std::ranges::any_of(appliance_.ifaces, &model::Iface::leases); }

    std::vector<Row> stated_routes() const {
        std::vector<Row> rows;
        if (!appliance_.gateway) return rows;
        for (const auto& route : appliance_.gateway->routes)
            rows.push_back({route, route.connected && appliance_.ifaces[route.iface].leases() ? "connected" : "stated"});
        return rows;
    }

    /// The networks of our Ifaces, after the stated routes.
    void add_networks(std::vector<Row>& rows) const {
        for (std::size_t i = 0; i < appliance_.ifaces.size(); ++i) {
            const auto& iface = appliance_.ifaces[i];
            if (!iface.leases() && !iface.ipv4) continue;
            rows.push_back({{.name = "the network of " + iface.name,
                             .place = {},
                             .destination = iface.ipv4 ? iface.ipv4->network : model::Ipv4Prefix{},
                             .iface = static_cast<model::IfaceId>(i),
                             .nexthop = {},
                             .cost = 0},
                            iface.leases() ? "connected" : "stated"});
        }
    }

    /// What no route has goes to the first gateway there is.
    void add_gateways(std::vector<Row>& rows) const {
        for (std::size_t i = 0; i < appliance_.ifaces.size(); ++i) {
            const auto& iface = appliance_.ifaces[i];
            const bool has_gateway = iface.ipv4 && iface.ipv4->gateway;
            if (!iface.leases() && !has_gateway) continue;
            rows.push_back({{.name = "the gateway of " + iface.name,
                             .place = {},
                             .destination = {},
                             .iface = static_cast<model::IfaceId>(i),
                             .nexthop = has_gateway ? iface.ipv4->gateway : std::nullopt,
                             .cost = 0},
                            "gateway", rows.size()});
            if (!iface.leases()) return;
        }
    }

    /// Longest prefix, then lowest cost, then source order.
    static void sort_best_first(std::vector<Row>& rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i].place = i;
        std::ranges::stable_sort(rows, [](const Row& a, const Row& b) {
            const auto& left = a.route;
            const auto& right = b.route;
            if (left.destination.length != right.destination.length)
                return left.destination.length > right.destination.length;
            return left.cost < right.cost;
        });
    }

    void routes(Writer& out) const {
        auto forwarding = stated_routes();
        auto own = forwarding;
        add_networks(own);
        sort_best_first(forwarding);
        sort_best_first(own);
        add_gateways(own);
        route_table(out, "routes", "for packets on their way through", forwarding);
        route_table(out, "own_routes", "for packets made here", own);
    }

    void route_table(Writer& out, std::string_view name, std::string_view what, const std::vector<Row>& rows) const {
        out.line("/// {}, best first{}", what, any_leases() ? "; in this order at the start" : "");
        out.open("constinit std::array<Route, {}> {} = {{{{", rows.size(), name);
        for (const auto& [route, is, place] : rows) {
            const bool moves = is != "stated" && appliance_.ifaces[route.iface].leases();
            out.line("{{{:#010x}, {:#010x}, {}, {:#010x}{}}}, // {}{}{}", route.destination.address,
                     route.destination.mask(), route.iface, route.nexthop.value_or(0),
                     any_leases() ? fmt::format(", Route::Is::{}, {}, {}", is, route.cost, place) : "",
                     moves ? "leased" : dotted(route.destination.address) + "/" + std::to_string(route.destination.length),
                     route.nexthop ? " by " + dotted(*route.nexthop) : "",
                     route.name.empty() ? "" : ": " + route.name);
        }
        out.close("}};");
        out.blank();
    }

    bool any_chain(model::Hook hook) const {
        return std::ranges::any_of(appliance_.ifaces,
                                   [&](const model::Iface& iface) { return !iface.chain(hook).empty(); });
    }

    void stages(Writer& out) const {
        std::vector<std::string_view> names = {"receive", "validate"};
        const bool tracks = appliance_.tracks(), translates = appliance_.translates();
        const auto add = [&](bool needed, std::string_view name) {
            if (needed) names.push_back(name);
        };
        add(tracks, "reassemble");
        add(tracks, "track");
        add(translates || any_chain(model::Hook::prerouting), "prerouting");
        add(true, "local");
        add(true, "route");
        add(appliance_.gateway && !appliance_.gateway->forward.empty(), "forward");
        add(true, "arrive");
        add(any_chain(model::Hook::input), "input");
        add(appliance_.load_balancer.has_value(), "balance");
        add(true, "deliver");
        add(any_chain(model::Hook::output), "output");
        add(translates || any_chain(model::Hook::postrouting), "postrouting");
        add(tracks, "confirm");
        add(true, "transmit");
        out.line("/// The path of a packet through this appliance");
        out.open("constexpr std::array<Stage, {}> stages = {{{{", names.size());
        for (const auto name : names) out.line("stage::{},", name);
        out.close("}};");
        out.blank();
    }

    void statements(Writer& out) const {
        constexpr std::string_view actions[] = {"accept", "drop", "reject", "dnat", "snat"};
        out.open("constexpr std::array<Statement, {}> statements = {{{{", appliance_.statements.size());
        for (const auto& statement : appliance_.statements)
            out.line("{{Action::{}, {}, {}, {}{}}},{}", actions[static_cast<std::size_t>(statement.action)],
                     quoted(appliance_.files.at(statement.place.file)), statement.place.line,
                     statement.place.column, translation(statement),
                     statement.ipv4_address ? " // " + dotted(*statement.ipv4_address) : "");
        out.close("}};");
        out.blank();
    }

    /// What a dnat or snat says, as the last members of its statement.
    std::string translation(const model::Statement& statement) const {
        if (!statement.ipv4_address && !statement.port) return {};
        const bool has_pool = statement.action == model::Action::snat && statement.ipv4_address;
        const std::string address =
            statement.ipv4_address ? fmt::format("{:#010x}", *statement.ipv4_address) : "{}";
        return fmt::format(", {}, {}{}", address, statement.port ? std::to_string(*statement.port) : "{}",
                           has_pool ? fmt::format(", {}", pool_of(appliance_, *statement.ipv4_address)) : "");
    }

    void outside_addresses(Writer& out) const {
        const auto addresses = codegen::outside_addresses(appliance_);
        out.open("constinit std::array<Ipv4Address, {}> outside_addresses = {{{{", addresses.size());
        for (const auto outside : addresses)
            out.line("{:#010x}, // {}", outside, outside == 0 ? "leased" : dotted(outside));
        out.close("}};");
        out.blank();
    }

    void memory(Writer& out) const {
        const Sizes s = sizes(appliance_);
        out.line("// All memory of the appliance");
        out.line("std::array<std::uint64_t, {}> hits;", appliance_.statements.size());
        out.line("std::array<Packet, {}> packets;", s.packets);
        out.line("std::array<Flow, {}> flows;", s.flows);
        out.line("std::array<FlowTable::Link, {}> flow_buckets;", s.flow_buckets);
        out.line("std::array<Connection, {}> connections;", s.connections);
        for (const auto& limit : appliance_.limits) {
            const auto name = identifier(limit.name);
            out.line("std::array<LimitEntry, {}> {}entries;", limit_keys(limit), name);
            out.line("std::array<LimitTable::Link, {}> {}buckets;", limit_buckets(limit), name);
            out.line("std::array<std::uint32_t, {}> {}heap;", limit_keys(limit), name);
        }
        out.line("std::array<LimitTable, {}> limit_tables;", appliance_.limits.size());
        out.line("std::array<Mapping, {}> mappings;", s.mappings);
        out.line("std::array<MappingTable::Link, {}> mapping_buckets;", s.mapping_buckets);
        out.line("std::array<PortPool, {}> port_pools;", s.port_pools);
        out.line("std::array<std::uint32_t, {}> decisions;", s.decisions);
        out.line("std::array<ServerState, {}> servers;", s.servers);
        out.line("std::array<ServerPool::Number, {}> server_of_flow;", s.server_of_flow);
        out.line("std::array<dhcp::Client, {}> dhcp_clients;", s.dhcp_clients);
        out.line("std::array<Datagram, {}> datagrams;", s.datagrams);
        out.line("std::array<Neighbour, {}> neighbours;", s.neighbours);
        out.blank();
    }

    void limits(Writer& out) const {
        for (const auto& limit : appliance_.limits)
            if (limit.key)
                out.line("std::uint64_t {}key(const Packet& packet) {{ return field::{}(packet); }}",
                         identifier(limit.name), accessor(*limit.key));
        out.open("constexpr std::array<Limit, {}> limits = {{{{", appliance_.limits.size());
        for (const auto& limit : appliance_.limits) {
            const auto name = identifier(limit.name);
            out.line("{{{}, {{{}, {}, {}}}, {}, {{{}entries, {}buckets, {}heap}}}}, // {}",
                     quoted(limit.name), limit.rate, nanoseconds(limit.period_s), limit.burst,
                     limit.key ? name + "key" : "nullptr", name, name, name,
                     location(appliance_, limit.place));
        }
        out.close("}};");
        out.blank();
    }

    void timers(Writer& out) const {
        constexpr std::string_view words[] = {"timestamp", "stats",          "memory", "cpu",
                                              "lb",        "stack_sampling", "timers"};
        for (const auto& timer : appliance_.timers) {
            std::vector<std::string> data;
            for (const auto word : timer.data)
                if (word != model::TimerData::lb || appliance_.load_balancer)
                    data.push_back(fmt::format("timer_data::{}", words[static_cast<std::size_t>(word)]));
            out.line("constexpr std::array<void (*)(Appliance&), {}> {}data = {{{}}};", data.size(),
                     identifier(timer.name), fmt::join(data, ", "));
        }
        out.open("constexpr std::array<Timer, {}> timers = {{{{", appliance_.timers.size());
        for (const auto& timer : appliance_.timers)
            out.line("{{{}, {}, {}data}}, // {}", quoted(timer.name), nanoseconds(timer.interval_s),
                     identifier(timer.name), location(appliance_, timer.place));
        out.close("}};");
        out.line("std::array<Time, {}> timers_due;", appliance_.timers.size());
        out.blank();
    }

    void timeouts(Writer& out) const {
        const auto& conntrack = appliance_.conntrack;
        const auto& tcp = conntrack.tcp;
        const bool follows = conntrack.stateful_tcp;
        std::vector<std::uint64_t> times_ns;
        for (const auto seconds :
             {follows ? tcp.syn_sent : conntrack.unconfirmed.tcp, conntrack.confirmed.tcp,
              follows ? tcp.established : conntrack.established.tcp, conntrack.confirmed.udp,
              conntrack.established.udp, conntrack.confirmed.icmp, conntrack.established.icmp, tcp.syn_recv,
              tcp.fin_wait, tcp.close_wait, tcp.last_ack, tcp.time_wait, tcp.close})
            times_ns.push_back(nanoseconds(seconds));
        out.line(".timeouts = {{{}}}, // ns, by FlowKind", fmt::join(times_ns, ", "));
    }

    void pool(Writer& out) const {
        if (!appliance_.load_balancer) return;
        const auto& pool = appliance_.load_balancer->pool;
        out.open("constexpr std::array<Server, {}> pool = {{{{", pool.size());
        for (const auto& server : pool)
            out.line("{{{:#010x}, {}}}, // {}", server.address, server.port, dotted(server.address));
        out.close("}};");
        out.blank();
    }

    bool logs() const {
        return appliance_.syslog || std::ranges::any_of(functions_, [&](model::FunctionId id) {
                   return has_log(appliance_.functions.at(id).body, [](const model::Log&) { return true; });
               });
    }

    /// What of the data plane is linked besides the stages.
    void parts(Writer& out) const {
        out.open(".parts = {{");
        const auto add = [&](bool needed, std::string_view name) {
            if (needed) out.line(".{0} = &part::{0},", name);
        };
        const bool tracks = appliance_.tracks();
        add(tracks, "reassembly");
        add(tracks, "tracking");
        add(tracks && appliance_.conntrack.stateful_tcp, "following");
        add(appliance_.translates(), "translation");
        add(appliance_.load_balancer.has_value(), "balancing");
        add(any_leases(), "leasing");
        add(appliance_.syslog.has_value(), "syslog");
        add(!appliance_.limits.empty(), "limits");
        add(logs(), "logs");
        add(!appliance_.timers.empty(), "timers");
        out.close("},");
    }

    static std::uint64_t nanoseconds(std::uint32_t seconds) { return seconds * std::uint64_t{1'000'000'000}; }

    void policy(Writer& out) const {
        const auto& conntrack = appliance_.conntrack;
        out.open("constinit const runtime::Policy runtime::linked_policy{{");
        out.line(".name = {},", quoted(appliance_.name));
        out.line(".hash = \"{}\",", policy_hash(appliance_));
        out.line(".compiler = \"naclc {}\",", version);
        out.line(".nics = nic_selectors,");
        for (const auto member : {"ifaces", "routes", "own_routes"}) out.line(".{0} = {0},", member);
        const bool has_forward = appliance_.gateway && !appliance_.gateway->forward.empty();
        out.line(".forward = {},", has_forward ? "forward_chain" : "{}");
        out.line(".send_time_exceeded = {},", !appliance_.gateway || appliance_.gateway->send_time_exceeded);
        out.line(".drop_invalid = {},", conntrack.drop_invalid);
        timeouts(out);
        if (const auto& syslog = appliance_.syslog)
            out.line(".syslog = {{{:#010x}, {}, {}}}, // {}", syslog->address, syslog->port,
                     quoted(model::syslog_header(appliance_)), dotted(syslog->address));
        if (const auto& balancer = appliance_.load_balancer)
            out.line(".balancer = {{{}, {}, {}, {}, {}, pool}}, // {}", balancer->clients, balancer->port,
                     balancer->session_limit, balancer->wait_queue_limit, balancer->servers,
                     location(appliance_, balancer->place));
        if (goes_one_by_one(appliance_)) out.line(".together = 1,");
        out.line(".stages = stages,");
        parts(out);
        for (const auto member : {"statements", "limits", "timers"}) out.line(".{0} = {0},", member);
        if (for_tests_) out.line(".judged = judged,");
        for (const auto member :
             {"outside_addresses", "hits", "packets", "flows", "flow_buckets", "connections", "timers_due", "limit_tables",
              "mappings", "mapping_buckets", "port_pools", "decisions", "servers", "server_of_flow", "dhcp_clients",
              "datagrams", "neighbours"})
            out.line(".{0} = {0},", member);
        out.close("};");
    }

    static constexpr std::array<std::string_view, 4> hook_names = {"prerouting", "input", "output", "postrouting"};

    const model::Appliance& appliance_;
    Data data_;
    Sets sets_;
    RuleLists lists_;
    std::set<model::FunctionId> functions_;
    Translation translation_;
    bool for_tests_;
};

} // namespace

Generated generate(const model::Appliance& appliance, Translation translation) {
    return Program(appliance, translation, false).generate();
}

std::string cpp(const model::Appliance& appliance, Translation translation) {
    return generate(appliance, translation).text;
}

std::string cpp_for_tests(const model::Appliance& appliance, Translation translation) {
    return Program(appliance, translation, true).generate().text;
}

} // namespace codegen
