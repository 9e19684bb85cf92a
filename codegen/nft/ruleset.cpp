#include "codegen/nft/ruleset.hpp"

#include "codegen/writer.hpp"

#include <algorithm>
#include <map>

namespace codegen::nft {

namespace {

void write(Writer& out, const Set& set) {
    if (!set.note.empty()) out.line("# {}", set.note);
    out.open("set {} {{", set.name);
    out.line("type {}", set.type);
    out.line("flags interval");
    out.open("elements = {{");
    for (const auto& element : set.elements) out.line("{},", element);
    out.close();
    out.close();
    out.blank();
}

void write(Writer& out, const Chain& chain) {
    if (!chain.note.empty()) out.line("# {}", chain.note);
    out.open("chain {} {{", chain.name);
    if (!chain.head.empty()) out.line("{}", chain.head);
    for (const auto& rule : chain.rules) out.line("{}", rule);
    out.close();
    out.blank();
}

/// The chain that a rule goes on in; empty for a rule that stays.
std::string target(const std::string& rule) {
    for (const std::string_view word : {" jump ", " goto "}) {
        const auto at = (" " + rule).find(word);
        if (at == std::string::npos) continue;
        const auto begin = at + word.size() - 1;
        return rule.substr(begin, rule.find(' ', begin) - begin);
    }
    return {};
}

class Depths {
public:
    explicit Depths(const Ruleset& ruleset) {
        for (const auto& chain : ruleset.chains) chains_.emplace(chain.name, &chain);
    }

    std::size_t below(const Chain& chain) {
        if (const auto known = known_.find(chain.name); known != known_.end()) return known->second;
        std::size_t deepest = 0;
        for (const auto& rule : chain.rules)
            if (const auto next = chains_.find(target(rule)); next != chains_.end())
                deepest = std::max(deepest, 1 + below(*next->second));
        return known_[chain.name] = deepest;
    }

private:
    std::map<std::string, const Chain*> chains_;
    std::map<std::string, std::size_t> known_;
};

} // namespace

std::string print(const Ruleset& ruleset) {
    Writer out;
    for (const auto& note : ruleset.notes) out.line("{}", note.empty() ? "#" : "# " + note);
    out.blank();
    // Declared and deleted first, so that loading replaces the table at once and however often.
    out.line("table ip nacl");
    out.line("delete table ip nacl");
    out.blank();
    out.open("table ip nacl {{");
    for (const auto& set : ruleset.sets) write(out, set);
    for (const auto& chain : ruleset.chains) write(out, chain);
    std::string text = std::move(out).take();
    if (text.ends_with("\n\n")) text.pop_back();
    return text + "}\n";
}

std::size_t depth(const Ruleset& ruleset) {
    Depths depths(ruleset);
    std::size_t deepest = 0;
    for (const auto& chain : ruleset.chains)
        if (!chain.head.empty()) deepest = std::max(deepest, depths.below(chain));
    return deepest;
}

} // namespace codegen::nft
