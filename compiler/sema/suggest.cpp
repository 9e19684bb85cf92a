#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <array>

namespace sema {

std::size_t edit_distance(std::string_view from, std::string_view to) {
    const auto a = lower(from), b = lower(to);
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = row;
    }
    return last[b.size()];
}

namespace {

struct Synonym {
    std::string_view word;
    std::string_view meant;
};

/// What other languages and other tools call it. Several lines for one word: whichever is a candidate.
constexpr std::array synonyms = {
    Synonym{"allow", "accept"},
    Synonym{"pass", "accept"},
    Synonym{"permit", "accept"},
    Synonym{"ok", "accept"},
    Synonym{"deny", "drop"},
    Synonym{"block", "drop"},
    Synonym{"discard", "drop"},
    Synonym{"refuse", "reject"},
    Synonym{"print", "log"},
    Synonym{"interface", "Iface"},
    Synonym{"nic", "Iface"},
    Synonym{"vlan", "Iface"},
    Synonym{"router", "Gateway"},
    Synonym{"rule", "Filter"},
    Synonym{"firewall", "Filter"},
    Synonym{"ip", "address"},
    Synonym{"addr", "address"},
    Synonym{"host", "address"},
    Synonym{"hostname", "address"},
    Synonym{"server", "address"},
    Synonym{"mask", "netmask"},
    Synonym{"subnet", "netmask"},
    Synonym{"mac", "index"},
    Synonym{"dhcp", "config"},
    Synonym{"mode", "config"},
    Synonym{"nic", "index"},
    Synonym{"interface", "iface"},
    Synonym{"dev", "iface"},
    Synonym{"device", "iface"},
    Synonym{"metric", "cost"},
    Synonym{"gateway", "nexthop"},
    Synonym{"via", "nexthop"},
    Synonym{"gw", "nexthop"},
    Synonym{"gw", "gateway"},
    Synonym{"router", "gateway"},
    Synonym{"destination", "net"},
    Synonym{"dst", "net"},
    Synonym{"to", "net"},
    Synonym{"network", "net"},
    Synonym{"nat", "masquerade"},
    Synonym{"snat", "masquerade"},
    Synonym{"src", "saddr"},
    Synonym{"source", "saddr"},
    Synonym{"dst", "daddr"},
    Synonym{"dest", "daddr"},
    Synonym{"destination", "daddr"},
    Synonym{"proto", "protocol"},
    Synonym{"len", "length"},
    Synonym{"tos", "dscp"},
    Synonym{"port", "dport"},
    Synonym{"dst", "dport"},
    Synonym{"src", "sport"},
    Synonym{"seq", "sequence"},
    Synonym{"ack", "ackseq"},
    Synonym{"win", "window"},
    Synonym{"stateful", "stateful_tcp"},
    Synonym{"estab", "established"},
    Synonym{"result", "expect"},
    Synonym{"verdict", "expect"}, Synonym{"pkt", "packet"},
    Synonym{"nameserver", "dns"},
    Synonym{"echo", "echo-request"},
    Synonym{"ping", "echo-request"},
    Synonym{"pong", "echo-reply"},
    Synonym{"seconds", "interval"},
    Synonym{"sleep", "wait"},
    Synonym{"pause", "wait"},
    Synonym{"delay", "wait"},
    Synonym{"IPv4", "IP"},
    Synonym{"ipv4", "ip"},
    Synonym{"inet", "ip"},
    Synonym{"ether", "eth"},
    Synonym{"mac", "eth"},
    Synonym{"any", "IP"},
    Synonym{"all", "IP"},
    Synonym{"information", "info"},
    Synonym{"error", "err"},
    Synonym{"critical", "crit"},
    Synonym{"warn", "warning"},
    Synonym{"emergency", "emerg"},
    Synonym{"roundrobin", "round_robin"},
};

const std::string* synonym(std::string_view word, const std::vector<std::string>& candidates) {
    for (const auto& entry : synonyms) {
        if (lower(entry.word) != lower(word)) continue;
        const auto found = std::find(candidates.begin(), candidates.end(), entry.meant);
        if (found != candidates.end()) return &*found;
    }
    return nullptr;
}

} // namespace

const std::string* nearest(std::string_view word, const std::vector<std::string>& candidates) {
    const auto* meant = synonym(word, candidates);
    return meant != nullptr ? meant : misspelt(word, candidates);
}

namespace {

bool begins_alike(std::string_view a, std::string_view b) {
    return !a.empty() && !b.empty() && lower(a.substr(0, 1)) == lower(b.substr(0, 1));
}

} // namespace

const std::string* misspelt(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t letters_max = 100; // what is longer was not typed, and the comparison is quadratic
    const std::string* best = nullptr;
    if (word.size() > letters_max) return best;
    // A third of the letters wrong is a typing mistake, more is another word.
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const auto longer = std::max(word.size(), candidate.size()),
                   shorter = std::min(word.size(), candidate.size());
        if (longer - shorter >= best_distance) continue;
        const auto distance = edit_distance(word, candidate);
        // Who mistypes a word mostly begins it right.
        const bool begins_so = best != nullptr && distance == best_distance && !begins_alike(word, *best) &&
                               begins_alike(word, candidate);
        const bool is_better = distance < best_distance || begins_so;
        if (is_better && distance < longer) best = &candidate, best_distance = distance;
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto* best = nearest(word, candidates);
    return best == nullptr ? std::string() : "did you mean " + quoted(*best) + "?";
}

namespace {

std::string enumerated(const std::vector<std::string>& words, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? last : ", ";
        text += quoted(words[i]);
    }
    return text;
}

} // namespace

std::string one_of(const std::vector<std::string>& words) { return enumerated(words, " or "); }

std::string all_of(const std::vector<std::string>& words) { return enumerated(words, " and "); }

} // namespace sema
