// Network address translation on a packet's way. See "Translation" in path.md.
#include "compiler/eval/chains.hpp"
#include "compiler/eval/machine.hpp"
#include "compiler/eval/ports.hpp"

namespace eval {

namespace {

bool has_ports(std::uint8_t protocol) { return protocol == tcp || protocol == udp; }

/// One end of a packet that leaves with that tuple. The identifier of an ICMP query is its asker's.
Endpoint end_of(const Tuple& leaving, End end, bool reply) {
    Endpoint to{end == End::source ? leaving.source : leaving.destination, {}};
    const End asker = reply ? End::destination : End::source;
    if (has_ports(leaving.protocol))
        to.port = end == End::source ? leaving.a : leaving.b;
    else if (leaving.protocol == icmp && end == asker)
        to.port = leaving.a;
    return to;
}

} // namespace

/// Decides about a first packet; later ones in its direction have it decided.
void Machine::run_nat(Packet& packet, model::FunctionId id, std::size_t place, Translates what) {
    const auto& tracked = packet.tracked;
    if (tracked.first_of_flow()) {
        const auto decided = run_function(appliance_, id, subject(packet), effects());
        if (!decided) return;
        result_.decided.push_back(*decided);
        const auto& statement = appliance_.statements.at(*decided);
        if (statement.action == model::Action::dnat && what == Translates::destination) {
            packet.opening.decisions[place] = *decided;
            send_elsewhere(packet, *decided);
        }
        if (statement.action == model::Action::snat && what == Translates::source) {
            if (statement.ipv4_address) packet.source_said.address = statement.ipv4_address;
            if (statement.port) packet.source_said.port = statement.port;
        }
        return;
    }
    if (what != Translates::destination || !tracked.flow || tracked.reply ||
        tracked.state == model::State::related)
        return;
    const Flow& flow = flows_.flow(*tracked.flow);
    const auto kept = flow.decisions.find(place);
    if (flow.entrance == packet.opening.entrance && kept != flow.decisions.end())
        send_elsewhere(packet, kept->second);
}

void Machine::send_elsewhere(Packet& packet, model::StatementId dnat) {
    rewrite(packet, End::destination, destination_said(packet.datagram(), appliance_.statements.at(dnat)));
    if (trace_ != nullptr) note(SentElsewhere{dnat, packet.tracked.flow.has_value(), packet.bytes});
}

/// Of a packet of a known flow, or of an error about one.
void Machine::set_destination(Packet& packet, const Endpoint& to) {
    if (packet.tracked.state != model::State::related) return rewrite(packet, End::destination, to);
    if (!flows_.flow(*packet.tracked.flow).is_translated()) return;
    rewrite(packet, End::destination, {to.address, {}});
    rewrite_quoted(packet, End::source, to);
}

/// It gets the destination with which its flow leaves.
void Machine::send_to_peer(Packet& packet) {
    const auto& tracked = packet.tracked;
    const Flow& flow = flows_.flow(*tracked.flow);
    set_destination(packet, end_of(flow.leaving(tracked.reply), End::destination, tracked.reply));
}

void Machine::finish_destination(Packet& packet) {
    if (!packet.tracked.flow) return;
    if (is_balanced(packet) && !packet.tracked.reply) return set_destination(packet, front());
    send_to_peer(packet);
}

void Machine::finish_source(Packet& packet) {
    const auto& tracked = packet.tracked;
    if (tracked.state == model::State::invalid && appliance_.ifaces[packet.hop.egress].masquerade)
        return drop(packet, model::Reason::ct_invalid);
    if (tracked.first_of_flow()) return choose_source(packet);
    if (!tracked.flow) return;
    const Flow& flow = flows_.flow(*tracked.flow);
    const Endpoint to = end_of(flow.leaving(tracked.reply), End::source, tracked.reply);
    if (tracked.state != model::State::related) return rewrite(packet, End::source, to);
    if (!flow.is_translated()) return;
    if (to.address != flow.coming(tracked.reply).source) rewrite(packet, End::source, {to.address, {}});
    rewrite_quoted(packet, End::destination, to);
}

void Machine::choose_source(Packet& packet) {
    Tuple leaving = *tuple_of(packet.datagram());
    std::optional<model::Ipv4Address> address = packet.source_said.address;
    std::optional<std::uint16_t> port;
    if (has_ports(leaving.protocol)) port = packet.source_said.port;
    const auto& egress = appliance_.ifaces[packet.hop.egress];
    if (is_balanced(packet)) {
        address = address.value_or(egress.ipv4->address);
    } else if (!address && !port) {
        if (!egress.masquerade || is_address_of(egress, leaving.source)) return;
        address = egress.ipv4->address;
    }
    leaving.source = address.value_or(leaving.source);
    if (!port && (has_ports(leaving.protocol) || leaving.protocol == icmp)) {
        port = choose_port(flows_, *packet.tracked.tuple, leaving, seed_);
        if (!port) return refuse(packet, model::Reason::nat_exhausted);
        packet.opening.outside = leaving.source;
    }
    rewrite(packet, End::source, {leaving.source, port});
}

namespace {

/// Gives fragments the payload of the datagram that they are of.
void copy_payload(const Datagram& whole, std::vector<Bytes>& fragments) {
    for (auto& bytes : fragments) {
        const Datagram fragment(bytes);
        const View part =
            whole.payload().subspan(std::size_t{8} * fragment.fragment_offset(), fragment.payload().size());
        std::copy(part.begin(), part.end(), bytes.end() - static_cast<std::ptrdiff_t>(part.size()));
    }
}

} // namespace

void Machine::rewrite(Packet& packet, End end, const Endpoint& to) {
    eval::rewrite(packet.bytes, end, to);
    for (auto& fragment : packet.fragments) rewrite_address(fragment, end, to.address);
    copy_payload(packet.datagram(), packet.fragments);
}

void Machine::rewrite_quoted(Packet& packet, End end, const Endpoint& to) {
    eval::rewrite_quoted(packet.bytes, end, to);
    copy_payload(packet.datagram(), packet.fragments);
}

} // namespace eval
