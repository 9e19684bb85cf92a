#include "compiler/sema/constants.hpp"

#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <array>

namespace sema {

namespace {

using enum model::FieldKind;

constexpr std::array table = {
    Constant{"ssh", port, 22},
    Constant{"dns", port, 53},
    Constant{"http", port, 80},
    Constant{"https", port, 443},
    Constant{"tcp", protocol, 6},
    Constant{"udp", protocol, 17},
    Constant{"icmp", protocol, 1},
    Constant{"ip", protocol, 4},
    Constant{"echo-reply", icmp_type, 0},
    Constant{"destination-unreachable", icmp_type, 3},
    Constant{"redirect", icmp_type, 5},
    Constant{"echo-request", icmp_type, 8},
    Constant{"time-exceeded", icmp_type, 11},
    Constant{"parameter-problem", icmp_type, 12},
    Constant{"timestamp-request", icmp_type, 13},
    Constant{"timestamp-reply", icmp_type, 14},
    Constant{"new", state, static_cast<model::Value>(model::State::fresh)},
    Constant{"established", state, static_cast<model::Value>(model::State::established)},
    Constant{"related", state, static_cast<model::Value>(model::State::related)},
    Constant{"invalid", state, static_cast<model::Value>(model::State::invalid)},
    Constant{"fin", flags, 1},
    Constant{"syn", flags, 2},
    Constant{"rst", flags, 4},
    Constant{"psh", flags, 8},
    Constant{"ack", flags, 16},
    Constant{"urg", flags, 32},
    Constant{"ece", flags, 64},
    Constant{"cwr", flags, 128},
    Constant{"ns", flags, 256},
};

constexpr std::array<std::string_view, 12> config_words = {
    "dhcp", "dhcp-with-fallback", "static", "round_robin", "timestamp", "stats", "memory", "cpu",
    "lb",   "stack-sampling",     "timers", "strict"};

} // namespace

const Constant* constant_named(std::string_view name) {
    const auto wanted = lower(name);
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const auto& c) { return c.name == wanted; });
    return found == table.end() ? nullptr : &*found;
}

std::vector<std::string> constant_names(std::optional<model::FieldKind> kind) {
    std::vector<std::string> names;
    for (const auto& constant : table)
        if (!kind || constant.kind == kind) names.emplace_back(constant.name);
    return names;
}

bool is_config_word(std::string_view name) {
    return std::find(config_words.begin(), config_words.end(), lower(name)) != config_words.end();
}

std::string_view with_article(model::FieldKind kind) {
    switch (kind) {
    case number:
        return "a number";
    case address:
        return "an address";
    case port:
        return "a port";
    case protocol:
        return "a protocol";
    case icmp_type:
        return "an ICMP type";
    case flags:
        return "a set of TCP flags";
    case state:
        return "a flow state";
    case boolean:
        return "true or false";
    case model::FieldKind::iface:
        return "an Iface";
    case mac:
        return "a MAC address";
    }
    return {};
}

} // namespace sema
