#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>

namespace syntax {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool names_type(std::string_view word) {
    constexpr std::array<std::string_view, 10> types = {"iface", "gateway", "conntrack", "load_balancer", "syslog",
                                                        "timer", "limit",   "test",      "interface",     "vlan"};
    return std::find(types.begin(), types.end(), lower(word)) != types.end();
}

bool says_sort_of_value(std::string_view word) {
    constexpr std::array<std::string_view, 9> words = {"host", "net",   "network", "subnet", "addr",
                                                       "ip",   "range", "port",    "ports"};
    return std::find(words.begin(), words.end(), lower(word)) != words.end();
}

bool is_verdict(std::string_view word) {
    const auto verdict = lower(word);
    return verdict == "accept" || verdict == "drop" || verdict == "reject";
}

bool names_chain(std::string_view word) {
    constexpr std::array<std::string_view, 5> chains = {"prerouting", "input", "output", "postrouting", "forward"};
    return std::ranges::find(chains, word) != chains.end();
}

bool is_packet_object(std::string_view word) {
    constexpr std::array properties = {
#define FIELD(id, name, layer, bit, bits, scale, kind, text) std::string_view(name),
#include "runtime/fields.def"
    };
    return std::ranges::any_of(properties, [&](auto name) { return name.substr(0, name.find('.')) == word; });
}

std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "`";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f)
            result += c;
        else if (c == '\n')
            result += "\\n";
        else
            result += std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
    }
    return result + '`';
}

} // namespace syntax
