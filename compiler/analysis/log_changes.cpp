#include "compiler/analysis/log_changes.hpp"

#include "compiler/analysis/describe.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/model/severity.hpp"
#include "compiler/symbolic/edits.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace analysis {

namespace {

using symbolic::Rule;
using symbolic::RulesInOrder;

std::string text_of(const model::Log& log) {
    std::string text = log.severity ? "syslog(" + std::string(model::severity_names[*log.severity]) : "log(";
    bool first = !log.severity;
    for (const auto& part : log.parts) {
        if (!std::exchange(first, false)) text += ", ";
        if (const auto* field = std::get_if<model::Field>(&part)) {
            text += model::info(*field).name;
        } else {
            const auto quoted = syntax::quoted(std::get<std::string>(part));
            text += '"' + quoted.substr(1, quoted.size() - 2) + '"';
        }
    }
    return text + ')';
}

/// All rules of a chain, logs and all.
RulesInOrder in_order(const ChainRules& chain) {
    RulesInOrder rules;
    for (const auto& link : chain.links)
        for (const auto& rule : link.rules.rules) rules.push_back(&rule);
    return rules;
}

/// What a rule does beside its action.
symbolic::Meaning effect_in(const model::Appliance& appliance) {
    return [&](const Rule& rule) {
        if (rule.log != nullptr) return text_of(*rule.log);
        return rule.statement ? eval::translation_of(appliance.statements.at(*rule.statement)) : std::string();
    };
}

bool is_whole(const ChainRules& chain) {
    return std::ranges::all_of(chain.links, [](const Link& link) { return link.rules.whole; });
}

/// A log statement some of whose rules are in one policy only.
struct Edited {
    const Rule* rule = nullptr; ///< the first of them
    bool all = true;            ///< all of its rules are
    std::string text;

    Logging logging() const { return {text, rule->place}; }
};

std::vector<Edited> edited(const RulesInOrder& rules, const symbolic::SomeRules& changed) {
    std::map<const model::Log*, std::size_t> places;
    std::vector<Edited> result;
    for (const auto* rule : rules)
        if (rule->log != nullptr && changed.contains(rule) &&
            places.try_emplace(rule->log, result.size()).second)
            result.push_back({rule, true, text_of(*rule->log)});
    for (const auto* rule : rules)
        if (const auto known = places.find(rule->log); known != places.end() && !changed.contains(rule))
            result[known->second].all = false;
    return result;
}

/// A rule, and how many of those before it are in both policies.
struct Placed {
    const Rule* rule = nullptr;
    std::size_t rank = 0;
};

std::vector<Placed> placed(const RulesInOrder& rules, const symbolic::SomeRules& changed, bool is_changed) {
    std::vector<Placed> result;
    std::size_t rank = 0;
    for (const auto* rule : rules) {
        if (changed.contains(rule) == is_changed) result.push_back({rule, rank});
        rank += !changed.contains(rule);
    }
    return result;
}

/// Of what stays where it was, the logs past which a verdict about some of their packets has moved: as if they had.
symbolic::SomeRules passed_by(const symbolic::Space& space, const RulesInOrder& olds, const RulesInOrder& news,
                              const symbolic::Edits& edits) {
    symbolic::SomeRules passed;
    const auto kept = placed(news, edits.added, false);
    const auto come = placed(news, edits.added, true);
    for (const auto& [was, from] : placed(olds, edits.removed, true)) {
        if (was->log != nullptr) continue;
        const auto now = std::ranges::find_if(come, [&](const Placed& one) {
            return one.rule->log == nullptr && one.rule->guard == was->guard && one.rule->action == was->action;
        });
        if (now == come.end()) continue;
        for (auto rank = std::min(from, now->rank); rank < std::max(from, now->rank); ++rank)
            if (const auto* rule = kept[rank].rule; rule->log != nullptr && meet(space, rule->guard, was->guard))
                passed.insert(rule);
    }
    return passed;
}

} // namespace

LogChanges log_changes(const symbolic::Space& space, const model::Appliance& before, const ChainRules& old_chain,
                       const model::Appliance& after, const ChainRules& new_chain) {
    const auto olds = in_order(old_chain), news = in_order(new_chain);
    const auto logs = [](const Rule* rule) { return rule->log != nullptr; };
    if (std::ranges::none_of(olds, logs) && std::ranges::none_of(news, logs)) return {};
    const auto found = is_whole(old_chain) && is_whole(new_chain)
                           ? symbolic::edits(olds, effect_in(before), news, effect_in(after))
                           : std::nullopt;
    if (!found) return {{}, false};
    using enum LogChange::Kind;
    LogChanges result;
    auto gone = edited(olds, found->removed), come = edited(news, found->added);
    // What says the same is the same statement; then what is said of the same packets.
    const auto pair_all = [&](LogChange::Kind kind, const auto& alike) {
        std::erase_if(come, [&](const Edited& now) {
            const auto was = std::ranges::find_if(gone, [&](const Edited& then) { return alike(then, now); });
            if (was == gone.end()) return false;
            result.changes.push_back({kind, now.logging(), was->logging()});
            gone.erase(was);
            return true;
        });
    };
    pair_all(moved, [](const Edited& then, const Edited& now) { return then.text == now.text; });
    pair_all(reworded,
             [](const Edited& then, const Edited& now) { return then.rule->guard == now.rule->guard; });
    std::set<const model::Log*> told;
    for (const auto* rule : found->added) told.insert(rule->log);
    for (const auto* rule : passed_by(space, olds, news, *found))
        if (told.insert(rule->log).second) result.changes.push_back({moved, {text_of(*rule->log), rule->place}});
    for (const auto& now : come) result.changes.push_back({now.all ? added : moved, now.logging()});
    std::ranges::stable_sort(result.changes, {}, [](const LogChange& change) {
        const auto& [file, line, column] = change.logging.place;
        return std::tuple(file, line, column);
    });
    for (const auto& then : gone) result.changes.push_back({then.all ? removed : moved, then.logging()});
    return result;
}

} // namespace analysis
