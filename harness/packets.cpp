#include "harness/packets.hpp"

#include "harness/qemu_command.hpp"

#include "compiler/eval/checksum.hpp"
#include "compiler/eval/machine.hpp"

#include <algorithm>
#include <cassert>
#include <tins/ethernetII.h>
#include <tins/icmp.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

namespace harness {

namespace {

using model::Field;
using model::Layer;

constexpr std::uint16_t default_source_port = 49152;

std::optional<model::Value> said(const model::PacketSpec& spec, Field field) {
    std::optional<model::Value> value;
    for (const auto& [said_field, said_value] : spec.fields)
        if (said_field == field) value = said_value;
    return value;
}

Tins::IPv4Address address(model::Ipv4Address host_order) {
    // libtins takes the bytes as they stand in memory.
    return Tins::IPv4Address(__builtin_bswap32(host_order));
}

Tins::HWAddress<6> hardware(const model::Mac& mac) { return Tins::HWAddress<6>(mac.data()); }

std::optional<Layer> transport_of(const model::PacketSpec& spec) {
    if (spec.transport || said(spec, Field::ip_protocol)) return spec.transport;
    return Layer::icmp;
}

void stack_transport(Tins::EthernetII& frame, const model::PacketSpec& spec) {
    const auto transport = transport_of(spec);
    if (transport == Layer::tcp) {
        Tins::TCP segment(0, default_source_port);
        segment.flags(Tins::TCP::SYN);
        frame /= segment;
    } else if (transport == Layer::udp) {
        frame /= Tins::UDP(0, default_source_port);
    } else if (transport == Layer::icmp) {
        Tins::ICMP message;
        message.set_echo_request(1, 1);
        frame /= message;
    }
    if (spec.payload && !spec.payload->empty()) frame /= Tins::RawPDU(*spec.payload);
}

/// The frame with the lengths and places of its headers, before anything in it is changed.
struct Crafted {
    eval::Bytes frame;
    std::size_t ip_header_bytes = 0;
    std::size_t ip_bytes = 0;
    std::optional<Layer> transport;

    std::span<std::uint8_t> ip() { return std::span(frame).subspan(eval::ethernet_header_bytes, ip_bytes); }
    std::span<std::uint8_t> header(Layer layer) {
        if (layer == Layer::eth) return frame;
        return layer == Layer::ip ? ip() : ip().subspan(ip_header_bytes);
    }
};

/// Puts bytes behind the fixed part of the IP header, whatever they mean.
void insert_options(Crafted& crafted, const std::string& options) {
    const auto end_of_fixed = static_cast<std::ptrdiff_t>(eval::ethernet_header_bytes + eval::ip_header_min_bytes);
    crafted.frame.insert(crafted.frame.begin() + end_of_fixed, options.begin(), options.end());
    crafted.ip_header_bytes += options.size();
    crafted.ip_bytes += options.size();
    const auto ip = crafted.ip();
    ip[0] = static_cast<std::uint8_t>(0x40 | crafted.ip_header_bytes / 4);
    eval::put16(ip, 2, static_cast<std::uint16_t>(crafted.ip_bytes));
}

Crafted plain_frame(const model::PacketSpec& spec, const Wire& wire) {
    const auto source = static_cast<model::Ipv4Address>(said(spec, Field::ip_saddr).value_or(wire.source));
    const auto destination =
        static_cast<model::Ipv4Address>(said(spec, Field::ip_daddr).value_or(wire.destination));
    Tins::IP ip(address(destination), address(source));
    ip.ttl(64);
    ip.id(1);
    if (const auto protocol = said(spec, Field::ip_protocol))
        ip.protocol(static_cast<std::uint8_t>(*protocol));
    if (!spec.options && said(spec, Field::ip_options).value_or(0) != 0) {
        for (int i = 0; i < 3; ++i) ip.noop();
        ip.eol();
    }
    Tins::EthernetII frame(hardware(wire.mac), hardware(eval::neighbour_mac(source)));
    frame /= ip;
    stack_transport(frame, spec);

    Crafted crafted;
    crafted.frame = frame.serialize();
    crafted.transport = transport_of(spec);
    const eval::View packet = eval::View(crafted.frame).subspan(eval::ethernet_header_bytes);
    crafted.ip_header_bytes = eval::Datagram(packet).header_bytes();
    crafted.ip_bytes = eval::get16(packet, 2);
    if (spec.options) insert_options(crafted, *spec.options);
    return crafted;
}

/// A bit of the word that holds the fragment offset too.
void put_flag(Crafted& crafted, std::uint16_t bit, const std::optional<bool>& said) {
    constexpr std::size_t offset = 6;
    const std::uint16_t word = eval::get16(crafted.ip(), offset);
    if (said) eval::put16(crafted.ip(), offset, static_cast<std::uint16_t>(*said ? word | bit : word & ~bit));
}

void put(Crafted& crafted, Field field, model::Value value) {
    const auto& info = model::info(field);
    if (info.layer == Layer::meta) return; // ip.options made the header longer, vlan.id comes last; the others stand in no packet
    assert(info.layer == Layer::eth || info.layer == Layer::ip || info.layer == crafted.transport);
    eval::put_bits(crafted.header(info.layer), info.bit, info.bits, value / info.scale);
}

void put_sequence_numbers(Crafted& crafted, const Conversations& conversations) {
    const eval::Datagram datagram(crafted.ip());
    const eval::View segment = datagram.payload();
    const auto [sequence, acknowledgement] = conversations.next(
        {datagram.source(), datagram.destination(), eval::get16(segment, 0), eval::get16(segment, 2)});
    put(crafted, Field::tcp_sequence, sequence);
    if ((datagram.tcp_flags() & eval::tcp_flag::ack) != 0) put(crafted, Field::tcp_ackseq, acknowledgement);
}

/// As its receiver will compute it: over what the lengths in the packet say, where they can be believed.
void put_transport_checksum(Crafted& crafted) {
    const eval::View ip = crafted.ip();
    const std::size_t total_bytes = eval::get16(ip, 2);
    const bool believable = total_bytes >= crafted.ip_header_bytes && total_bytes <= ip.size();
    auto covered = ip.first(believable ? total_bytes : ip.size()).subspan(crafted.ip_header_bytes);

    const auto sum = [&](std::uint8_t protocol) {
        return eval::transport_checksum(eval::get32(ip, 12), eval::get32(ip, 16), protocol, covered);
    };
    if (crafted.transport == Layer::tcp) {
        put(crafted, Field::tcp_checksum, 0);
        put(crafted, Field::tcp_checksum, sum(eval::tcp));
    } else if (crafted.transport == Layer::udp) {
        put(crafted, Field::udp_checksum, 0);
        if (eval::Datagram(ip).is_fragment()) return; // of a whole that is not known here: none (RFC 768)
        const std::size_t stated = eval::get16(crafted.header(Layer::udp), 4);
        if (stated >= 8 && stated <= covered.size()) covered = covered.first(stated);
        const std::uint16_t right = sum(eval::udp);
        put(crafted, Field::udp_checksum, right == 0 ? 0xffff : right); // RFC 768: 0 says that there is none
    } else if (crafted.transport == Layer::icmp) {
        constexpr std::size_t checksum_offset = 2; // not in the registry: no policy reads it
        const auto message = crafted.header(Layer::icmp);
        eval::put16(message, checksum_offset, 0);
        eval::put16(message, checksum_offset, eval::checksum(covered));
    }
}

} // namespace

Wire wire_of(const model::Appliance& appliance, model::IfaceId iface) {
    // TEST-NET-1 (RFC 5737) where the Iface has no address, or a policy of functions alone has no Iface.
    Wire wire{default_mac(0), 0, 0xc0000202, 0xc0000201};
    if (iface >= appliance.ifaces.size()) return wire;
    wire.mac = nic_macs(appliance).at(model::nic_of(appliance, iface));
    wire.vlan = appliance.ifaces[iface].vlan.value_or(0);
    const auto& ipv4 = appliance.ifaces[iface].ipv4;
    if (!ipv4) return wire;
    wire.destination = ipv4->address;
    const model::Ipv4Address network = ipv4->network.address;
    wire.source = network + 1 == wire.destination ? network + 2 : network + 1;
    return wire;
}

std::vector<model::Mac> nic_macs(const model::Appliance& appliance) {
    std::vector<model::Mac> macs;
    for (const auto& nic : model::nics(appliance)) {
        if (const auto* mac = std::get_if<model::Mac>(&nic)) {
            macs.push_back(*mac);
        } else {
            const auto index = static_cast<std::uint8_t>(std::get<std::uint32_t>(nic));
            macs.push_back(default_mac(index));
        }
    }
    return macs;
}

void fix_ip_checksum(eval::Bytes& frame) {
    const auto ip = std::span(frame).subspan(eval::link_of(frame)->header_bytes);
    const std::size_t stated = eval::Datagram(ip).header_bytes();
    const bool believable = stated >= eval::ip_header_min_bytes && stated <= ip.size();
    eval::put16(ip, 10, 0);
    eval::put16(ip, 10, eval::checksum(ip.first(believable ? stated : eval::ip_header_min_bytes)));
}

eval::Bytes craft(const model::PacketSpec& spec, const Wire& wire, const Conversations& conversations) {
    Crafted crafted = plain_frame(spec, wire);
    if (crafted.transport == Layer::tcp) {
        for (const auto field : {Field::tcp_sport, Field::tcp_dport, Field::tcp_flags})
            if (const auto value = said(spec, field)) put(crafted, field, *value);
        put_sequence_numbers(crafted, conversations);
    }
    for (const auto& [field, value] : spec.fields) put(crafted, field, value);
    put_flag(crafted, eval::fragment_flag::dont, spec.dont_fragment);
    put_flag(crafted, eval::fragment_flag::more, spec.more_fragments);

    const auto checksum_said =
        said(spec, crafted.transport == Layer::tcp ? Field::tcp_checksum : Field::udp_checksum);
    if (!checksum_said) put_transport_checksum(crafted);
    if (!said(spec, Field::ip_checksum)) fix_ip_checksum(crafted.frame);
    const auto vlan = said(spec, Field::vlan_id).value_or(wire.vlan);
    if (vlan != 0) eval::insert_tag(crafted.frame, static_cast<std::uint16_t>(vlan));
    return std::move(crafted.frame);
}

} // namespace harness
