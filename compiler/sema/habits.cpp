#include "compiler/sema/habits.hpp"

#include "compiler/sema/keys.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/repair.hpp"

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

constexpr std::array<std::string_view, 3> limit_keys = {"rate", "per", "burst"};
constexpr std::array<std::string_view, 7> step_keys = {"iface", "packet", "expect", "reason", "out", "log", "state"};
constexpr std::array<std::string_view, 14> top_domains = {"arpa",  "biz",  "com",  "edu",      "example",
                                                          "gov",   "home", "info", "internal", "lan",
                                                          "local", "net",  "org",  "test"};
constexpr std::array<std::string_view, 4> route_keys = {"net", "host", "nexthop", "cost"};

/// What is known of packets elsewhere.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> properties_elsewhere = {
    {{"iif", "iface.in"},
     {"iifname", "iface.in"},
     {"in_interface", "iface.in"},
     {"in-interface", "iface.in"},
     {"iface", "iface.in"},
     {"oif", "iface.out"},
     {"oifname", "iface.out"},
     {"out_interface", "iface.out"},
     {"out-interface", "iface.out"},
     {"vlan", "vlan.id"},
     {"l4proto", "ip.protocol"},
     {"ctstate", "ct.state"}}};

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

/// A property without its object, or with one that is called otherwise here.
std::string did_you_mean_property(const std::string& name) {
    const auto dot = name.find('.');
    const auto owner = dot == name.npos ? std::string() : name.substr(0, dot);
    const auto word = dot == name.npos ? name : name.substr(dot + 1);
    const auto of_end = property_of_end(word);
    std::vector<std::string> properties, objects;
    for (const auto& field : model::field_table) {
        if (!field.name.ends_with("." + (of_end.empty() ? word : of_end))) continue;
        properties.emplace_back(field.name);
        objects.emplace_back(field.name.substr(0, field.name.find('.')));
    }
    if (properties.empty()) return {};
    const auto* meant = owner.empty() ? nullptr : nearest(owner, objects);
    if (meant != nullptr)
        return "did you mean " + quoted(properties[static_cast<std::size_t>(meant - objects.data())]) + "?";
    return "did you mean " + one_of(properties) + "?";
}

} // namespace

std::string hint_for_compared(std::string_view word) {
    const auto name = lower(word);
    const bool is_any =
        name == "any" || name == "all" || name == "anything" || name == "everything" || name == "everyone";
    return is_any ? "what is not asked about may be anything: leave the comparison out" : hint_for_value(word);
}

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
    if (name == "untracked" || name == "notrack")
        return "every flow is tracked; its state is `new`, `established`, `related` or `invalid`";
    if (name == "ct") return "the state of a flow is `ct.state`";
    if (name == "self" || name == "localhost" || name == "me")
        return "our own address is that of an Iface, as in `eth0.address`";
    for (const auto& [other, property] : properties_elsewhere)
        if (other == name) return "did you mean " + quoted(property) + "?";
    if (name.find('-') != name.npos)
        if (auto flags = hint_for_flags(name); !flags.empty()) return flags;
    return did_you_mean_property(name);
}

std::string hint_for_statement(std::string_view word) {
    const auto name = lower(word);
    if (name == "return" || name == "continue")
        return "a function that reaches its end goes on behind the call; `accept` and `drop` decide";
    if (name == "break" || name == "exit" || name == "end" || name == "stop" || name == "fallthrough")
        return "a function that reaches its end goes on behind the call; `accept` and `drop` decide";
    if (name == "all" || name == "any" || name == "everything" || name == "quick")
        return "a verdict is about every packet that comes to it: leave " + quoted(name) + " out";
    if (name == "with" || name == "rst" || name == "tcp-reset" || name.starts_with("icmp-") ||
        name.starts_with("icmpx-"))
        return "`reject` chooses its answer by the protocol: leave the rest out";
    if (name == "policy" || name == "default")
        return "what no condition decides comes to the end of the function: write the verdict there";
    if (name == "counter") return "every verdict counts its packets: leave `counter` out";
    if (name == "iif" || name == "iifname")
        return "write `if (iface.in == name) { … }`, with the name of an Iface";
    if (name == "oif" || name == "oifname")
        return "write `if (iface.out == name) { … }`, with the name of an Iface";
    if (name == "else" || name == "if") return "keywords are written in lower case: `" + name + "`";
    if (name == "jump" || name == "goto" || name == "call") return "a function is called by its name alone";
    if (name == "masquerade") return "write `masquerade: true` in the Iface by which the packets leave";
    if (name == "logger" || name == "printf" || name == "echo") return "did you mean `log`?";
    if (name == "redirect") return "write `dnat(8080)` in a Nat function";
    return {};
}

std::string hint_for_property(std::string_view object, std::string_view word) {
    const auto name = lower(word);
    const bool is_flag = contains(model::tcp_flag_names, name);
    if (object == "tcp" && is_flag) return "write `" + name + " in tcp.flags`";
    if (object == "icmp" && constant_named(name) != nullptr) return "write `icmp.type == " + name + "`";
    if ((object == "ct" || object == "tcp" || object == "udp") && contains(model::state_names, name))
        return "write `ct.state == " + name + "`";
    if ((object == "tcp" || object == "udp") && name == "port")
        return "did you mean " + one_of({"dport", "sport"}) + "?";
    const auto meant = property_of_end(name);
    const bool has_ports = object == "tcp" || object == "udp";
    if (has_ports && (meant == "saddr" || meant == "daddr") && (name == "source" || name == "destination"))
        return "did you mean `" + meant.substr(0, 1) + "port`?";
    return model::field_named(std::string(object) + '.' + meant) ? "did you mean `" + meant + "`?" : "";
}

namespace {

/// `dport` in the packet itself or in another header: where it belongs.
std::string header_of_key(const std::string& key, std::string_view owner) {
    constexpr std::array<std::string_view, 4> headers = {"ip", "tcp", "udp", "icmp"};
    const bool is_header =
        owner.size() > 2 && contains(headers, std::string(owner.substr(1, owner.size() - 2)));
    if (owner != "a packet" && owner != "`out`" && !is_header) return {};
    if (is_header && (key == "payload" || key == "vlan" || key == "eth"))
        return quoted(key) + " stands beside the headers, in the packet";
    if (is_header && contains(headers, key)) return quoted(key) + " stands beside " + std::string(owner) + ", in the packet";
    std::vector<std::string> homes;
    for (const auto header : headers)
        if (model::field_named(std::string(header) + '.' + key))
            homes.push_back(std::string(header) + ": { … }");
    return homes.empty() ? "" : quoted(key) + " belongs into " + one_of(homes);
}

/// `algorithm` in the Load_balancer itself or on the wrong side of it.
std::string side_of_key(const std::string& key, std::string_view owner) {
    if (owner != "a Load_balancer" && owner != "`clients`" && owner != "`servers`") return {};
    std::vector<std::string> homes;
    if (keys::contains(keys::clients, key)) homes.push_back("clients: { … }");
    if (keys::contains(keys::servers, key)) homes.push_back("servers: { … }");
    return homes.empty() ? "" : quoted(key) + " belongs into " + one_of(homes);
}

} // namespace

std::string home_of_key(std::string_view key, std::string_view owner) {
    const auto name = lower(key);
    if (auto home = header_of_key(name, owner); !home.empty()) return home;
    if (auto side = side_of_key(name, owner); !side.empty()) return side;
    if (owner == "a packet" && contains(step_keys, name))
        return quoted(name) + " stands beside the packet, in the Test or its step";
    const bool is_of_limit = contains(limit_keys, name) && owner != "a Limit";
    if (is_of_limit) return quoted(name) + " belongs into a Limit";
    if (name == "interval" || name == "data") return owner == "a Timer" ? "" : quoted(name) + " belongs into a Timer";
    if (owner != "an Iface" && owner != "a route" && owner != "a Gateway" && owner != "Conntrack") return {};
    if (keys::contains(keys::iface, name)) return quoted(name) + " belongs into an Iface";
    if (keys::contains(keys::settings, name)) return quoted(name) + " belongs into the Gateway";
    if (contains(route_keys, name))
        return quoted(name) + " belongs into a route of the Gateway: `Gateway gw { r1: { … } }`";
    if (keys::contains(keys::conntrack, name)) return quoted(name) + " belongs into the Conntrack";
    return {};
}

std::string hint_for_host_name(const syntax::Value& value) {
    const auto* path = std::get_if<syntax::Path>(&value.is);
    const auto* string = std::get_if<syntax::String>(&value.is);
    const auto text = path != nullptr ? to_string(*path) : string != nullptr ? string->text : std::string();
    const auto dot = text.rfind('.');
    if (dot == text.npos || text.find(' ') != text.npos) return {};
    const auto domain = lower(text.substr(dot + 1));
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    // `a.de` may be a member as well.
    const bool is_country = domain.size() == 2 && std::ranges::all_of(domain, is_letter) &&
                            (string != nullptr || text.find('.') != dot);
    return is_country || contains(top_domains, domain)
               ? "names of hosts are not looked up: write its address, as in `192.0.2.1`"
               : std::string();
}

namespace {

/// `lists/blocked.txt`, and not `10.0.0.0/8`.
bool is_path_of_file(std::string_view text) {
    const auto ends = [&](std::string_view ending) { return text.ends_with(ending); };
    const auto name = text.substr(text.rfind('/') + 1);
    const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
    const bool has_ending = name.find('.') < name.size() && is_letter(name.back());
    return ends(".txt") || ends(".list") || ends(".lst") || ends(".csv") ||
           (has_ending && text.find('/') != text.npos && text.find(' ') == text.npos);
}

} // namespace

std::string hint_for_string(const syntax::Value& value, bool names_fit) {
    const auto* string = std::get_if<syntax::String>(&value.is);
    if (string == nullptr || string->text.empty()) return {};
    const auto& text = string->text;
    const auto slash = text.find('/');
    const auto protocol = lower(text.substr(0, slash)),
               behind = slash == text.npos ? "" : text.substr(slash + 1);
    if ((protocol == "tcp" || protocol == "udp") && !behind.empty() &&
        behind.find_first_not_of("0123456789") == behind.npos)
        return "write `" + behind + "`";
    const bool has_port = text.find('.') != text.npos && text.find(':') != text.npos;
    if (!names_fit && has_port && text.find_first_not_of("0123456789.:") == text.npos)
        return syntax::trouble_with_number(text).hint;
    const auto is_transport = [](std::string_view word) { return word == "tcp" || word == "udp"; };
    if (!names_fit && is_transport(protocol) && is_transport(lower(behind)))
        return "several values stand in a list: write `in [" + protocol + ", " + lower(behind) + "]`";
    if (!names_fit && is_path_of_file(text)) return "a list is read from a file by `file(\"" + text + "\")`";
    const bool is_number = text.find_first_not_of("0123456789abcdefABCDEFx.:/-, ") == text.npos &&
                           text.front() >= '0' && text.front() <= '9';
    if (!names_fit && !is_number && constant_named(text) == nullptr) return {};
    if (text.find(',') != std::string::npos) return "write a list: `[" + text + "]`";
    return "write `" + text + "` without quotes";
}

std::string hint_for_flags(std::string_view text) {
    constexpr std::string_view letters = "FSRPAUECN"; // in the order of their bits, as the names are
    static_assert(letters.size() == model::tcp_flag_names.size());
    std::vector<std::string> names;
    std::string word;
    for (const char c : std::string(text) + ',') {
        if (c != ',' && c != '|' && c != '+' && c != '/' && c != '-' && c != ' ')
            word += c;
        else if (!word.empty())
            names.push_back(lower(std::exchange(word, {})));
    }
    const auto is_flag = [](const std::string& name) { return contains(model::tcp_flag_names, name); };
    if (names.empty()) return {};
    if (names.size() == 1 && !is_flag(names.front())) {
        names.clear();
        for (const char c : text) {
            const auto bit = letters.find(static_cast<char>(c & ~0x20));
            if (bit == letters.npos) return {};
            names.emplace_back(model::tcp_flag_names[bit]);
        }
    }
    if (!std::ranges::all_of(names, is_flag)) return {};
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return names.size() == 1 ? "write `" + list + "`" : "write `[" + list + "]`";
}

std::string hint_for_dscp(std::string_view word) {
    const auto name = lower(word);
    const auto digit = [&](std::size_t i, char max) {
        return name[i] >= '0' && name[i] <= max ? name[i] - '0' : -1;
    };
    int value = -1;
    if (name == "ef") value = 46;
    if (name == "va" || name == "voice-admit") value = 44;
    if (name == "be" || name == "default") value = 0;
    if (name == "le") value = 1;
    if (name.size() == 3 && name.starts_with("cs") && digit(2, '7') >= 0) value = 8 * digit(2, '7');
    if (name.size() == 4 && name.starts_with("af") && digit(2, '4') > 0 && digit(3, '3') > 0)
        value = 8 * digit(2, '4') + 2 * digit(3, '3');
    return value < 0 ? "" : "that class has no name here: write `" + std::to_string(value) + "`";
}

std::string hint_for_boolean(std::string_view word) {
    const auto name = lower(word);
    if (name == "true" || name == "yes" || name == "on" || name == "enabled" || name == "1")
        return "write `true`";
    const bool is_false = name == "false" || name == "no" || name == "off" || name == "disabled" || name == "0";
    return is_false ? "write `false`" : "";
}

std::string hint_for_seconds(const syntax::Value& value) {
    const auto* string = std::get_if<syntax::String>(&value.is);
    if (string == nullptr) return {};
    const auto text = lower(string->text);
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits > 9 || digits == text.npos) return {};
    const auto unit = text.find_first_not_of(' ', digits);
    if (unit == text.npos) return {};
    const auto factor = text[unit] == 's'   ? 1
                        : text[unit] == 'm' ? 60
                        : text[unit] == 'h' ? 3600
                        : text[unit] == 'd' ? 86400
                                            : 0;
    if (factor == 0 || text.substr(unit) == "ms") return {};
    return "times are in seconds: write `" + std::to_string(std::stoll(text.substr(0, digits)) * factor) +
           "`";
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
