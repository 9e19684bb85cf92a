#include "runtime/translate.hpp"

#include "runtime/answers.hpp"
#include "runtime/balance.hpp"
#include "runtime/fields.hpp"
#include "runtime/ports.hpp"
#include "runtime/rewrite.hpp"
#include "runtime/transport.hpp"

#include <algorithm>

namespace runtime {

namespace {

constexpr bool has_ports(std::uint32_t protocol) {
    return protocol == tcp_protocol || protocol == udp_protocol;
}

/// One end of a packet that leaves with that tuple. The identifier of an ICMP query belongs to who asked.
Endpoint end_of(const Ipv4Tuple& leaving, End end, bool reply) {
    const bool source = end == End::source;
    Endpoint to{source ? leaving.source : leaving.destination, std::nullopt};
    if (has_ports(leaving.protocol))
        to.port = source ? leaving.a : leaving.b;
    else if (leaving.protocol == icmp_protocol && source != reply)
        to.port = leaving.a;
    return to;
}

/// The decisions of that flow's Nats; of the one that is about to be opened, when it is null.
std::span<std::uint32_t> decisions_of(Appliance& appliance, const Flow* flow) {
    const auto all = appliance.policy.decisions;
    const std::size_t each = all.size() / (appliance.policy.flows.size() + 1);
    const std::size_t place = flow == nullptr ? appliance.policy.flows.size() : appliance.flows.number(*flow);
    return all.subspan(place * each, each);
}

void send_elsewhere(Packet& packet, const Statement& dnat) {
    Endpoint to{dnat.address.value_or(field::ip_daddr(packet)), std::nullopt};
    if (has_ports(field::ip_protocol(packet))) to.port = dnat.port;
    rewrite(packet, End::destination, to);
}

/// What an error says of a packet in the other direction is rewritten with the error's own other end.
void rewrite_error(Packet& packet, End end, const Endpoint& to) {
    rewrite_quoted(packet, end == End::source ? End::destination : End::source, to);
}

/// The destination of a packet of a known flow, or of an error about one.
void set_destination(Packet& packet, const Endpoint& to) {
    if (packet.state != State::related) return rewrite(packet, End::destination, to);
    rewrite(packet, End::destination, {to.address, std::nullopt});
    rewrite_error(packet, End::destination, to);
}

/// The tuple with which a packet came in.
Ipv4Tuple original_tuple(const Packet& packet) {
    Ipv4Tuple tuple = *tuple_of(packet);
    if (!packet.translated) return tuple;
    tuple.source = packet.received_source;
    tuple.destination = packet.received_destination;
    tuple.a = packet.received_a;
    if (tuple.protocol != icmp_protocol) tuple.b = packet.received_b;
    return tuple;
}

/// Of a first packet: what its Nats said, else masquerading or the balancer.
void choose_source(Appliance& appliance, Packet& packet, const Said& said, Time now) {
    Ipv4Tuple leaving = *tuple_of(packet);
    Endpoint to{said.address.value_or(leaving.source), std::nullopt};
    std::uint16_t pool = said.pool;
    if (has_ports(leaving.protocol)) to.port = said.port;
    if (!said.address && (!to.port || is_balanced(appliance, packet))) {
        const Ipv4Config& egress = appliance.ipv4[packet.egress];
        const bool masquerades = appliance.policy.ifaces[packet.egress].masquerade && egress.address != leaving.source;
        if (!masquerades && !is_balanced(appliance, packet)) return;
        to.address = egress.address;
        pool = egress.pool;
    }
    if (!to.port && (has_ports(leaving.protocol) || leaving.protocol == icmp_protocol)) {
        const Ipv4Tuple first = original_tuple(packet);
        leaving.source = to.address;
        to.port = choose_port(appliance, first, leaving, pool, now);
        if (!to.port) return drop_untranslatable(appliance, packet, now);
        packet.pool = static_cast<std::uint16_t>(pool + 1);
    }
    rewrite(packet, End::source, to);
}

/// Before the first function of a chain that translates destinations.
void begin_destination(Appliance& appliance, Packet& packet) {
    packet.entrance = packet.made_here ? packet.egress : packet.ingress;
    if (opens_flow(packet)) std::ranges::fill(decisions_of(appliance, nullptr), Verdict::none);
}

/// The Nat that is the `place`-th one of its chain decides about a first packet; for later ones it has decided.
void run_nat(Appliance& appliance, Packet& packet, const Function& nat, std::size_t place, Translates what,
             Said& said) {
    const Policy& policy = appliance.policy;
    if (opens_flow(packet)) {
        const Verdict verdict = nat.run(appliance, packet);
        if (!verdict.decided()) return;
        ++policy.hits[verdict.statement];
        const Statement& statement = policy.statements[verdict.statement];
        if (statement.action == Action::dnat && what == Translates::destination) {
            decisions_of(appliance, nullptr)[place] = verdict.statement;
            send_elsewhere(packet, statement);
        } else if (statement.action == Action::snat && what == Translates::source) {
            if (statement.address) said.pool = statement.pool;
            if (statement.address) said.address = statement.address;
            if (statement.port) said.port = statement.port;
        }
        return;
    }
    const bool known = packet.flow != nullptr && packet.state != State::related && !packet.reply;
    if (what != Translates::destination || !known || packet.flow->entrance != packet.entrance) return;
    const std::uint32_t kept = decisions_of(appliance, packet.flow)[place];
    if (kept != Verdict::none) send_elsewhere(packet, policy.statements[kept]);
}

/// After the last function: what is left to do for packets of known flows, or about them.
void finish_destination(Appliance& appliance, Packet& packet) {
    if (packet.flow == nullptr || !packet.flow->is_translated()) return;
    if (!packet.reply && is_balanced(appliance, packet))
        return set_destination(packet, appliance.policy.parts.balancing->front(appliance));
    send_to_peer(packet);
}

/// The same, and a source for first packets. May drop the packet.
void finish_source(Appliance& appliance, Packet& packet, const Said& said, Time now) {
    if (packet.state == State::invalid && appliance.policy.ifaces[packet.egress].masquerade)
        return drop(appliance, packet, Reason::ct_invalid);
    if (opens_flow(packet)) return choose_source(appliance, packet, said, now);
    if (packet.flow == nullptr || !packet.flow->is_translated()) return;
    const Endpoint to = end_of(packet.flow->leaving(packet.reply), End::source, packet.reply);
    if (packet.state != State::related) return rewrite(packet, End::source, to);
    // RFC 5508 REQ-5: whoever it is that says it, its address is none of the other side's business.
    if (to.address != packet.flow->tuples[packet.reply ? 1 : 0].source)
        rewrite(packet, End::source, {to.address, std::nullopt});
    rewrite_error(packet, End::source, to);
}

/// A first packet has been let through, and its flow made: what was decided about it is kept.
void keep_decisions(Appliance& appliance, const Packet& packet, Flow& flow) {
    std::ranges::copy(decisions_of(appliance, nullptr), decisions_of(appliance, &flow).begin());
    flow.entrance = packet.entrance;
    if (packet.pool == 0) return;
    const Ipv4Tuple& first = flow.tuples[0];
    flow.mapping = appliance.flows.mappings().hold(
        {first.source, first.a, static_cast<std::uint16_t>(packet.pool - 1), first.protocol},
        flow.leaving(false).a);
}

Flow* open_flow(Appliance& appliance, Packet& packet, FlowKind kind, Time now) {
    const Ipv4Tuple original = original_tuple(packet), reply = tuple_of(packet)->reverse();
    if (!appliance.flows.distinct(original, reply, now)) {
        drop_untranslatable(appliance, packet, now);
        return nullptr;
    }
    Flow& flow = appliance.flows.open(original, reply, kind, now);
    keep_decisions(appliance, packet, flow);
    return &flow;
}

/// To the port of somebody inside: it may be half of a simultaneous open (RFC 5382 REQ-4).
bool may_be_awaited(Appliance& appliance, const Packet& packet, Time now) {
    if (!opens_flow(packet) || !has_ports(field::ip_protocol(packet))) return false;
    // TCP and UDP have it in one place.
    const auto port = static_cast<std::uint16_t>(field::tcp_dport(packet));
    return is_mapped(appliance, field::ip_daddr(packet),
                     static_cast<std::uint8_t>(field::ip_protocol(packet)), port, now);
}

void let_go_of_mapping(FlowTable& table, const Flow& flow) {
    if (flow.mapping != MappingTable::none) table.mappings().let_go(flow.mapping);
}

void boot(Appliance& appliance, Time) {
    const Policy& policy = appliance.policy;
    appliance.flows.mappings().reset(policy.mappings, policy.mapping_buckets, policy.port_pools,
                                     platform::random());
}

} // namespace

void send_to_peer(Packet& packet) {
    set_destination(packet, end_of(packet.flow->leaving(packet.reply), End::destination, packet.reply));
}

const Translation part::translation{{.boot = boot},      begin_destination, run_nat,   finish_destination,
                                    finish_source,       error_intact,      may_be_awaited, open_flow,
                                    restore,             let_go_of_mapping};

} // namespace runtime
