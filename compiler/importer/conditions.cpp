#include "compiler/importer/conditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace importer {

namespace {

using model::Field;
using model::FieldInfo;
using model::FieldKind;
using model::IntervalSet;
using model::Layer;
using model::Value;

const Condition always = {{}};
const Condition never = {};

unsigned bit_of(Layer layer) {
    return layer == Layer::tcp   ? protocol_bit::tcp
           : layer == Layer::udp ? protocol_bit::udp
                                 : protocol_bit::icmp;
}

bool is_transport(Layer layer) { return layer == Layer::tcp || layer == Layer::udp || layer == Layer::icmp; }

ValueKind kind_of(const FieldInfo& field) {
    if (field.field == Field::ip_dscp) return ValueKind::dscp;
    if (field.field == Field::ip_ecn) return ValueKind::ecn;
    if (field.field == Field::icmp_code) return ValueKind::icmp_code;
    switch (field.kind) {
    case FieldKind::address:
        return ValueKind::address;
    case FieldKind::protocol:
        return ValueKind::protocol;
    case FieldKind::icmp_type:
        return ValueKind::icmp_type;
    default:
        return ValueKind::number;
    }
}

bool is_negation(std::string_view op) { return op == "!=" || op == "!"; }

std::string opposite(const std::string& text) { return fmt::format("not ({})", text); }

/// So that it may stand beside an `and`.
std::string grouped(const std::string& text) {
    return text.find(" or ") == text.npos ? text : "(" + text + ")";
}

/// The values for which `field op right` holds, in the raw numbers of the header.
IntervalSet holding(const Table& table, ValueKind kind, Value max, std::string_view op, const Json& right) {
    if (op == "==" || op == "in") return both(values_of(table, kind, right), {{0, max}});
    if (is_negation(op)) return values_of(table, kind, right).complement(max);
    const auto value = value_of(kind, right);
    if (op == "<") return value == 0 ? IntervalSet{} : IntervalSet{{0, std::min(value - 1, max)}};
    if (op == "<=") return {{0, std::min(value, max)}};
    if (op == ">") return value >= max ? IntervalSet{} : IntervalSet{{value + 1, max}};
    if (op == ">=") return value > max ? IntervalSet{} : IntervalSet{{value, max}};
    throw Cannot(fmt::format("an operator that nobody knows: {}", shown(Json(op))));
}

/// Some values have names in NaCl, which read better.
std::string word(const FieldInfo& field, Value value) {
    if (field.kind == FieldKind::protocol)
        for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
            if (value == model::protocol_number(layer))
                return layer == Layer::tcp ? "tcp" : layer == Layer::udp ? "udp" : "icmp";
    if (field.kind == FieldKind::icmp_type && value == 8) return "echo-request";
    if (field.kind == FieldKind::icmp_type && value == 0) return "echo-reply";
    return spelled(kind_of(field), {value, value});
}

std::string list(const FieldInfo& field, const IntervalSet& values) {
    std::string text;
    for (const auto& interval : values.intervals())
        text +=
            (text.empty() ? "" : ", ") +
            (interval.low == interval.high ? word(field, interval.low) : spelled(kind_of(field), interval));
    return "[" + text + "]";
}

/// `field` is one of `values`, which are neither none nor all.
std::string tested(const FieldInfo& field, const IntervalSet& values) {
    const auto& name = field.name;
    const auto& intervals = values.intervals();
    if (intervals.size() == 1) {
        const auto [low, high] = intervals.front();
        if (low == high) return fmt::format("{} == {}", name, word(field, low));
        const bool ordered = field.kind == FieldKind::number || field.kind == FieldKind::port;
        if (ordered && low == 0) return fmt::format("{} <= {}", name, high);
        if (ordered && high == field.max()) return fmt::format("{} >= {}", name, low);
        return fmt::format("{} in {}", name, spelled(kind_of(field), intervals.front()));
    }
    const auto others = values.complement(field.max());
    if (others.intervals().size() >= intervals.size())
        return fmt::format("{} in {}", name, list(field, values));
    if (others.size() == 1) return fmt::format("{} != {}", name, word(field, others.intervals().front().low));
    if (others.intervals().size() == 1)
        return fmt::format("not {} in {}", name, spelled(kind_of(field), others.intervals().front()));
    return fmt::format("not {} in {}", name, list(field, others));
}

/// Which protocols a test of `ip.protocol` leaves.
unsigned protocols_in(const IntervalSet& values) {
    unsigned bits = 0, named = 0;
    for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
        if (values.contains(model::protocol_number(layer))) {
            bits |= bit_of(layer);
            ++named;
        }
    return values.size() > named ? bits | protocol_bit::other : bits;
}

class Comparison {
public:
    explicit Comparison(const Scope& scope) : scope_(scope) {}

    Condition of(const Json& left, std::string_view op, const Json& right) const {
        const auto [tag, content] = tagged(left);
        if (tag == "payload") return payload(*content, nullptr, op, right);
        if (tag == "&") return masked(*content, op, right);
        if (tag == "meta") return meta(text_of(*content, "key"), op, right);
        if (tag == "ct") return conntrack(*content, op, right);
        if (tag == "concat") return concatenation(*content, op, right);
        if (tag == "fib") return fib(*content, op, right);
        if (tag == "exthdr") return never; // only IPv6 has them
        throw Cannot(fmt::format("NaCl cannot read {}", shown(left)));
    }

private:
    Condition payload(const Json& content, const Json* mask, std::string_view op, const Json& right) const {
        const auto protocol = text_of(content, "protocol");
        const auto name = text_of(content, "field");
        if (protocol.empty()) return raw(content, mask, op, right);
        if (protocol == "ip6" || protocol == "icmpv6" || protocol == "arp") return never;
        if (protocol == "ether" && name == "type") return ethertype(op, right);
        if (protocol == "ether") return mac(name, op, right);
        if (protocol == "th") return ports(name, mask, op, right);
        if (protocol == "tcp" && name == "flags") return flags(mask, op, right);
        const auto field = model::field_named(protocol + "." + name);
        // Here nft has the bits beside it in the field, too.
        const bool wider = field == Field::tcp_reserved || (field == Field::ip_frag_off && mask == nullptr);
        const bool known = protocol == "ip" || protocol == "tcp" || protocol == "udp" || protocol == "icmp";
        if (!field || !known || wider || model::info(*field).layer == Layer::meta)
            throw Cannot(fmt::format("NaCl cannot read `{} {}`", protocol, name));
        return header(model::info(*field), mask, op, right);
    }

    Condition header(const FieldInfo& field, const Json* mask, std::string_view op, const Json& right) const {
        refuse_translated(field);
        const auto kind = kind_of(field);
        const Value max = (Value{1} << field.bits) - 1; // as the header counts
        auto values = holding(scope_.table, kind, max, op, right);
        if (mask != nullptr) values = unmasked(field, value_of(kind, *mask), values, max);
        if (field.field == Field::ip_version) return values.contains(4) ? always : never;
        if (mask == nullptr && field.scale == 1 && right.is_string() && (op == "==" || op == "!="))
            if (const auto& name = right.get_ref<const std::string&>(); name.starts_with('@'))
                return named_set(field, kind, name.substr(1), op, values, max);
        return one_of(field, values, max);
    }

    Condition one_of(const FieldInfo& field, const IntervalSet& raw_values, Value max) const {
        if (raw_values.empty()) return never;
        const auto layer = is_transport(field.layer) ? field.layer : Layer::ip;
        Alternative one{.layer = layer};
        if (is_transport(layer)) one.protocols = bit_of(layer);
        if (raw_values == IntervalSet{{0, max}}) return {one};
        auto values = raw_values;
        if (field.scale != 1) {
            std::vector<model::Interval> scaled;
            for (const auto& [low, high] : raw_values.intervals())
                scaled.push_back({low * field.scale, high * field.scale});
            values = IntervalSet(std::move(scaled));
        }
        one.text = tested(field, values);
        one.is_protocol = field.field == Field::ip_protocol;
        if (one.is_protocol) one.protocols = protocols_in(values);
        return {one};
    }

    /// Longer sets keep their name.
    Condition named_set(const FieldInfo& field, ValueKind kind, const std::string& name, std::string_view op,
                        const IntervalSet& values, Value max) const {
        auto condition = one_of(field, values, max);
        if (condition.empty() || condition.front().text.empty()) return condition;
        const auto said = op == "!=" ? values.complement(max) : values;
        const auto element = scope_.sets.declare(scope_.table, name, list_of(kind, said));
        condition.front().text = fmt::format("{}{} in {}", op == "!=" ? "not " : "", field.name, element);
        return condition;
    }

    /// The values of a field whose masked bits are among `values`.
    static IntervalSet unmasked(const FieldInfo& field, Value mask, const IntervalSet& values, Value max) {
        if (mask == max) return values;
        std::vector<model::Interval> all;
        const Value free = max & ~mask;
        if ((free & (free + 1)) == 0) { // a prefix
            for (const auto& [low, high] : values.intervals()) {
                const Value step = free + 1;
                const Value first = (low + free) / step * step; // the others never come out of the mask
                if (first <= high) all.push_back({first, high / step * step + free});
            }
            return IntervalSet(std::move(all));
        }
        constexpr unsigned enumerable_bits = 16;
        if (field.bits > enumerable_bits)
            throw Cannot(fmt::format("NaCl has no mask with holes for `{}`", field.name));
        for (Value value = 0; value <= max; ++value)
            if (values.contains(value & mask)) all.push_back({value, value});
        return IntervalSet(std::move(all));
    }

    Condition masked(const Json& sides, std::string_view op, const Json& right) const {
        if (!sides.is_array() || sides.size() != 2) throw Cannot("no mask that is understood");
        const auto [tag, content] = tagged(sides[0]);
        if (tag != "payload") throw Cannot(fmt::format("NaCl cannot mask {}", shown(sides[0])));
        return payload(*content, &sides[1], op, right);
    }

    /// Where Linux shows a packet translated and NaCl does not, or the other way round.
    void refuse_translated(const FieldInfo& field) const {
        const bool destination = field.field == Field::ip_daddr || field.field == Field::tcp_dport ||
                                 field.field == Field::udp_dport;
        const bool source = field.field == Field::ip_saddr || field.field == Field::tcp_sport ||
                            field.field == Field::udp_sport;
        if ((destination && scope_.context.destination_translated) ||
            (source && scope_.context.source_translated))
            throw Cannot(
                fmt::format("at this priority Linux shows `{}` translated, and NaCl as it came", field.name));
    }

    Condition ports(const std::string& name, const Json* mask, std::string_view op, const Json& right) const {
        if (name != "sport" && name != "dport") throw Cannot(fmt::format("NaCl cannot read `th {}`", name));
        Condition either;
        for (const auto protocol : {"tcp", "udp"}) {
            const auto& field = model::info(*model::field_named(fmt::format("{}.{}", protocol, name)));
            if ((scope_.context.protocols & bit_of(field.layer)) == 0) continue;
            for (auto& one : header(field, mask, op, right)) either.push_back(std::move(one));
        }
        if ((scope_.context.protocols & ~(protocol_bit::tcp | protocol_bit::udp)) != 0)
            throw Cannot(
                "these are ports of protocols other than TCP and UDP too: name the protocols in the rule");
        return either;
    }

    /// `@th,16,16`: the field of the layer that has just these bits.
    Condition raw(const Json& content, const Json* mask, std::string_view op, const Json& right) const {
        const auto* offset = member_of(content, "offset");
        const auto* length = member_of(content, "len");
        const auto base = text_of(content, "base");
        const auto understood = [](const Json* number) {
            return number != nullptr && number->is_number_unsigned() && *number <= 65535u;
        };
        if (!understood(offset) || !understood(length) || (base != "th" && base != "nh"))
            throw Cannot(fmt::format("NaCl cannot read {}", shown(content)));
        unsigned bit = *offset, bits = *length;
        Json shifted = right;
        if (mask != nullptr) shifted = unmasked_bits(*mask, op, right, bit, bits);
        if (base == "nh") return raw_of(Layer::ip, bit, bits, op, shifted);
        Condition any;
        for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
            if ((scope_.context.protocols & bit_of(layer)) != 0)
                for (auto& one : raw_of(layer, bit, bits, op, shifted)) any.push_back(std::move(one));
        if ((scope_.context.protocols & protocol_bit::other) != 0)
            throw Cannot("these bytes are there in protocols that NaCl cannot read too: name the protocol in "
                         "the rule");
        return any;
    }

    /// nft reads whole bytes and masks them: the bits that are meant, and the value as these bits have it.
    Json unmasked_bits(const Json& mask, std::string_view op, const Json& right, unsigned& bit,
                       unsigned& bits) const {
        constexpr unsigned bits_max = 32;
        const auto ones = value_of(ValueKind::number, mask);
        const auto low = static_cast<unsigned>(std::countr_zero(ones));
        const auto width = static_cast<unsigned>(std::popcount(ones));
        if (ones == 0 || bits > bits_max || low + width > bits || ones != ((Value{1} << width) - 1) << low)
            throw Cannot("NaCl has no mask with holes");
        if (op != "==" && op != "!=") throw Cannot("NaCl has no order of masked bits");
        bit += bits - low - width;
        bits = width;
        Json values = Json::array();
        const auto said = values_of(scope_.table, ValueKind::number, right);
        for (const auto& [first, last] : said.intervals())
            // Only what the mask lets through can be equal.
            if (const Value from = (first + (Value{1} << low) - 1) >> low, to = last >> low; from <= to)
                values.push_back({{"range", {from, to}}});
        return {{"set", values}};
    }

    Condition raw_of(Layer layer, unsigned bit, unsigned bits, std::string_view op, const Json& right) const {
        // The last flag stands in a byte of its own.
        if (layer == Layer::tcp && bit == 103 && bits == 1) {
            const auto values = holding(scope_.table, ValueKind::number, 1, op, right);
            const auto text = values.size() == 2   ? ""
                              : values.contains(1) ? "ns in tcp.flags"
                                                   : "not ns in tcp.flags";
            return values.empty() ? never : Condition{{layer, text, protocol_bit::tcp}};
        }
        for (const auto& field : model::field_table)
            if (field.layer == layer && field.bit == bit && field.bits == bits) {
                if (field.kind == FieldKind::flags) return exact_flags(op, right);
                return header(field, nullptr, op, right);
            }
        // Any value: the byte has to be there, and that is what a body of its layer asks.
        const Value max = bits < 64 ? (Value{1} << bits) - 1 : ~Value{0};
        const unsigned header_bits = layer == Layer::tcp ? 160 : 64;
        if (is_transport(layer) && bits > 0 && bit + bits <= header_bits &&
            holding(scope_.table, ValueKind::number, max, op, right) == IntervalSet{{0, max}})
            return {{layer, "", bit_of(layer)}};
        throw Cannot("NaCl has no field of just these bits");
    }

    /// `@th,103,9`: all nine flags.
    Condition exact_flags(std::string_view op, const Json& right) const {
        const auto& field = model::info(Field::tcp_flags);
        const auto values = holding(scope_.table, ValueKind::number, field.max(), op, right);
        if (values.empty()) return never;
        Alternative one{Layer::tcp, "", protocol_bit::tcp};
        if (values.size() <= field.max())
            one.text = fmt::format("tcp.flags in {}", list_of(ValueKind::number, values));
        return {one};
    }

    static unsigned flag_bits(const Json& json) {
        constexpr unsigned eight = 0xff;
        if (json.is_number_unsigned() && json <= eight) return json;
        if (const auto [tag, content] = tagged(json); tag == "|") return flag_bits(*content);
        if (json.is_array()) {
            unsigned bits = 0;
            for (const auto& one : json) bits |= flag_bits(one);
            return bits;
        }
        if (json.is_string()) {
            const auto found = std::ranges::find(model::tcp_flag_names, json.get_ref<const std::string&>());
            if (const auto at = static_cast<unsigned>(found - model::tcp_flag_names.begin()); at < 8)
                return 1u << at;
            if (json == "ecn") return 64;
        }
        throw Cannot(fmt::format("no flags of TCP: {}", shown(json)));
    }

    /// nft's `tcp flags` are eight; the ninth, NS, may be as it likes.
    static std::string flags_are(unsigned mask, unsigned bits) {
        if ((bits & ~mask) != 0) return {};
        if (mask == 0xff) {
            std::string names;
            for (unsigned at = 0; at < 8; ++at)
                if ((bits >> at & 1) != 0)
                    names += fmt::format("{}{}", names.empty() ? "" : ", ", model::tcp_flag_names[at]);
            if (names.empty()) return "tcp.flags in [0, ns]";
            return fmt::format("tcp.flags in [[{0}], [{0}, ns]]", names);
        }
        std::string text;
        for (unsigned at = 0; at < 8; ++at)
            if ((mask >> at & 1) != 0)
                text += fmt::format("{}{}{} in tcp.flags", text.empty() ? "" : " and ",
                                    (bits >> at & 1) != 0 ? "" : "not ", model::tcp_flag_names[at]);
        return text;
    }

    Condition flags(const Json* mask_json, std::string_view op, const Json& right) const {
        const unsigned mask = mask_json == nullptr ? 0xff : flag_bits(*mask_json);
        const auto tcp = [](const std::string& text) {
            return Condition{{Layer::tcp, text, protocol_bit::tcp}};
        };
        if (op == "in" || op == "!") {
            const unsigned bits = mask & flag_bits(right);
            std::string any;
            for (unsigned at = 0; at < 8; ++at)
                if ((bits >> at & 1) != 0)
                    any += fmt::format("{}{} in tcp.flags", any.empty() ? "" : " or ",
                                       model::tcp_flag_names[at]);
            if (any.empty()) return op == "in" ? never : tcp("");
            return tcp(op == "in" ? grouped(any) : opposite(any));
        }
        if (op != "==" && op != "!=") throw Cannot("flags have no order in NaCl");
        std::vector<Json> anonymous;
        const auto* elements = elements_of(scope_.table, right, anonymous);
        if (elements == nullptr) elements = &(anonymous = {right});
        std::string any;
        for (const auto& one : *elements)
            if (const auto text = mask == 0 ? std::string() : flags_are(mask, flag_bits(element(one)));
                !text.empty())
                any += (any.empty() ? "" : " or ") + text;
        if (mask == 0) throw Cannot("a mask without flags");
        if (any.empty()) return op == "==" ? never : tcp("");
        return tcp(op == "==" ? grouped(any) : opposite(any));
    }

    Condition ethertype(std::string_view op, const Json& right) const {
        bool ip = false;
        std::vector<Json> anonymous;
        const auto* elements = elements_of(scope_.table, right, anonymous);
        if (elements == nullptr) elements = &(anonymous = {right});
        for (const auto& one : *elements)
            ip |= element(one) == "ip" || element(one) == 0x0800 || element(one) == "0x0800";
        return ip != is_negation(op) ? always : never;
    }

    Condition mac(const std::string& name, std::string_view op, const Json& right) const {
        const auto& hook = scope_.context.hook;
        if ((name != "saddr" && name != "daddr") || (op != "==" && op != "!="))
            throw Cannot(fmt::format("NaCl cannot read `ether {}` so", name));
        if (hook == "output" || hook == "postrouting")
            throw Cannot("here Linux has no Ethernet header, and NaCl that of the frame that came in");
        std::string macs;
        for (const auto& one : names_in(scope_.table, right)) {
            if (one.size() != 17 || one.find_first_not_of("0123456789abcdefABCDEF:") != one.npos)
                throw Cannot(fmt::format("no MAC address: {}", shown(Json(one))));
            macs += (macs.empty() ? "" : ", ") + string_of(one);
        }
        if (macs.empty()) return op == "==" ? never : always;
        return {{Layer::ip, fmt::format("{}eth.{} in [{}]", op == "==" ? "" : "not ", name, macs)}};
    }

    Condition meta(const std::string& key, std::string_view op, const Json& right) const {
        if (key == "iifname" || key == "iif") return iface("iface.in", true, op, right);
        if (key == "oifname" || key == "oif") {
            const auto& hook = scope_.context.hook;
            return iface("iface.out", hook == "forward" || hook == "output" || hook == "postrouting", op,
                         right);
        }
        if (key == "l4proto") return header(model::info(Field::ip_protocol), nullptr, op, right);
        if (key == "length") return header(model::info(Field::ip_length), nullptr, op, right);
        if (key == "protocol") return ethertype(op, right);
        if (key == "nfproto") {
            const auto names = names_in(scope_.table, right);
            const bool ipv4 = std::ranges::find(names, "ipv4") != names.end();
            return ipv4 != is_negation(op) ? always : never;
        }
        throw Cannot(fmt::format("NaCl cannot read `meta {}`", key));
    }

    /// `known`: whether a packet has such an Iface there at all.
    Condition iface(std::string_view field, bool known, std::string_view op, const Json& right) const {
        if (op != "==" && op != "!=") throw Cannot("Ifaces have no order");
        std::vector<std::string> said;
        bool none = false; // Linux's index 0
        for (const auto& name : names_in(scope_.table, right)) {
            none |= name == "0";
            for (const auto* nic : named(scope_.nics, name))
                if (std::ranges::find(said, nic->name) == said.end()) said.push_back(nic->name);
        }
        if (!known) said.clear();
        if (none) {
            if (said.size() > 0 || !known)
                throw Cannot("NaCl cannot compare with no Iface and others at once");
            for (const auto& nic : scope_.nics) said.push_back(nic.name);
        }
        const bool negate = is_negation(op) != none;
        if (said.empty()) return negate ? always : never;
        if (said.size() == 1)
            return {{Layer::ip, fmt::format("{} {} {}", field, negate ? "!=" : "==", said.front())}};
        return {{Layer::ip, fmt::format("{}{} in [{}]", negate ? "not " : "", field, fmt::join(said, ", "))}};
    }

    Condition conntrack(const Json& content, std::string_view op, const Json& right) const {
        const auto key = text_of(content, "key");
        if (key != "state") throw Cannot(fmt::format("NaCl cannot read `ct {}`", key));
        if (scope_.context.before_conntrack) throw Cannot("at this priority flows have no state in Linux");
        // One packet has one state: of several at once only `any of` can hold.
        const bool any_of = op == "in" || op == "!" || tagged(right).tag == "set" ||
                            (right.is_string() && right.get_ref<const std::string&>().starts_with('@'));
        const auto names = names_in(scope_.table, right);
        if (!any_of && names.size() > 1) return is_negation(op) ? always : never;
        std::vector<std::string> states;
        for (const auto name : model::state_names)
            if (std::ranges::find(names, name) != names.end()) states.emplace_back(name);
        for (const auto& name : names) // no packet here is untracked
            if (name != "untracked" &&
                std::ranges::find(model::state_names, name) == model::state_names.end())
                throw Cannot(fmt::format("NaCl has no state {}", shown(Json(name))));
        if (op != "in" && op != "==" && !is_negation(op)) throw Cannot("states have no order");
        if (states.empty() || states.size() == model::state_names.size())
            return states.empty() == is_negation(op) ? always : never;
        const bool negate = is_negation(op);
        if (states.size() == 1)
            return {{Layer::ip, fmt::format("ct.state {} {}", negate ? "!=" : "==", states.front())}};
        return {
            {Layer::ip, fmt::format("{}ct.state in [{}]", negate ? "not " : "", fmt::join(states, ", "))}};
    }

    Condition concatenation(const Json& parts, std::string_view op, const Json& right) const {
        constexpr std::size_t elements_max = 4096;
        std::vector<Json> anonymous;
        const auto* elements = elements_of(scope_.table, right, anonymous);
        if (elements == nullptr) elements = &(anonymous = {right});
        if (!parts.is_array() || (op != "==" && op != "!="))
            throw Cannot("no concatenation that is understood");
        if (elements->size() > elements_max) throw Cannot("a concatenation with more than 4096 elements");
        Alternative any;
        bool first = true;
        for (const auto& wrapped : *elements) {
            const auto [tag, values] = tagged(element(wrapped));
            if (tag != "concat" || !values->is_array() || values->size() != parts.size())
                throw Cannot(fmt::format("no concatenation that is understood: {}", shown(wrapped)));
            const auto all = conjunction(parts, *values);
            if (!all) continue;
            if (!first && all->layer != any.layer) throw Cannot("a concatenation about several protocols");
            any.layer = all->layer;
            any.protocols = is_transport(all->layer) ? bit_of(all->layer) : protocol_bit::any;
            any.text += (first ? "" : " or ") + (all->text.empty() ? "true" : all->text);
            first = false;
        }
        if (first) return op == "==" ? never : always;
        any.text = op == "==" ? grouped(any.text) : opposite(any.text);
        return {any};
    }

    /// Each part is its value; nothing when that never holds.
    std::optional<Alternative> conjunction(const Json& parts, const Json& values) const {
        Alternative all;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto part = of(parts[i], "==", element(values[i]));
            if (part.empty()) return std::nullopt;
            if (part.size() > 1) throw Cannot("a concatenation about several protocols");
            const auto& one = part.front();
            if (one.layer != Layer::ip && all.layer != Layer::ip && one.layer != all.layer)
                return std::nullopt;
            if (one.layer != Layer::ip) all.layer = one.layer;
            all.protocols &= one.protocols;
            if (!one.text.empty()) all.text += (all.text.empty() ? "" : " and ") + one.text;
        }
        return all;
    }

    /// What kind of address it is for a host with these NICs.
    Condition fib(const Json& content, std::string_view op, const Json& right) const {
        std::vector<std::string> flags;
        if (const auto* member = member_of(content, "flags"))
            for (const auto& flag : member->is_array() ? *member : Json::array({*member}))
                if (flag.is_string()) flags.push_back(flag);
        const bool source = std::ranges::find(flags, "saddr") != flags.end();
        const bool plain = flags.size() == 1 && (source || flags.front() == "daddr");
        if (text_of(content, "result") != "type" || !plain || (op != "==" && op != "!="))
            throw Cannot("NaCl cannot ask the routes");
        const auto& field = model::info(source ? Field::ip_saddr : Field::ip_daddr);
        refuse_translated(field);
        std::string any;
        for (const auto& type : names_in(scope_.table, right)) {
            if (type == "multicast")
                any += fmt::format("{}{} in 224.0.0.0/4", any.empty() ? "" : " or ", field.name);
            else if (type == "local")
                for (const auto& nic : scope_.nics)
                    any += fmt::format("{}{} == {}.address", any.empty() ? "" : " or ", field.name, nic.name);
            else
                throw Cannot(fmt::format("NaCl has no addresses of the kind {}", shown(Json(type))));
        }
        return {{Layer::ip, op == "==" ? grouped(any) : opposite(any)}};
    }

    const Scope& scope_;
};

} // namespace

std::string NamedSets::declare(const Table& table, const std::string& set, const std::string& content) {
    auto& name = by_set[fmt::format("{} {} {}", table.family, table.name, set)];
    if (name.empty()) {
        name = unique(names, identifier(fmt::format("{}_{}", table.name, set)));
        text += fmt::format("{}: {}\n", name, content);
    }
    return name;
}

std::string unique(std::set<std::string>& names, const std::string& wanted) {
    std::string own = wanted;
    for (unsigned i = 2; !names.insert(own).second; ++i) own = fmt::format("{}_{}", wanted, i);
    return own;
}

Condition compare(const Scope& scope, const Json& left, std::string_view op, const Json& right) {
    return Comparison(scope).of(left, op, right);
}

Condition condition_of(const Scope& scope, const Json& match) {
    const auto* left = member_of(match, "left");
    const auto* right = member_of(match, "right");
    if (left == nullptr || right == nullptr) throw Cannot("a match without two sides");
    return compare(scope, *left, text_of(match, "op"), *right);
}

bool mentions_bytes(const Json& expression) {
    if (expression.is_object() && (text_of(expression, "base") == "th" || text_of(expression, "protocol") == "th"))
        return true;
    return expression.is_structured() && std::ranges::any_of(expression, mentions_bytes);
}

unsigned protocols_named_by(const Json& match) {
    const auto* left = member_of(match, "left");
    if (left != nullptr)
        if (const auto [tag, content] = tagged(*left); tag == "&" && content->is_array() && !content->empty())
            left = &content->front(); // masked
    const auto* payload = left == nullptr ? nullptr : member_of(*left, "payload");
    const auto protocol = payload == nullptr ? "" : text_of(*payload, "protocol");
    for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
        if (protocol == (layer == Layer::tcp ? "tcp" : layer == Layer::udp ? "udp" : "icmp")) return bit_of(layer);
    return protocol_bit::any;
}

unsigned protocols_behind(unsigned before, const Condition& condition) {
    unsigned any = 0;
    for (const auto& one : condition) any |= one.protocols;
    return before & any;
}

} // namespace importer
