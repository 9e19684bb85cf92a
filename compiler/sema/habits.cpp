#include "compiler/sema/habits.hpp"

#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sema {

namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 36> services = {
    {{"ftp", 21},         {"telnet", 23},  {"smtp", 25},        {"domain", 53},       {"bootps", 67},
     {"dhcp", 67},        {"bootpc", 68},  {"tftp", 69},        {"www", 80},          {"kerberos", 88},
     {"pop3", 110},       {"ntp", 123},    {"netbios", 137},    {"imap", 143},        {"snmp", 161},
     {"bgp", 179},        {"ldap", 389},   {"smb", 445},        {"submissions", 465}, {"ike", 500},
     {"isakmp", 500},     {"syslog", 514}, {"submission", 587}, {"ldaps", 636},       {"rsync", 873},
     {"imaps", 993},      {"pop3s", 995},  {"openvpn", 1194},   {"mssql", 1433},      {"nfs", 2049},
     {"mysql", 3306},     {"rdp", 3389},   {"sip", 5060},       {"postgresql", 5432}, {"redis", 6379},
     {"wireguard", 51820}}};

/// As IANA numbers them.
constexpr std::array<std::pair<std::string_view, unsigned>, 9> protocols = {{{"igmp", 2},
                                                                             {"ipv6", 41},
                                                                             {"gre", 47},
                                                                             {"esp", 50},
                                                                             {"ah", 51},
                                                                             {"ospf", 89},
                                                                             {"pim", 103},
                                                                             {"vrrp", 112},
                                                                             {"sctp", 132}}};

constexpr std::array<std::string_view, 13> iface_keys = {
    "index",      "address", "netmask",    "gateway", "dns",    "config",     "vlan",
    "masquerade", "rpf",     "prerouting", "input",   "output", "postrouting"};
constexpr std::array<std::string_view, 3> gateway_keys = {"forward", "send_time_exceeded", "connected"};
constexpr std::array<std::string_view, 4> route_keys = {"net", "host", "nexthop", "cost"};
constexpr std::array<std::string_view, 4> conntrack_keys = {"limit", "stateful_tcp", "drop_invalid",
                                                            "timeout"};

template <typename Words>
bool contains(const Words& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

namespace {

/// `dst_port`, `sourceAddress`, `destip`: what the second half says of the packet's one or other end.
std::string property_of_end(std::string_view word) {
    auto name = lower(word);
    std::erase_if(name, [](char c) { return c == '_' || c == '-'; });
    for (const std::string_view end : {"destination", "dest", "dst", "d", "source", "src", "s"}) {
        if (!name.starts_with(end)) continue;
        const auto rest = std::string_view(name).substr(end.size());
        const bool is_address = rest == "addr" || rest == "address" || rest == "ip" || rest == "host" ||
                                (rest.empty() && end.size() > 1);
        if (is_address || rest == "port") return std::string(1, end.front()) + (is_address ? "addr" : "port");
    }
    return {};
}

} // namespace

std::string hint_for_value(std::string_view word) {
    const auto name = lower(word);
    for (const auto& [service, port] : services)
        if (service == name)
            return "that service is usually port " + std::to_string(port) + ": write `" +
                   std::to_string(port) + "`, or declare `" + std::string(word) + ": " +
                   std::to_string(port) + "`";
    for (const auto& [protocol, number] : protocols)
        if (protocol == name)
            return "that protocol has no name here: write `" + std::to_string(number) + "`, or declare `" +
                   std::string(word) + ": " + std::to_string(number) + "`";
    if (name == "default") return "the default route has the `net` `0.0.0.0` and the `netmask` `0.0.0.0`";
    if (name == "any" || name == "all" || name == "everyone")
        return "what is not asked about may be anything: leave the comparison out";
    if (name == "ct") return "the state of a flow is `ct.state`";
    const auto of_end = property_of_end(name);
    std::vector<std::string> properties;
    for (const auto& field : model::field_table)
        if (field.name.ends_with("." + (of_end.empty() ? name : of_end))) properties.emplace_back(field.name);
    return properties.empty() ? std::string() : "did you mean " + one_of(properties) + "?";
}

std::string hint_for_statement(std::string_view word) {
    const auto name = lower(word);
    if (name == "return" || name == "continue")
        return "a function that reaches its end goes on behind the call; `accept` and `drop` decide";
    if (name == "else" || name == "if") return "keywords are written in lower case: `" + name + "`";
    if (name == "jump" || name == "goto" || name == "call") return "a function is called by its name alone";
    if (name == "masquerade") return "write `masquerade: true` in the Iface by which the packets leave";
    if (name == "redirect") return "write `dnat(8080)` in a Nat function";
    return {};
}

std::string hint_for_property(std::string_view object, std::string_view word) {
    const auto name = lower(word);
    const bool is_flag = contains(model::tcp_flag_names, name);
    if (object == "tcp" && is_flag) return "write `" + name + " in tcp.flags`";
    if (object == "ct" && contains(model::state_names, name)) return "write `ct.state == " + name + "`";
    if ((object == "tcp" || object == "udp") && name == "port")
        return "did you mean " + one_of({"dport", "sport"}) + "?";
    if (const auto meant = property_of_end(name); model::field_named(std::string(object) + '.' + meant))
        return "did you mean `" + meant + "`?";
    return {};
}

std::string home_of_key(std::string_view key, std::string_view owner) {
    const auto name = lower(key);
    if (owner == "a packet" && model::field_named("ip." + name))
        return quoted(name) + " belongs into `ip: { … }`";
    if (owner != "an Iface" && owner != "a route" && owner != "a Gateway" && owner != "Conntrack") return {};
    if (contains(iface_keys, name)) return quoted(name) + " belongs into an Iface";
    if (contains(gateway_keys, name)) return quoted(name) + " belongs into the Gateway";
    if (contains(route_keys, name))
        return quoted(name) + " belongs into a route of the Gateway: `Gateway gw { r1: { … } }`";
    if (contains(conntrack_keys, name)) return quoted(name) + " belongs into the Conntrack";
    return {};
}

std::string hint_for_host_name(const syntax::Value& value) {
    const auto* path = std::get_if<syntax::Path>(&value.is);
    const auto* string = std::get_if<syntax::String>(&value.is);
    const auto text = path != nullptr ? to_string(*path) : string != nullptr ? string->text : std::string();
    const auto dot = text.rfind('.');
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const bool is_host = dot != text.npos && dot + 1 < text.size() && text.find(' ') == text.npos &&
                         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dot) + 1, text.end(), is_letter);
    return is_host ? "names of hosts are not looked up: write its address, as in `192.0.2.1`" : std::string();
}

std::string hint_for_string(const syntax::Value& value, bool names_fit) {
    const auto* string = std::get_if<syntax::String>(&value.is);
    if (string == nullptr || string->text.empty()) return {};
    const char first = string->text.front();
    if (!names_fit && (first < '0' || first > '9') && constant_named(string->text) == nullptr) return {};
    if (string->text.find(',') != std::string::npos) return "write a list: `[" + string->text + "]`";
    return "write `" + string->text + "` without quotes";
}

std::string hint_for_bare(const Constant& constant) {
    const std::string name(constant.name);
    switch (constant.kind) {
    case model::FieldKind::state:
        return "write `ct.state == " + name + "`";
    case model::FieldKind::flags:
        return "write `" + name + " in tcp.flags`";
    case model::FieldKind::port:
        return "write `tcp.dport == " + name + "`";
    case model::FieldKind::protocol:
        return "write `ip.protocol == " + name + "`";
    case model::FieldKind::icmp_type:
        return "write `icmp.type == " + name + "`";
    default:
        return {};
    }
}

} // namespace sema
