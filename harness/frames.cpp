#include "harness/frames.hpp"

#include "compiler/eval/chains.hpp"
#include "compiler/eval/validity.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace harness {

std::optional<eval::Datagram> datagram_in(eval::View frame) {
    const auto link = eval::link_of(frame);
    if (!link || link->type != eval::ether_type::ipv4) return std::nullopt;
    const eval::View carried = frame.subspan(link->header_bytes);
    if (carried.size() < eval::ip_header_min_bytes) return std::nullopt;
    const std::size_t header_bytes = (carried[0] & 0xf) * std::size_t{4};
    const std::size_t total_bytes = eval::get16(carried, 2);
    if (header_bytes < eval::ip_header_min_bytes || total_bytes < header_bytes ||
        total_bytes > carried.size())
        return std::nullopt;
    return eval::Datagram(carried.first(total_bytes));
}

std::optional<model::Value> field_of(eval::View frame, model::Field field) {
    const auto datagram = datagram_in(frame);
    if (!datagram) return std::nullopt;
    const auto& [of, name, layer, bit, bits, scale, kind, text] = model::info(field);
    if (layer == model::Layer::eth) return eval::get_bits(frame, bit, bits);
    if (field == model::Field::vlan_id) return eval::link_of(frame)->vlan;
    if (layer == model::Layer::meta && field != model::Field::ip_options) return std::nullopt;
    const bool in_transport = layer != model::Layer::ip && layer != model::Layer::meta;
    if (in_transport &&
        (datagram->protocol() != model::protocol_number(layer) || !datagram->transport_complete()))
        return std::nullopt;
    return eval::read(*datagram, field);
}

std::optional<std::string> payload_of(eval::View frame) {
    const auto datagram = datagram_in(frame);
    if (!datagram) return std::nullopt;
    eval::View payload = datagram->payload();
    if (datagram->transport_complete()) {
        std::size_t header_bytes = 0;
        if (datagram->protocol() == eval::tcp) header_bytes = datagram->tcp_header_bytes();
        if (datagram->protocol() == eval::udp || datagram->protocol() == eval::icmp) header_bytes = 8;
        payload = payload.subspan(std::min(header_bytes, payload.size()));
    }
    return std::string(payload.begin(), payload.end());
}

std::optional<std::string> difference(eval::View frame, const model::PacketSpec& said) {
    const auto datagram = datagram_in(frame);
    if (!datagram) return "it is no IPv4 packet";
    if (said.transport) {
        const auto protocol = field_of(frame, model::Field::ip_protocol);
        const auto wanted = model::protocol_number(*said.transport);
        if (protocol != wanted) return fmt::format("ip.protocol is {}, not {}", *protocol, wanted);
    }
    for (const auto& [field, wanted] : said.fields) {
        const auto seen = field_of(frame, field);
        const auto name = model::info(field).name;
        if (!seen) return fmt::format("it has no {}", name);
        if (*seen != wanted)
            return fmt::format("{} is {}, not {}", name, eval::show(field, *seen), eval::show(field, wanted));
    }
    for (const auto& [name, seen, wanted] :
         {std::tuple("dont-fragment", datagram->dont_fragment(), said.dont_fragment),
          std::tuple("more-fragments", datagram->more_fragments(), said.more_fragments)})
        if (wanted && *wanted != seen) return fmt::format("ip.{} is {}, not {}", name, seen, *wanted);
    if (said.payload && payload_of(frame) != said.payload)
        return fmt::format("the payload is \"{}\", not \"{}\"", *payload_of(frame), *said.payload);
    return std::nullopt;
}

std::string summary(eval::View frame) {
    using model::Field;
    const auto shown = [&](Field field) { return eval::show(field, field_of(frame, field).value_or(0)); };
    if (!datagram_in(frame)) {
        const auto link = eval::link_of(frame);
        const auto type = link ? link->type : 0;
        return fmt::format("{}, {} bytes", type == eval::ether_type::arp ? "ARP" : type == eval::ether_type::ipv4 ? "broken IPv4" : "no IPv4",
                           frame.size());
    }
    const auto source = shown(Field::ip_saddr), destination = shown(Field::ip_daddr);
    if (const auto datagram = *datagram_in(frame); datagram.is_fragment())
        return fmt::format("fragment of protocol {} {} > {} bytes {} to {}{}", shown(Field::ip_protocol), source,
                           destination, 8 * datagram.fragment_offset(),
                           8 * datagram.fragment_offset() + datagram.payload().size(),
                           datagram.more_fragments() ? ", more follow" : "");
    if (field_of(frame, Field::tcp_sport))
        return fmt::format("tcp {}:{} > {}:{} {}", source, shown(Field::tcp_sport), destination,
                           shown(Field::tcp_dport), shown(Field::tcp_flags));
    if (field_of(frame, Field::udp_sport))
        return fmt::format("udp {}:{} > {}:{}", source, shown(Field::udp_sport), destination,
                           shown(Field::udp_dport));
    if (field_of(frame, Field::icmp_type))
        return fmt::format("icmp {} > {} type {}{}", source, destination, shown(Field::icmp_type),
                           field_of(frame, Field::icmp_code) == 0 ? "" : " code " + shown(Field::icmp_code));
    return fmt::format("protocol {} {} > {}", shown(Field::ip_protocol), source, destination);
}

std::string describe_frame(eval::View frame) {
    std::string text;
    for (const auto& info : model::field_table)
        if (const auto value = field_of(frame, info.field))
            text += fmt::format("{} {}, ", info.name, eval::show(info.field, *value));
    return fmt::format("{}bytes {:02x}", text, fmt::join(frame, ""));
}

} // namespace harness
