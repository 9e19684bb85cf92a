#include "compiler/importer/nics.hpp"

#include "compiler/importer/values.hpp"
#include "compiler/syntax/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace importer {

namespace {

constexpr std::string_view form =
    "`eth0=10.0.0.1/24`, `eth0=10.0.0.1/24,10.0.0.254` with its gateway, or `eth0=dhcp`";

bool is_nic_key(const Json& left) {
    const auto [tag, content] = tagged(left);
    if (tag != "meta") return false;
    const auto key = text_of(*content, "key");
    return key == "iifname" || key == "oifname" || key == "iif" || key == "oif";
}

class Collector {
public:
    Collector(const Table& table, std::vector<std::string>& names) : table_(table), names_(names) {}

    void rule(const Rule& rule) {
        for (const auto& expression : rule.expressions) {
            const auto [tag, content] = tagged(expression);
            if (tag == "match") {
                const auto* left = member_of(*content, "left");
                const auto* right = member_of(*content, "right");
                if (left != nullptr && right != nullptr) compared(*left, *right);
            }
            if (tag == "vmap") mapped(*content);
            if (tag == "dnat" || tag == "snat")
                if (const auto* address = member_of(*content, "addr"))
                    if (const auto [kind, map] = tagged(*address); kind == "map") mapped(*map);
        }
    }

private:
    void mapped(const Json& map) {
        const auto* key = member_of(map, "key");
        const auto* data = member_of(map, "data");
        if (key != nullptr && data != nullptr) compared(*key, *data);
    }

    void compared(const Json& left, const Json& right) {
        std::vector<Json> anonymous;
        try {
            const auto* elements = elements_of(table_, right, anonymous);
            if (elements == nullptr) return one(left, right);
            for (const auto& entry : *elements) {
                // Of a map it is the key that counts.
                const bool pair = entry.is_array() && entry.size() == 2;
                one(left, element(pair ? entry[0] : entry));
            }
        } catch (const Cannot&) {
            return; // whoever translates the rule says so
        }
    }

    void one(const Json& left, const Json& right) {
        const auto [kind, parts] = tagged(left);
        const auto [also, values] = tagged(right);
        if (kind == "concat" && also == "concat" && parts->is_array() && values->is_array())
            for (std::size_t i = 0; i < std::min(parts->size(), values->size()); ++i)
                one((*parts)[i], element((*values)[i]));
        if (!is_nic_key(left) || !right.is_string()) return;
        const auto& name = right.get_ref<const std::string&>();
        // The loopback is no NIC; a number is one that is gone; a pattern names those that are named
        // elsewhere.
        const bool is_name = !name.empty() && name != "lo" && !name.ends_with('*') &&
                             !std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
        if (is_name && std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
    }

    const Table& table_;
    std::vector<std::string>& names_;
};

} // namespace

std::variant<NicOption, std::string> parse_nic(std::string_view text) {
    const auto wrong = [&](std::string_view why) {
        return fmt::format("{} is {}: it is to be {}", syntax::quoted(text), why, form);
    };
    const auto equals = text.find('=');
    if (equals == text.npos || equals == 0) return wrong("not of the form");
    NicOption option{.nic = std::string(text.substr(0, equals))};
    auto address = text.substr(equals + 1);
    if (address == "dhcp") return option;
    model::Ipv4Config config;
    if (const auto comma = address.find(','); comma != address.npos) {
        const auto gateway = address_of(address.substr(comma + 1));
        if (!gateway) return wrong("not of the form");
        config.gateway = *gateway;
        address = address.substr(0, comma);
    }
    const auto slash = address.find('/');
    const auto own = address_of(address.substr(0, slash));
    unsigned length = 33;
    if (slash != address.npos) {
        const auto* end = address.data() + address.size();
        if (const auto read = std::from_chars(address.data() + slash + 1, end, length); read.ptr != end)
            length = 33;
    }
    if (!own || length > 32) return wrong("not of the form");
    config.network.length = static_cast<std::uint8_t>(length);
    config.address = *own;
    config.network.address = *own & config.network.mask();
    if (config.network.broadcast() && (*own == config.network.address || *own == *config.network.broadcast()))
        return wrong("no address of a host in its network");
    option.ipv4 = config;
    return option;
}

std::vector<Nic> nics_of(const Dump& dump, const std::vector<NicOption>& options) {
    std::vector<std::string> names;
    for (const auto& table : dump.tables) {
        Collector collector(table, names);
        for (const auto& chain : table.chains) {
            for (const auto& rule : chain.rules) collector.rule(rule);
            if (!chain.base) continue;
            for (const auto& device : chain.base->devices)
                if (device != "lo" && std::ranges::find(names, device) == names.end())
                    names.push_back(device);
        }
    }
    std::vector<Nic> nics;
    const auto add = [&](const std::string& linux_name) -> Nic& {
        auto name = identifier(linux_name);
        while (std::ranges::find(nics, name, &Nic::name) != nics.end()) name += "_2";
        return nics.emplace_back(Nic{.linux_name = linux_name, .name = name});
    };
    for (const auto& option : options) {
        auto& nic = add(option.nic);
        nic.ipv4 = option.ipv4;
        nic.leased = !option.ipv4;
    }
    for (const auto& name : names)
        if (std::ranges::find(nics, name, &Nic::linux_name) == nics.end()) add(name);
    if (nics.empty()) add("eth0"); // an appliance has one at least
    return nics;
}

std::vector<const Nic*> named(const std::vector<Nic>& nics, std::string_view pattern) {
    const bool prefix = pattern.ends_with('*');
    if (prefix) pattern.remove_suffix(1);
    std::vector<const Nic*> found;
    for (const auto& nic : nics)
        if (prefix ? nic.linux_name.starts_with(pattern) : nic.linux_name == pattern) found.push_back(&nic);
    return found;
}

std::string identifier(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::string name;
    for (const char c : text) name += is_letter(c) || (c >= '0' && c <= '9') ? c : '_';
    if (name.empty() || !is_letter(name.front())) name.insert(0, "n");
    // What the language keeps for itself, in any case, and the words that an imported program uses.
    static constexpr std::string_view taken[] = {
        "tcp", "udp",    "icmp", "ct",    "ip",          "if",      "else",    "in",
        "and", "or",     "not",  "true",  "false",       "accept",  "drop",    "reject",
        "log", "syslog", "dnat", "snat",  "established", "related", "invalid", "new",
        "fin", "syn",    "rst",  "psh",   "ack",         "urg",     "ece",     "cwr",
        "ns",  "eth",    "vlan", "iface", "router",      "flows",   "import",  "file"};
    const auto low = syntax::lower(name);
    return std::ranges::find(taken, low) == std::end(taken) ? name : name + "_";
}

} // namespace importer
