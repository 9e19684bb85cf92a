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

struct Statement {
    const model::Log* log = nullptr;
    std::vector<std::size_t> rules; ///< places in a chain's rules
    std::string text;
    model::Place place;

    Logging logging() const { return {text, place}; }
};

/// How many of the rules stand before anything that a Nat does otherwise in one of the policies.
std::size_t nats_alike_until(const ChainRules& chain, const symbolic::SomeRules& edited) {
    std::size_t place = 0;
    for (const auto& link : chain.links) {
        place += link.rules.rules.size();
        const bool is_edited = std::ranges::any_of(link.rules.rules, [&](const Rule& rule) { return rule.log == nullptr && edited.contains(&rule); });
        if (link.kind == model::FunctionKind::nat && is_edited) return place;
    }
    return place;
}

/// In the order of their first rules.
std::vector<Statement> statements_in(const RulesInOrder& rules) {
    std::map<const model::Log*, std::size_t> known;
    std::vector<Statement> result;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto* log = rules[i]->log;
        if (log == nullptr) continue;
        const auto [place, is_new] = known.try_emplace(log, result.size());
        if (is_new) result.push_back({log, {}, text_of(*log), rules[i]->place});
        result[place->second].rules.push_back(i);
    }
    return result;
}

/// One statement in both policies.
struct Pair {
    Statement was, is;
    bool is_kept = false; ///< one of its rules is in both, between the same other ones; else its text is all that is
};

/// Whether the rules that both have stand in the same functions of the chains, and invalid packets come to both or none.
bool are_alike_else(const ChainRules& old_chain, const ChainRules& new_chain, const symbolic::Edits& edits) {
    const auto counts = [](const ChainRules& chain, const symbolic::SomeRules& edited) {
        std::vector<std::pair<model::FunctionKind, std::ptrdiff_t>> result;
        for (const auto& link : chain.links)
            result.emplace_back(link.kind, std::ranges::count_if(link.rules.rules, [&](const Rule& rule) { return !edited.contains(&rule); }));
        return result;
    };
    return old_chain.drops_invalid == new_chain.drops_invalid &&
           counts(old_chain, edits.removed) == counts(new_chain, edits.added);
}

class Changes {
public:
    Changes(const symbolic::Space& space, LogPackets& packets, const ChainRules& before, const ChainRules& after,
            const symbolic::Edits& edits)
        : space_(space), packets_(packets), olds_(in_order(before)), news_(in_order(after)), edits_(edits),
          are_alike_else_(are_alike_else(before, after, edits)), nats_alike_until_old_(nats_alike_until(before, edits.removed)),
          nats_alike_until_new_(nats_alike_until(after, edits.added)), gone_(statements_in(olds_)), come_(statements_in(news_)) {}

    LogChanges run() && {
        pair_kept();
        using enum LogChange::Kind;
        // What says the same is the same statement; then what is said of the same packets.
        pair([](const Statement& was, const Statement& is) { return was.text == is.text; },
             [&](Pair one) { pairs_.push_back(std::move(one)); });
        pair([&](const Statement& was, const Statement& is) { return guard_of(olds_, was) == guard_of(news_, is); },
             [&](const Pair& one) { result_.changes.push_back({reworded, one.is.logging(), one.was.logging()}); });
        for (const auto& one : pairs_)
            if (has_moved(one)) result_.changes.push_back({moved, one.is.logging()});
        for (const auto& one : come_) result_.changes.push_back({added, one.logging()});
        std::ranges::stable_sort(result_.changes, {}, [](const LogChange& change) {
            const auto& [file, line, column] = change.logging.place;
            return std::tuple(file, line, column);
        });
        for (const auto& one : gone_) result_.changes.push_back({removed, one.logging()});
        return std::move(result_);
    }

private:
    static const symbolic::Box& guard_of(const RulesInOrder& rules, const Statement& one) {
        return rules[one.rules.front()]->guard;
    }

    /// What both lists have stands in the same order.
    void pair_kept() {
        std::map<const model::Log*, const model::Log*> kept;
        auto now = news_.begin();
        for (const auto* then : olds_) {
            if (edits_.removed.contains(then)) continue;
            while (edits_.added.contains(*now)) ++now;
            if (then->log != nullptr) kept.try_emplace(then->log, (*now)->log);
            ++now;
        }
        pair([&](const Statement& was, const Statement& is) {
            const auto known = kept.find(was.log);
            return known != kept.end() && known->second == is.log;
        }, [&](Pair one) {
            one.is_kept = true;
            pairs_.push_back(std::move(one));
        });
    }

    template <typename Alike, typename Take>
    void pair(const Alike& alike, const Take& take) {
        std::erase_if(come_, [&](const Statement& is) {
            const auto was = std::ranges::find_if(gone_, [&](const Statement& one) { return alike(one, is); });
            if (was == gone_.end()) return false;
            take({*was, is});
            gone_.erase(was);
            return true;
        });
    }

    bool has_moved(const Pair& one) {
        if (!one.is_kept && passes_others(one)) return true;
        const auto boxes = suspects(one);
        if (boxes.empty()) return false;
        const auto differ = can_be_asked(one) && !is_repeated(one) ? packets_.differ(one.was.log, one.is.log, boxes) : std::nullopt;
        if (!differ) result_.compared = false;
        return differ.value_or(false);
    }

    bool can_be_asked(const Pair& one) const {
        return packets_.before().contains(one.was.log) && packets_.after().contains(one.is.log) &&
               one.was.rules.back() < nats_alike_until_old_ && one.is.rules.back() < nats_alike_until_new_;
    }

    /// A packet for which one policy makes this log, and the other does not, is in one of them.
    std::vector<symbolic::Box> suspects(const Pair& one) const {
        std::vector<symbolic::Box> boxes;
        add_suspects(boxes, olds_, edits_.removed, one.was);
        add_suspects(boxes, news_, edits_.added, one.is);
        return boxes;
    }

    /// What is edited in it and before it; where functions are put together otherwise, all of it.
    void add_suspects(std::vector<symbolic::Box>& boxes, const RulesInOrder& rules, const symbolic::SomeRules& edited,
                      const Statement& log) const {
        const auto is_of_log = [&](const Rule& rule) {
            return std::ranges::any_of(log.rules, [&](std::size_t own) { return meet(space_, rules[own]->guard, rule.guard); });
        };
        for (std::size_t i = 0; i <= log.rules.back(); ++i) {
            const auto& rule = *rules[i];
            const bool is_own = rule.log == log.log;
            if (!is_own && rule.log != nullptr) continue;
            if (is_own ? edited.contains(&rule) || !are_alike_else_ : edited.contains(&rule) && is_of_log(rule))
                boxes.push_back(rule.guard);
        }
    }

    /// Another log, of some of its packets, stands on its other side now.
    bool passes_others(const Pair& one) {
        return std::ranges::any_of(pairs_, [&](const Pair& other) {
            if (&other == &one || (!other.is_kept && &other > &one)) return false; // of two that are written elsewhere one is told
            const bool may_meet = std::ranges::any_of(one.is.rules, [&](std::size_t rule) {
                return std::ranges::any_of(other.is.rules, [&](std::size_t there) {
                    return meet(space_, news_[rule]->guard, news_[there]->guard);
                });
            });
            if (!may_meet) return false;
            const bool is_known = !is_repeated(other);
            if (is_known && (one.was.rules < other.was.rules) == (one.is.rules < other.is.rules)) return false;
            const auto share = is_known ? packets_.share_packets(one.is.log, other.is.log) : std::nullopt;
            if (!share) result_.compared = false;
            return share.value_or(false);
        });
    }

    /// Whether a packet may come to the statement more than once, by several calls.
    bool is_repeated(const Pair& one) const { return is_repeated(olds_, one.was) || is_repeated(news_, one.is); }
    bool is_repeated(const RulesInOrder& rules, const Statement& one) const {
        for (auto rule = one.rules.begin(); rule != one.rules.end(); ++rule)
            if (std::any_of(rule + 1, one.rules.end(), [&](std::size_t later) { return meet(space_, rules[*rule]->guard, rules[later]->guard); }))
                return true;
        return false;
    }

    const symbolic::Space& space_;
    LogPackets& packets_;
    RulesInOrder olds_, news_;
    const symbolic::Edits& edits_;
    bool are_alike_else_; ///< the chains are, but for these edits
    std::size_t nats_alike_until_old_, nats_alike_until_new_;
    std::vector<Statement> gone_, come_;
    std::vector<Pair> pairs_;
    LogChanges result_;
};

} // namespace

LogChanges log_changes(const OfPolicy& before, const OfPolicy& after, symbolic::Space& space, const std::vector<symbolic::Box>& region,
                       const LogPackets::Shows& shows) {
    const auto olds = in_order(before.chain), news = in_order(after.chain);
    const auto logs = [](const Rule* rule) { return rule->log != nullptr; };
    if (std::ranges::none_of(olds, logs) && std::ranges::none_of(news, logs)) return {};
    const auto found = is_whole(before.chain) && is_whole(after.chain)
                           ? symbolic::edits(olds, effect_in(before.appliance), news, effect_in(after.appliance))
                           : std::nullopt;
    if (!found) return {{}, false};
    LogPackets packets(space, before.chain, after.chain, region, shows);
    return Changes(space, packets, before.chain, after.chain, *found).run();
}

} // namespace analysis
