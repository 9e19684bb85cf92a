#include "compiler/eval/machine.hpp"

#include "compiler/eval/checksum.hpp"

#include <algorithm>
#include <cassert>

namespace eval {

using model::Reason;

namespace {

void decrement_ttl(Bytes& datagram) {
    --datagram[8];
    put16(datagram, 10, 0);
    put16(datagram, 10, checksum(View(datagram).first(Datagram(datagram).header_bytes())));
}

} // namespace

model::Mac neighbour_mac(model::Ipv4Address address) {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(address >> shift); };
    return {0x02, 0x00, byte(24), byte(16), byte(8), byte(0)};
}

Machine::Machine(model::Appliance appliance, std::vector<model::Mac> macs, std::uint64_t seed)
    : appliance_(std::move(appliance)), macs_(std::move(macs)), flows_(appliance_.conntrack),
      balancer_(appliance_.load_balancer ? appliance_.load_balancer->pool.size() : 0), limits_(appliance_.limits),
      seed_(seed) {
    assert(macs_.size() == model::nics(appliance_).size());
}

void Machine::lease(model::IfaceId iface, const std::optional<model::Ipv4Config>& ipv4) {
    assert(appliance_.ifaces.at(iface).leases());
    const auto before = std::exchange(appliance_.ifaces[iface].ipv4, ipv4);
    if (before && (!ipv4 || ipv4->address != before->address)) flows_.end_translated_to(before->address);
}

Result Machine::receive(model::NicId nic, View frame, Time now, Trace* trace) {
    now_ = now;
    trace_ = trace;
    result_ = {};
    expire_fragments();
    ++counters_.received;
    Packet packet;
    packet.frame.assign(frame.begin(), frame.end());
    packet.nic = nic;
    run(packet);
    flush_syslog();
    return std::move(result_);
}

void Machine::tick(Time now) {
    now_ = now;
    expire_fragments();
}

/// The stages in order. Each handles the packets that stand at it, and moves them forward.
void Machine::run(Packet& packet) {
    if (trace_ != nullptr) packet.number = trace_->packets++;
#define STAGE(name, text)                                                                                    \
    if (packet.at == At::name) run_stage(packet, &Machine::name, #name);
#include "runtime/stages.def"
    assert(packet.at == At::settled);
}

void Machine::run_stage(Packet& packet, void (Machine::*stage)(Packet&), std::string_view name) {
    if (trace_ == nullptr) return (this->*stage)(packet);
    const auto snapshot = [&] {
        return Snapshot{packet.bytes, packet.tracked, packet.ingress, packet.hop, packet.local};
    };
    constexpr std::array names = {
#define STAGE(name, text) std::string_view(#name),
#include "runtime/stages.def"
        std::string_view{},
    };
    // A stage may make packets, whose stages come behind it in the list.
    const std::size_t place = trace_->stages.size();
    trace_->stages.push_back({.stage = name, .packet = packet.number, .before = snapshot()});
    (this->*stage)(packet);
    auto& done = trace_->stages[place];
    done.after = snapshot();
    done.dropped = packet.dropped;
    done.next = names[static_cast<std::size_t>(packet.at)];
}

void Machine::note(Event event) {
    if (trace_ != nullptr) trace_->stages.back().events.push_back(std::move(event));
}

void Machine::count_drops(Reason reason, std::size_t times) {
    counters_.dropped += times;
    result_.drops.insert(result_.drops.end(), times, reason);
}

void Machine::expire_fragments() {
    count_drops(Reason::reassembly_timeout, fragments_.expire(now_));
    counters_.waiting = fragments_.count();
}

/// A datagram that came in fragments ends with all of them.
void Machine::drop(Packet& packet, Reason reason) {
    count_drops(reason, std::max<std::size_t>(packet.fragments.size(), 1));
    if (!packet.made_here) result_.fate = Fate::dropped;
    packet.dropped = reason;
    packet.at = At::settled;
}

/// What skips every chain.
void Machine::deliver_at_once(Packet& packet) {
    ++counters_.delivered;
    result_.fate = Fate::delivered;
    packet.at = At::settled;
}

void Machine::receive(Packet& packet) {
    const auto seen = classify(appliance_, packet.nic, macs_.at(packet.nic), packet.frame);
    if (const auto* reason = std::get_if<Reason>(&seen)) return drop(packet, *reason);
    const auto [kind, ingress] = std::get<Arrival>(seen);
    if (kind == EtherKind::arp) {
        // Every neighbour is known without asking, so that there is nothing to learn from it.
        return deliver_at_once(packet);
    }
    packet.group_mac = is_group(destination_mac(packet.frame));
    packet.ingress = ingress;
    packet.at = At::validate;
}

void Machine::validate(Packet& packet) {
    const View carried = View(packet.frame).subspan(link_of(packet.frame)->header_bytes);
    if (const auto fault = header_fault(carried)) return drop(packet, *fault);
    // What lies past the total length is padding.
    const View datagram = carried.first(get16(carried, 2));
    packet.bytes.assign(datagram.begin(), datagram.end());
    packet.received = packet.bytes;
    // The client itself is not here: leases are given. What it hears skips everything.
    if (appliance_.ifaces[packet.ingress].leases() && is_dhcp_reply(packet.datagram(), macs_.at(packet.nic))) {
        if (const auto fault = transport_fault(packet.datagram())) return drop(packet, *fault);
        return deliver_at_once(packet);
    }
    if (const auto fault = address_fault(appliance_, packet.ingress, packet.datagram(), packet.group_mac))
        return drop(packet, *fault);
    if (appliance_.ifaces[packet.ingress].strict_rpf) // RFC 3704 2.2
        if (const auto back = way_back(appliance_, packet.datagram()); back != packet.ingress) {
            note(CameWrongWay{back});
            return drop(packet, Reason::martian);
        }
    if (const auto fault = tcp_flags_fault(packet.datagram())) return drop(packet, *fault);
    packet.at = At::reassemble;
}

void Machine::reassemble(Packet& packet) {
    packet.at = At::track;
    if (!appliance_.tracks() || !packet.datagram().is_fragment()) return;
    auto [taken, displaced] = fragments_.take(packet.ingress, packet.datagram(), now_);
    counters_.waiting = fragments_.count();
    count_drops(Reason::reassembly_evicted, displaced);
    if (const auto* refused = std::get_if<Refused>(&taken)) {
        count_drops(refused->reason, refused->held_ones);
        return drop(packet, refused->reason);
    }
    if (std::holds_alternative<HeldBack>(taken)) {
        result_.fate = Fate::held;
        packet.at = At::settled;
        return;
    }
    auto& whole = std::get<Whole>(taken);
    packet.bytes = std::move(whole.datagram);
    packet.received = std::move(whole.first);
    packet.fragments = std::move(whole.fragments);
    if (const auto fault = transport_fault(packet.datagram())) drop(packet, *fault);
}

namespace {

/// An ICMP error whose checksum, or that of the header it quotes, is wrong.
bool is_damaged(const Datagram& error) {
    const Datagram quoted(error.payload().subspan(8));
    return checksum(error.payload()) != 0 || checksum(quoted.bytes().first(quoted.header_bytes())) != 0;
}

} // namespace

void Machine::track(Packet& packet) {
    packet.untranslated = packet.bytes;
    if (appliance_.tracks()) {
        packet.tracked = flows_.look_up(packet.datagram(), now_);
        if (packet.tracked.may_open && !flows_.has_room(packet.datagram()))
            return drop(packet, Reason::ct_full);
        if (packet.tracked.state == model::State::related &&
            flows_.flow(*packet.tracked.flow).is_translated() && is_damaged(packet.datagram()))
            return drop(packet, Reason::bad_checksum);
    }
    packet.opening.entrance = packet.made_here ? packet.hop.egress : packet.ingress;
    packet.at = packet.made_here ? At::output : At::prerouting;
}

Subject Machine::subject(const Packet& packet) const {
    Subject subject{packet.datagram(), packet.tracked.state};
    if (!packet.made_here) {
        subject.frame = packet.frame;
        subject.ingress = packet.ingress;
    }
    if (packet.at > At::route) subject.egress = packet.hop.egress;
    return subject;
}

void Machine::run_chain(Packet& packet, const std::vector<model::FunctionId>& chain, At next, Translates what) {
    packet.at = next;
    if (chain.empty()) return;
    const bool invalid = packet.tracked.state == model::State::invalid;
    if (invalid && appliance_.conntrack.drop_invalid) return drop(packet, Reason::ct_invalid);
    for (std::size_t place = 0; place < chain.size() && packet.at == next; ++place) {
        if (appliance_.functions.at(chain[place]).kind == model::FunctionKind::nat) {
            run_nat(packet, chain[place], place, what);
            continue;
        }
        const auto decided = run_function(appliance_, chain[place], subject(packet), effects());
        if (decided) obey(packet, *decided);
    }
}

void Machine::obey(Packet& packet, model::StatementId decided) {
    result_.decided.push_back(decided);
    switch (appliance_.statements.at(decided).action) {
    case model::Action::drop:
        return drop(packet, Reason::filter);
    case model::Action::reject:
        answer(packet, reject_answer(packet.datagram()));
        return drop(packet, Reason::reject);
    default:
        break;
    }
}

/// No room for its flow, or none for what it would be translated to. RFC 5508 REQ-8: who sent it is told the
/// latter.
void Machine::refuse(Packet& packet, Reason reason) {
    if (reason == Reason::nat_exhausted) answer(packet, AnswerKind::prohibited);
    drop(packet, reason);
}

void Machine::prerouting(Packet& packet) {
    run_chain(packet, appliance_.ifaces[packet.ingress].chain(model::Hook::prerouting), At::local,
              Translates::destination);
    if (packet.at == At::local) finish_destination(packet);
}

void Machine::local(Packet& packet) {
    const auto& ingress = appliance_.ifaces[packet.ingress];
    const auto destination = packet.datagram().destination();
    if (packet.tracked.reply && is_balanced(packet)) {
        packet.at = At::balance;
        return;
    }
    if (is_address_of(ingress, destination) || is_broadcast_of(ingress, destination) ||
        destination == limited_broadcast) {
        if (const auto fault = transport_fault(packet.datagram())) return drop(packet, *fault);
        packet.local = packet.ingress;
        packet.at = At::input;
        return;
    }
    if (is_multicast(destination)) return drop(packet, Reason::multicast);
    if (is_broadcast(destination)) return drop(packet, Reason::directed_broadcast);
    packet.at = At::route;
}

void Machine::route(Packet& packet) {
    if (!forwards(appliance_, packet.ingress)) return drop(packet, Reason::no_forwarding);
    if (!appliance_.ifaces[packet.ingress].ipv4) return drop(packet, Reason::no_address);
    if (ttl_ran_out(packet)) return;
    const auto routed = route_through(appliance_, packet.datagram().destination());
    if (const auto* reason = std::get_if<Reason>(&routed)) {
        if (*reason == Reason::no_route) answer(packet, AnswerKind::net_unreachable);
        return drop(packet, *reason);
    }
    packet.hop = std::get<Hop>(routed);
    spend_ttl(packet);
    packet.at = At::forward;
}

bool Machine::ttl_ran_out(Packet& packet) {
    if (packet.datagram().ttl() > 1) return false;
    const bool silent = appliance_.gateway && !appliance_.gateway->send_time_exceeded;
    if (!silent) answer(packet, AnswerKind::time_exceeded);
    drop(packet, Reason::ttl);
    return true;
}

void Machine::spend_ttl(Packet& packet) {
    decrement_ttl(packet.bytes);
    for (auto& fragment : packet.fragments) {
        decrement_ttl(fragment);
        if (Datagram(fragment).fragment_offset() == 0) put16(packet.bytes, 10, get16(fragment, 10));
    }
}

void Machine::forward(Packet& packet) { run_chain(packet, appliance_.gateway->forward, At::arrive); }

void Machine::arrive(Packet& packet) {
    const auto local = iface_with(appliance_, packet.datagram().destination());
    if (!local) {
        packet.at = At::postrouting;
        return;
    }
    if (const auto fault = transport_fault(packet.datagram())) return drop(packet, *fault);
    packet.local = *local;
    packet.at = At::input;
}

void Machine::input(Packet& packet) {
    run_chain(packet, appliance_.ifaces[packet.local].chain(model::Hook::input), At::balance);
}

/// To the port of somebody inside: it may be half of a simultaneous open (RFC 5382 REQ-4).
bool Machine::may_be_awaited(const Packet& packet) const {
    const auto datagram = packet.datagram();
    if (!packet.tracked.first_of_flow() || (datagram.protocol() != tcp && datagram.protocol() != udp))
        return false;
    return flows_.mapped_ports(datagram.destination(), datagram.protocol())
        .contains(get16(datagram.payload(), 2));
}

void Machine::deliver(Packet& packet) {
    const auto datagram = packet.datagram();
    const bool awaited = may_be_awaited(packet);
    if (!awaited && !asks_for_server(packet))
        if (const auto reason = flows_.confirm(datagram, packet.tracked, now_, packet.opening))
            return refuse(packet, *reason);
    ++counters_.delivered;
    if (!packet.fragments.empty()) counters_.merged += packet.fragments.size() - 1;
    result_.fate = Fate::delivered;
    packet.at = At::settled;
    if (awaited || datagram.destination() == limited_broadcast || is_broadcast(datagram.destination()))
        return;
    if (datagram.is_fragment()) return; // only where nothing is reassembled: its port is not to be told
    switch (datagram.protocol()) {
    case icmp:
        if (datagram.transport_complete() && get8(datagram.payload(), 0) == icmp_type::echo)
            reply_to_echo(packet);
        break;
    case tcp:
        // Made of an invalid segment's numbers, a reset could end the connection that it is no part of.
        if (!appliance_.conntrack.stateful_tcp || packet.tracked.state != model::State::invalid)
            answer(packet, AnswerKind::reset);
        break;
    case udp:
        answer(packet, AnswerKind::port_unreachable);
        break;
    default:
        answer(packet, AnswerKind::protocol_unreachable);
        break;
    }
}

/// The reply is a packet of its own, tracked and filtered.
void Machine::reply_to_echo(const Packet& request) {
    Packet reply;
    ++counters_.made;
    reply.made_here = true;
    reply.bytes = make_echo_reply(request.datagram(), mtu_bytes);
    const auto routed = route_from_here(appliance_, reply.datagram().destination());
    if (const auto* reason = std::get_if<Reason>(&routed)) return drop(reply, *reason);
    reply.hop = std::get<Hop>(routed);
    reply.at = At::track;
    run(reply);
}

void Machine::output(Packet& packet) {
    const auto destination = packet.datagram().destination();
    run_chain(packet, appliance_.ifaces[packet.hop.egress].chain(model::Hook::output), At::postrouting,
              Translates::destination);
    if (packet.at != At::postrouting) return;
    finish_destination(packet);
    if (packet.datagram().destination() == destination) return;
    const auto routed = route_from_here(appliance_, packet.datagram().destination());
    if (const auto* reason = std::get_if<Reason>(&routed)) return drop(packet, *reason);
    packet.hop = std::get<Hop>(routed);
}

void Machine::postrouting(Packet& packet) {
    run_chain(packet, appliance_.ifaces[packet.hop.egress].chain(model::Hook::postrouting), At::confirm,
              Translates::source);
    if (packet.at == At::confirm) finish_source(packet);
}

void Machine::confirm(Packet& packet) {
    const bool replied = packet.tracked.flow && flows_.flow(*packet.tracked.flow).replied;
    const bool counts = flows_.counts(packet.datagram(), packet.tracked);
    if (const auto reason = flows_.confirm(packet.datagram(), packet.tracked, now_, packet.opening))
        return refuse(packet, *reason);
    if (counts) tell_balancer(packet, replied);
    packet.at = At::transmit;
}

void Machine::transmit(Packet& packet) {
    if (!packet.made_here) result_.fate = Fate::sent;
    packet.at = At::settled;
    if (packet.made_here) {
        packet.fragments = split(packet.bytes, mtu_bytes);
        counters_.split += packet.fragments.size() - 1;
    }
    if (packet.fragments.empty()) packet.fragments.push_back(std::move(packet.bytes));
    for (auto& fragment : packet.fragments) send(std::move(fragment), packet.hop);
}

void Machine::send(Bytes datagram, const Hop& hop) {
    const model::NicId nic = model::nic_of(appliance_, hop.egress);
    const auto to = neighbour_mac(hop.next);
    Bytes frame(to.begin(), to.end());
    append(frame, macs_.at(nic));
    append(frame, Bytes{0x08, 0x00});
    append(frame, datagram);
    if (const auto vlan = appliance_.ifaces[hop.egress].vlan) insert_tag(frame, *vlan);
    ++counters_.sent;
    result_.out.push_back({nic, std::move(frame)});
}

/// Answers skip the chains and the flow table. They are about the datagram as its sender knows it.
void Machine::answer(const Packet& about, AnswerKind kind) {
    if (about.made_here) return; // we know already
    const Datagram datagram(about.untranslated);
    const auto destination = datagram.destination();
    if (about.group_mac || destination == limited_broadcast || is_multicast(destination) ||
        is_broadcast(destination) || !may_be_answered(kind, datagram))
        return;
    const auto routed = route_from_here(appliance_, datagram.source());
    if (std::holds_alternative<Reason>(routed)) return;
    if (!answers_.take(now_)) return;
    const auto hop = std::get<Hop>(routed);
    ++counters_.made;
    if (kind == AnswerKind::reset) return send(make_reset(datagram), hop);
    const bool delivered = kind == AnswerKind::port_unreachable || kind == AnswerKind::protocol_unreachable;
    const auto source = delivered ? destination : appliance_.ifaces[hop.egress].ipv4->address;
    // What the sender reads must be what it sent, so the packet is quoted as it came in.
    send(make_icmp_error(kind, source, Datagram(about.received)), hop);
}

/// The directed broadcast address of one of our Ifaces.
bool Machine::is_broadcast(model::Ipv4Address address) const {
    return std::ranges::any_of(appliance_.ifaces,
                               [&](const model::Iface& iface) { return is_broadcast_of(iface, address); });
}

} // namespace eval
