#include "compiler/analysis/packet.hpp"

#include "compiler/eval/chains.hpp"
#include "compiler/eval/ethernet.hpp"

#include <algorithm>
#include <map>

namespace analysis {

using model::Field;
using model::Layer;

namespace {

std::size_t header_bytes(std::optional<Layer> transport) {
    if (!transport) return 0;
    return transport == Layer::tcp ? 20 : 8;
}

std::string text_of(Field field, model::Value value) {
    const auto kind = model::info(field).kind;
    if (kind == model::FieldKind::mac) return '"' + eval::show(field, value) + '"';
    if (kind == model::FieldKind::address || kind == model::FieldKind::boolean)
        return eval::show(field, value);
    if (kind != model::FieldKind::flags || value == 0) return std::to_string(value);
    auto names = eval::show(field, value);
    for (auto at = names.find(','); at != std::string::npos; at = names.find(',', at + 2))
        names.replace(at, 1, ", ");
    return names.find(',') == std::string::npos ? names : '[' + names + ']';
}

} // namespace

std::string quoted_bytes(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "\"";
    for (const char byte : bytes) {
        if (byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\') {
            text += byte;
            continue;
        }
        const auto value = static_cast<unsigned char>(byte);
        text += "\\x";
        text += digits[value >> 4];
        text += digits[value & 0xf];
    }
    return text + '"';
}

std::optional<model::Value> value_in(const model::PacketSpec& packet, Field field) {
    for (const auto& [said, value] : packet.fields)
        if (said == field) return value;
    return std::nullopt;
}

bool has_ports(const model::PacketSpec& packet) {
    return packet.transport == Layer::tcp || packet.transport == Layer::udp;
}

eval::Bytes datagram_of(const model::PacketSpec& packet) {
    const auto options = packet.options.value_or("");
    const auto payload = packet.payload.value_or("");
    const std::size_t ip_bytes = 20 + options.size();
    eval::Bytes bytes(ip_bytes + header_bytes(packet.transport));
    std::copy(options.begin(), options.end(), bytes.begin() + 20);
    eval::append(bytes, eval::View(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()));
    const auto put = [&](Field field, model::Value value) {
        const auto& info = model::info(field);
        if (info.layer == Layer::meta || info.layer == Layer::eth) return;
        const auto header = std::span(bytes).subspan(info.layer == Layer::ip ? 0 : ip_bytes);
        eval::put_bits(header, info.bit, info.bits, value / info.scale);
    };
    put(Field::ip_version, 4);
    put(Field::ip_hdrlength, ip_bytes);
    put(Field::ip_length, bytes.size());
    put(Field::ip_id, 1);
    put(Field::ip_ttl, 64);
    if (packet.transport) put(Field::ip_protocol, model::protocol_number(*packet.transport));
    if (packet.transport == Layer::tcp) {
        put(Field::tcp_sport, 49152);
        put(Field::tcp_doff, 5);
        put(Field::tcp_flags, 2);
    } else if (packet.transport == Layer::udp) {
        put(Field::udp_sport, 49152);
        put(Field::udp_length, bytes.size() - ip_bytes);
    } else if (packet.transport == Layer::icmp) {
        put(Field::icmp_type, 8);
    }
    for (const auto& [field, value] : packet.fields) put(field, value);
    return bytes;
}

eval::Bytes ethernet_of(const model::PacketSpec& packet) {
    eval::Bytes header(eval::ethernet_header_bytes);
    for (const auto field : {Field::eth_daddr, Field::eth_saddr}) {
        const auto& info = model::info(field);
        eval::put_bits(header, info.bit, info.bits, value_in(packet, field).value_or(0));
    }
    return header;
}

std::string literal_of(const model::PacketSpec& packet) {
    std::map<std::string, std::string> objects;
    if (packet.transport)
        objects[std::string(*packet.transport == Layer::tcp   ? "tcp"
                            : *packet.transport == Layer::udp ? "udp"
                                                              : "icmp")];
    for (const auto& [field, value] : packet.fields) {
        const auto name = model::info(field).name;
        const auto dot = name.find('.');
        auto& members = objects[std::string(name.substr(0, dot))];
        members +=
            (members.empty() ? "" : ", ") + std::string(name.substr(dot + 1)) + ": " + text_of(field, value);
    }
    const auto add_bit = [&](const char* name, const std::optional<bool>& bit) {
        auto& members = objects["ip"];
        if (bit) members += (members.empty() ? "" : ", ") + std::string(name) + (*bit ? ": true" : ": false");
    };
    if (packet.dont_fragment || packet.more_fragments) {
        add_bit("dont-fragment", packet.dont_fragment);
        add_bit("more-fragments", packet.more_fragments);
    }
    std::string text;
    for (const auto* object : {"eth", "vlan", "ip", "tcp", "udp", "icmp"}) {
        const auto found = objects.find(object);
        if (found == objects.end()) continue;
        text += (text.empty() ? "" : ", ") + found->first + ": { " + found->second +
                (found->second.empty() ? "}" : " }");
    }
    if (packet.options) text += ", options: " + quoted_bytes(*packet.options);
    if (packet.payload) text += ", payload: " + quoted_bytes(*packet.payload);
    return "{ " + text + " }";
}

} // namespace analysis
