#include "codegen/nft/spelling.hpp"

#include "codegen/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace codegen::nft {

namespace {

using model::Field;
using model::FieldKind;
using model::IntervalSet;
using model::Layer;
using model::Value;

/// More elements than that go into a named set, so that rules stay short.
constexpr std::size_t inline_elements_max = 6;

std::string spelled(Field field) {
    switch (field) {
    case Field::tcp_flags:
        return "@th,103,9"; // nft's own `tcp flags` leaves out NS
    case Field::tcp_reserved:
        return "@th,100,3"; // and its `tcp reserved` has NS in it
    case Field::eth_saddr:
        return "ether saddr";
    case Field::eth_daddr:
        return "ether daddr";
    default:
        break;
    }
    std::string name(model::info(field).name);
    std::ranges::replace(name, '.', ' ');
    return name;
}

/// A range of addresses as a prefix where it is one.
std::string addresses(Value low, Value high) {
    const Value size = high - low + 1;
    if (size > 1 && std::has_single_bit(size) && low % size == 0)
        return fmt::format("{}/{}", dotted(static_cast<model::Ipv4Address>(low)),
                           32 - std::countr_zero(size));
    const auto first = dotted(static_cast<model::Ipv4Address>(low));
    return low == high ? first : first + "-" + dotted(static_cast<model::Ipv4Address>(high));
}

std::string element(FieldKind kind, const model::Interval& interval) {
    if (kind == FieldKind::address) return addresses(interval.low, interval.high);
    const auto say = [&](Value value) {
        if (kind == FieldKind::protocol && interval.low == interval.high)
            for (const auto& [layer, name] :
                 {std::pair(Layer::tcp, "tcp"), {Layer::udp, "udp"}, {Layer::icmp, "icmp"}})
                if (value == model::protocol_number(layer)) return std::string(name);
        return kind == FieldKind::mac ? notation(kind, value) : fmt::format("{}", value);
    };
    return interval.low == interval.high ? say(interval.low) : say(interval.low) + "-" + say(interval.high);
}

/// What nft calls a named set's type; empty where there is none to name.
std::string_view set_type(FieldKind kind) {
    switch (kind) {
    case FieldKind::address:
        return "ipv4_addr";
    case FieldKind::port:
        return "inet_service";
    case FieldKind::mac:
        return "ether_addr";
    default:
        return {};
    }
}

/// Values as nftables counts them: header lengths are in words there.
IntervalSet raw(Field field, const IntervalSet& values) {
    const auto& info = model::info(field);
    if (info.scale == 1) return values;
    std::vector<model::Interval> words;
    for (const auto& [low, high] : values.intervals())
        words.push_back({(low + info.scale - 1) / info.scale, high / info.scale});
    return IntervalSet(std::move(words));
}

/// A text that may stand between the quotes of nft, which have no escapes.
std::string quotable(std::string text) {
    std::ranges::replace_if(
        text,
        [](char c) { return c == '"' || c == '$' || c == '\\' || static_cast<unsigned char>(c) < 0x20; },
        ' ');
    return text;
}

bool is_layer_match(const Match& match) { return match.field == Field::ip_protocol && !match.set; }

} // namespace

model::Layer layer_of(const Term& term, Layer known) {
    for (const auto& match : term) {
        if (match.field == Field::ip_protocol)
            for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp})
                if (match.values ==
                    IntervalSet{{model::protocol_number(layer), model::protocol_number(layer)}})
                    return layer;
        const auto layer = model::info(match.field).layer;
        if (layer == Layer::tcp || layer == Layer::udp || layer == Layer::icmp) return layer;
    }
    return known;
}

std::string Spelling::term(const Term& term, Layer layer) {
    std::string text;
    const auto inner = layer_of(term, layer);
    // A match on a field of a transport header holds only where that header is.
    const bool implied = inner == layer || std::ranges::any_of(term, [&](const Match& m) {
                             return model::info(m.field).layer == inner;
                         });
    for (const auto& match : term) {
        const bool of_layer =
            is_layer_match(match) && inner != Layer::meta &&
            match.values == IntervalSet{{model::protocol_number(inner), model::protocol_number(inner)}};
        if (of_layer && implied && !match.whole_header) continue;
        text += (text.empty() ? "" : " ") + this->match(match);
    }
    return text;
}

std::string Spelling::match(const Match& match) {
    switch (match.field) {
    case Field::iface_in:
        return iface(match, "iifname");
    case Field::iface_out:
        return iface(match, "oifname");
    case Field::ct_state: {
        std::string states;
        for (Value state = 0; state < model::state_names.size(); ++state)
            if (match.values.contains(state))
                states += (states.empty() ? "" : ",") + std::string(model::state_names[state]);
        return "ct state " + states;
    }
    default:
        break;
    }
    const auto& info = model::info(match.field);
    if (match.field == Field::tcp_flags && match.mask != info.max()) {
        // Of one flag: `syn in tcp.flags`. NS stands in a byte of its own.
        const bool set = match.values.contains(match.mask);
        if (match.mask > 0xff) return fmt::format("@th,103,1 {}", set ? 1 : 0);
        const auto flag = notation(FieldKind::flags, match.mask);
        return fmt::format("tcp flags & {0} == {1}", flag, set ? flag : "0");
    }
    if (match.whole_header) {
        // Only a header that is there has bytes to compare.
        const auto last = match.values.contains(6) ? 152 : 56;
        return fmt::format("meta l4proto {} @th,{},8 >= 0", match.values.intervals()[0].low, last);
    }
    // The shorter of two ways to say it: what it is, or what it is not.
    const auto opposite = raw(match.field, match.values.complement(info.max()));
    const auto plain = raw(match.field, match.values);
    const bool negate = match.set ? match.negated : opposite.intervals().size() < plain.intervals().size();
    const auto& said = negate ? opposite : plain;
    return fmt::format("{} {}{}", spelled(match.field), negate ? "!= " : "", values(match, said));
}

std::string Spelling::values(const Match& match, const IntervalSet& said) {
    const auto kind = model::info(match.field).kind;
    const auto& intervals = said.intervals();
    if (intervals.size() == 1) return element(kind, intervals.front());
    if (!set_type(kind).empty() && (match.set || intervals.size() > inline_elements_max))
        return named(match, said);
    std::string list;
    for (const auto& interval : intervals) list += (list.empty() ? "" : ", ") + element(kind, interval);
    return "{ " + list + " }";
}

std::string Spelling::named(const Match& match, const IntervalSet& said) {
    const auto kind = model::info(match.field).kind;
    const auto wanted = std::pair(std::string(set_type(kind)), said);
    const std::string base = match.set ? "set_" + appliance_.sets.at(*match.set).name : "set_unnamed";
    std::string name = base;
    for (unsigned i = 2; by_name_.contains(name) && by_name_.at(name) != wanted; ++i)
        name = fmt::format("{}.{}", base, i);
    if (by_name_.emplace(name, wanted).second) {
        Set set{.name = name, .type = wanted.first, .elements = {}, .note = {}};
        if (match.set) set.note = location(appliance_, appliance_.sets.at(*match.set).place);
        for (const auto& interval : said.intervals()) set.elements.push_back(element(kind, interval));
        sets_.push_back(std::move(set));
    }
    return "@" + name;
}

/// Where there is no such NIC nftables reads an empty name.
std::string Spelling::iface(const Match& match, std::string_view key) const {
    const bool with_none = match.values.contains(model::no_iface);
    std::vector<model::IfaceId> said;
    for (model::IfaceId id = 0; id < nics_.size(); ++id)
        if (match.values.contains(id) != with_none) said.push_back(id);
    return fmt::format("{} {}{}", key, with_none ? "!= " : "", nics(said));
}

std::string Spelling::nics(const std::vector<model::IfaceId>& ifaces) const {
    std::string list;
    for (const auto id : ifaces) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", nics_.at(id));
    return ifaces.size() == 1 ? list : "{ " + list + " }";
}

std::string comment(const model::Appliance& appliance, const model::Place& place) {
    constexpr std::size_t comment_max_bytes = 120; // NFTNL_UDATA_COMMENT_MAXLEN is 128
    auto text = quotable(location(appliance, place));
    if (text.size() > comment_max_bytes) text.erase(0, text.size() - comment_max_bytes);
    return fmt::format("comment \"{}\"", text);
}

std::string log(const model::Log& log) {
    constexpr std::size_t prefix_max_bytes = 120; // NF_LOG_PREFIXLEN is 128
    static constexpr std::string_view levels[] = {"emerg", "alert",  "crit", "err",
                                                  "warn",  "notice", "info", "debug"};
    std::string prefix;
    for (const auto& part : log.parts) {
        const auto* text = std::get_if<std::string>(&part);
        prefix += text ? *text : fmt::format("<{}>", model::info(std::get<Field>(part)).name);
    }
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) <= ' ') prefix.pop_back();
    std::string said = "log";
    if (!prefix.empty()) said += fmt::format(" prefix \"{} \"", quotable(prefix.substr(0, prefix_max_bytes)));
    if (log.severity) said += fmt::format(" level {}", levels[*log.severity]);
    return said;
}

} // namespace codegen::nft
