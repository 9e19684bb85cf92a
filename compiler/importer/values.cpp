#include "compiler/importer/values.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <utility>

namespace importer {

namespace {

using model::Interval;
using model::IntervalSet;
using model::Value;

/// Larger sets than that are no policy that anybody wrote.
constexpr std::size_t elements_max = 1'000'000;

using Names = std::pair<std::string_view, Value>;

constexpr std::array protocols = {
    Names{"icmp", 1},   Names{"igmp", 2},   Names{"ipencap", 4}, Names{"tcp", 6},        Names{"egp", 8},
    Names{"igp", 9},    Names{"udp", 17},   Names{"dccp", 33},   Names{"ipv6", 41},      Names{"rsvp", 46},
    Names{"gre", 47},   Names{"esp", 50},   Names{"ah", 51},     Names{"ipv6-icmp", 58}, Names{"icmpv6", 58},
    Names{"eigrp", 88}, Names{"ospf", 89},  Names{"pim", 103},   Names{"ipcomp", 108},   Names{"comp", 108},
    Names{"vrrp", 112}, Names{"l2tp", 115}, Names{"sctp", 132},  Names{"udplite", 136}};

constexpr std::array icmp_types = {Names{"echo-reply", 0},           Names{"destination-unreachable", 3},
                                   Names{"source-quench", 4},        Names{"redirect", 5},
                                   Names{"echo-request", 8},         Names{"router-advertisement", 9},
                                   Names{"router-solicitation", 10}, Names{"time-exceeded", 11},
                                   Names{"parameter-problem", 12},   Names{"timestamp-request", 13},
                                   Names{"timestamp-reply", 14},     Names{"info-request", 15},
                                   Names{"info-reply", 16},          Names{"address-mask-request", 17},
                                   Names{"address-mask-reply", 18}};

constexpr std::array icmp_codes = {Names{"net-unreachable", 0},  Names{"host-unreachable", 1},
                                   Names{"prot-unreachable", 2}, Names{"port-unreachable", 3},
                                   Names{"frag-needed", 4},      Names{"net-prohibited", 9},
                                   Names{"host-prohibited", 10}, Names{"admin-prohibited", 13}};

constexpr std::array dscps = {
    Names{"cs0", 0},   Names{"cs1", 8},   Names{"cs2", 16},  Names{"cs3", 24},  Names{"cs4", 32},
    Names{"cs5", 40},  Names{"cs6", 48},  Names{"cs7", 56},  Names{"df", 0},    Names{"be", 0},
    Names{"lephb", 1}, Names{"af11", 10}, Names{"af12", 12}, Names{"af13", 14}, Names{"af21", 18},
    Names{"af22", 20}, Names{"af23", 22}, Names{"af31", 26}, Names{"af32", 28}, Names{"af33", 30},
    Names{"af41", 34}, Names{"af42", 36}, Names{"af43", 38}, Names{"va", 44},   Names{"ef", 46}};

constexpr std::array ecns = {Names{"not-ect", 0}, Names{"ect1", 1}, Names{"ect0", 2}, Names{"ce", 3}};

std::optional<Value> named(ValueKind kind, std::string_view name) {
    const auto find = [&](const auto& table) -> std::optional<Value> {
        for (const auto& [one, value] : table)
            if (one == name) return value;
        return std::nullopt;
    };
    switch (kind) {
    case ValueKind::protocol:
        return find(protocols);
    case ValueKind::icmp_type:
        return find(icmp_types);
    case ValueKind::icmp_code:
        return find(icmp_codes);
    case ValueKind::dscp:
        return find(dscps);
    case ValueKind::ecn:
        return find(ecns);
    case ValueKind::address:
        return address_of(name);
    case ValueKind::number:
        break;
    }
    return std::nullopt;
}

Interval prefix_of(ValueKind kind, const Json& prefix) {
    const auto* address = member_of(prefix, "addr");
    const auto* length = member_of(prefix, "len");
    if (kind != ValueKind::address || address == nullptr || length == nullptr ||
        !length->is_number_unsigned() || *length > 32)
        throw Cannot(fmt::format("no prefix that is understood: {}", shown(prefix)));
    const model::Ipv4Prefix net{static_cast<model::Ipv4Address>(value_of(kind, *address)), *length};
    const auto low = net.address & net.mask();
    return {low, low | ~net.mask()};
}

Interval interval_of(ValueKind kind, const Json& wrapped) {
    const auto& json = element(wrapped);
    const auto [tag, content] = tagged(json);
    if (tag == "prefix") return prefix_of(kind, *content);
    if (tag == "range") {
        if (!content->is_array() || content->size() != 2)
            throw Cannot(fmt::format("no range that is understood: {}", shown(json)));
        return {value_of(kind, (*content)[0]), value_of(kind, (*content)[1])};
    }
    const auto value = value_of(kind, json);
    return {value, value};
}

} // namespace

const Json& element(const Json& json) {
    const auto [tag, content] = tagged(json);
    if (tag == "elem")
        if (const auto* value = member_of(*content, "val")) return *value;
    return json;
}

const std::vector<Json>* elements_of(const Table& table, const Json& right, std::vector<Json>& anonymous) {
    if (const auto [tag, content] = tagged(right); tag == "set") {
        anonymous = content->is_array() ? content->get<std::vector<Json>>() : std::vector<Json>{*content};
        return &anonymous;
    }
    if (!right.is_string()) return nullptr;
    const auto& name = right.get_ref<const std::string&>();
    if (!name.starts_with('@')) return nullptr;
    const auto* set = table.set(name.substr(1));
    if (set == nullptr) throw Cannot(fmt::format("the ruleset has no set {}", shown(right)));
    return &set->elements;
}

Value value_of(ValueKind kind, const Json& json) {
    if (json.is_number_unsigned()) return json.get<Value>();
    if (json.is_string()) {
        const auto& text = json.get_ref<const std::string&>();
        if (const auto value = named(kind, text)) return *value;
        Value number = 0;
        const auto* end = text.data() + text.size();
        const bool hex = text.starts_with("0x");
        const auto read = std::from_chars(text.data() + (hex ? 2 : 0), end, number, hex ? 16 : 10);
        if (kind != ValueKind::address && !text.empty() && read.ec == std::errc{} && read.ptr == end)
            return number;
    }
    throw Cannot(fmt::format("no value that NaCl has here: {}", shown(json)));
}

IntervalSet values_of(const Table& table, ValueKind kind, const Json& right) {
    std::vector<Json> anonymous;
    const auto* elements = elements_of(table, right, anonymous);
    if (elements == nullptr) return IntervalSet{interval_of(kind, right)};
    if (elements->size() > elements_max) throw Cannot("a set of more than a million elements");
    std::vector<Interval> intervals;
    for (const auto& one : *elements) intervals.push_back(interval_of(kind, one));
    return IntervalSet(std::move(intervals));
}

std::vector<std::string> names_in(const Table& table, const Json& right) {
    std::vector<Json> anonymous;
    const auto* elements = elements_of(table, right, anonymous);
    if (elements == nullptr) {
        if (right.is_array())
            anonymous = right.get<std::vector<Json>>();
        else if (const auto [tag, content] = tagged(right); tag == "|" && content->is_array())
            anonymous = content->get<std::vector<Json>>();
        else
            anonymous = {right};
        elements = &anonymous;
    }
    std::vector<std::string> names;
    for (const auto& wrapped : *elements) {
        const auto& one = element(wrapped);
        if (!one.is_string()) throw Cannot(fmt::format("no name: {}", shown(one)));
        names.push_back(one);
    }
    return names;
}

std::optional<model::Ipv4Address> address_of(std::string_view text) {
    model::Ipv4Address address = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (!text.starts_with('.')) return std::nullopt;
            text.remove_prefix(1);
        }
        std::uint8_t octet = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), octet);
        if (read.ec != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        address = address << 8 | octet;
    }
    return text.empty() ? std::optional(address) : std::nullopt;
}

std::string dotted(model::Ipv4Address address) {
    return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

std::string spelled(ValueKind kind, const Interval& interval) {
    const auto [low, high] = interval;
    if (kind != ValueKind::address)
        return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
    const auto first = dotted(static_cast<model::Ipv4Address>(low));
    const Value size = high - low + 1;
    if (size == 1) return first;
    if (std::has_single_bit(size) && low % size == 0)
        return fmt::format("{}/{}", first, 32 - std::countr_zero(size));
    return fmt::format("{} - {}", first, dotted(static_cast<model::Ipv4Address>(high)));
}

std::string list_of(ValueKind kind, const IntervalSet& values) {
    std::string list;
    for (const auto& interval : values.intervals())
        list += (list.empty() ? "" : ", ") + spelled(kind, interval);
    return "[" + list + "]";
}

std::string string_of(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            quoted += '\\';
        else if (byte < 0x20 || byte == 0x7f) {
            quoted += fmt::format("\\x{:02x}", byte);
            continue;
        }
        quoted += c;
    }
    return quoted + '"';
}

} // namespace importer
