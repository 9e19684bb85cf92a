#include "compiler/sema/test_packet.hpp"

#include "compiler/sema/set.hpp"
#include "compiler/sema/suggest.hpp"

#include <array>

namespace sema {

namespace {

using model::Layer;
using syntax::Kind;

/// What the four bits of the header length leave beside the fixed part (RFC 791, section 3.1).
constexpr std::size_t options_max_bytes = 40;
/// An IPv4 datagram is not longer.
constexpr std::size_t payload_max_bytes = 65515;

/// The fields that an object `layer: { … }` can set.
std::vector<std::string> keys_of(const std::string& layer) {
    std::vector<std::string> keys;
    for (const auto& field : model::field_table)
        if (field.name.starts_with(layer + '.')) keys.emplace_back(field.name.substr(layer.size() + 1));
    return keys;
}

std::optional<model::Value> value_of(Context& context, model::Field field, const syntax::Value& value) {
    const Wanting wanting(context, info(field).kind);
    if (info(field).kind == model::FieldKind::flags) return flag_bits(context, value, value.span);
    const auto leaves = flatten(context, value);
    if (!leaves) return std::nullopt;
    const auto interval =
        leaves->size() == 1 ? interval_of(context, field, leaves->front(), value.span) : std::nullopt;
    if (leaves->size() == 1 && !interval) return std::nullopt;
    if (!interval || interval->low != interval->high) {
        context.report(Kind::wrong_member_type, value.span,
               quoted(info(field).name) + " of a packet has one value, and " + text_of(value) +
                   " has not");
        return std::nullopt;
    }
    if (interval->low % info(field).scale == 0) return interval->low;
    context.report(Kind::value_out_of_range, value.span,
           quoted(info(field).name) + " cannot equal " + std::to_string(interval->low) +
               ": it is a multiple of " + std::to_string(info(field).scale));
    return std::nullopt;
}

/// `icmp: echo-request`, `tcp: 80`: what is meant by a value in place of a header.
std::string hint_for_header(const std::string& layer, const syntax::Value& value) {
    const auto* word = std::get_if<syntax::Path>(&value.is);
    const auto* constant = word == nullptr ? nullptr : constant_named(to_string(*word));
    if (layer == "icmp" && constant != nullptr && constant->kind == model::FieldKind::icmp_type)
        return "write `icmp: { type: " + source_of(value) + " }`";
    const bool is_port = std::holds_alternative<syntax::Integer>(value.is) ||
                         (constant != nullptr && constant->kind == model::FieldKind::port);
    return (layer == "tcp" || layer == "udp") && is_port
               ? "write `" + layer + ": { dport: " + source_of(value) + " }`"
               : "";
}

void read_fields(Context& context, const Member& member, model::PacketSpec& packet) {
    const auto layer = lower(member.key->text);
    if (const auto hint = hint_for_header(layer, *member.value); !hint.empty())
        return context.report(Kind::wrong_member_type, member.value->span,
                              quoted(layer) + " is an object, and " + text_of(*member.value) + " is " +
                                  kind_of(*member.value),
                              hint);
    const auto* object = object_of(context, member);
    if (object == nullptr) return;
    auto keys = keys_of(layer);
    if (layer == "ip") keys.insert(keys.end(), {"dont-fragment", "more-fragments"});
    const ObjectReader reader(context, *object, quoted(layer), std::move(keys));
    if (const auto bit = reader["dont-fragment"]) packet.dont_fragment = boolean_of(context, bit);
    if (const auto bit = reader["more-fragments"]) packet.more_fragments = boolean_of(context, bit);
    for (const auto& pair : object->pairs)
        if (const auto field = model::field_named(layer + '.' + lower(pair.key.text)))
            if (const auto value = value_of(context, *field, pair.value))
                packet.fields.push_back({*field, *value});
}

/// `vlan: 5`, short for `vlan: { id: 5 }`.
void read_vlan(Context& context, const Member& member, model::PacketSpec& packet) {
    const auto settled = settle(context, *member.value);
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    if (literal != nullptr && std::holds_alternative<syntax::Object>((*literal)->is))
        return read_fields(context, member, packet);
    if (const auto id = integer_of(context, member, 0, 4095))
        packet.fields.push_back({model::Field::vlan_id, static_cast<model::Value>(*id)});
}

std::optional<std::string> bytes_of(Context& context, const Member& member, std::size_t max) {
    auto bytes = string_of(context, member);
    if (!bytes || bytes->size() <= max) return bytes;
    context.report(Kind::value_out_of_range, member.value->span,
                   quoted(member.key->text) + " has " + std::to_string(bytes->size()) +
                       " bytes, and there is room for " + std::to_string(max));
    return std::nullopt;
}

} // namespace

model::PacketSpec packet_of(Context& context, const syntax::Object& object, std::string_view what,
                            const std::vector<std::string>& others) {
    std::vector<std::string> keys = {"eth", "vlan", "ip", "options", "tcp", "udp", "icmp", "payload"};
    keys.insert(keys.begin(), others.begin(), others.end());
    const ObjectReader reader(context, object, what, std::move(keys));
    model::PacketSpec packet;
    if (const auto member = reader["eth"]) read_fields(context, member, packet);
    if (const auto member = reader["vlan"]) read_vlan(context, member, packet);
    if (const auto member = reader["ip"]) read_fields(context, member, packet);
    constexpr std::array<std::pair<std::string_view, Layer>, 3> transports = {
        {{"tcp", Layer::tcp}, {"udp", Layer::udp}, {"icmp", Layer::icmp}}};
    for (const auto& [key, layer] : transports) {
        const auto member = reader[key];
        if (!member) continue;
        if (packet.transport)
            context.report(Kind::conflicting_members, member.key->span,
                           "a packet has one of `tcp`, `udp` and `icmp`");
        packet.transport = layer;
        read_fields(context, member, packet);
    }
    if (const auto member = reader["options"]) {
        packet.options = bytes_of(context, member, options_max_bytes);
        // Padded with "end of option list" (RFC 791, section 3.1).
        if (packet.options) packet.options->resize((packet.options->size() + 3) / 4 * 4, '\0');
    }
    if (const auto member = reader["payload"]) packet.payload = bytes_of(context, member, payload_max_bytes);
    return packet;
}

} // namespace sema
