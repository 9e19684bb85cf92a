#include "compiler/analysis/logged.hpp"

#include "compiler/analysis/log_marks.hpp"
#include "compiler/analysis/ways.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace analysis {

namespace {

using model::Field;
using symbolic::Box;
using symbolic::Stage;

/// Whether the functions of the chain, which is on the way, have the logs.
bool mark(const model::Appliance& appliance, ChainRules& rules, const Way& chain, const std::vector<LogAt>& logs) {
    const auto name = text_of(appliance, chain);
    std::vector<bool> are_there(logs.size());
    for (auto& link : rules.links) {
        if (text_of(appliance, link.chain) != name) continue;
        for (auto& rule : link.rules.rules) {
            const auto log = std::ranges::find(logs, rule.log, &LogAt::log);
            if (rule.log == nullptr || log == logs.end()) continue;
            const auto number = static_cast<std::size_t>(log - logs.begin());
            rule.statement = mark_of(number);
            are_there[number] = true;
        }
    }
    return std::ranges::all_of(are_there, [](bool is_there) { return is_there; });
}

/// A packet gets to a log when the Filters before its function accept it. Several come one behind the other, on one
/// function or on later ones.
std::vector<Course> courses_to_logs(const ChainRules& rules, std::size_t logs) {
    struct Part {
        Course course;
        std::size_t logged = 0;
    };
    constexpr auto invalid = static_cast<model::Value>(model::State::invalid);
    const Course before_all{{{0, rules.drops_invalid ? invalid - 1 : invalid}}, {}};
    std::vector<Part> parts = {Part{before_all}};
    std::vector<Course> courses;
    for (const auto& link : rules.links) {
        const bool is_nat = link.kind == model::FunctionKind::nat;
        for (std::size_t i = 0; i < parts.size(); ++i) { // those that are added here log further, too
            const bool may_log = std::ranges::any_of(link.rules.rules, [&](const symbolic::Rule& rule) {
                return rule.log != nullptr && rule.statement == mark_of(parts[i].logged);
            });
            if (!may_log) continue;
            auto part = parts[i];
            if (is_nat) part.course.states = {{0, 0}};
            part.course.stages.push_back({&link.rules, {.statement = mark_of(part.logged)}});
            if (++part.logged == logs)
                courses.push_back(std::move(part.course));
            else
                parts.push_back(std::move(part));
        }
        if (is_nat) continue;
        for (auto& part : parts)
            part.course.stages.push_back({&link.rules, symbolic::wanting(model::Action::accept)});
    }
    return courses;
}

bool is_translated(Field field) { return std::ranges::find(changed_by_dnat, field) != changed_by_dnat.end(); }

class Search {
public:
    Search(const model::Appliance& appliance, const Printed& line, const Way& way, const symbolic::Budget& budget)
        : appliance_(appliance), line_(line), way_(way), budget_(budget), engines_(space_),
          cases_(cases_of(space_, appliance, way, true, FlowsComeBy::any_iface)) {}

    /// Nothing when the log is not on the chain.
    std::optional<Verdict> run(const Way& chain) {
        bool is_there = false;
        for (auto& rules : cases_.readings) is_there |= mark(appliance_, rules, chain, line_.by);
        if (!is_there) return std::nullopt;
        // The way of a first packet can be told from its beginning.
        auto fresh = line_.told;
        fresh.emplace_back(Field::ct_state, static_cast<model::Value>(model::State::fresh));
        const auto first = find_told(fresh);
        return std::holds_alternative<Witness>(first) ? first : find_told(line_.told);
    }

private:
    Verdict find_told(const Told& told) {
        // What a Nat has changed is read under other variables: then the interpreter alone can tell.
        const auto as_it_came = find(told);
        if (std::holds_alternative<Witness>(as_it_came) || !translates()) return as_it_came;
        auto kept = told;
        std::erase_if(kept, [](const auto& one) { return is_translated(one.first); });
        return kept.size() == told.size() ? as_it_came : find(kept);
    }

    bool translates() const {
        return std::ranges::any_of(cases_.readings, [](const ChainRules& rules) {
            return std::ranges::any_of(
                rules.links, [](const Link& link) { return translates_destinations(link.chain, link.kind); });
        });
    }

    Verdict find(const Told& told) {
        auto verdict = find(told, false);
        const bool may_be_others = line_.by.size() > 1 && std::holds_alternative<NotDecided>(verdict);
        if (!may_be_others) return verdict;
        auto undisturbed = find(told, true);
        return std::holds_alternative<Witness>(undisturbed) ? undisturbed : verdict;
    }

    /// `undisturbed`: only by packets for which no other log can stand between those of the line.
    Verdict find(const Told& told, bool undisturbed) {
        bool all_decided = true;
        for (const auto& one : cases_.all)
            for (const auto& course : courses_to_logs(*one.rules.front(), line_.by.size())) {
                auto region = with(one.region, told);
                if (undisturbed) region = without_others(std::move(region), *one.rules.front());
                symbolic::Question question{narrowed(space_, std::move(region), course), one.before};
                question.stages.insert(question.stages.end(), course.stages.begin(), course.stages.end());
                auto verdict = packet_for({space_, engines_, appliance_, way_, budget_}, *one.rules.front(), question,
                                          [&](const Witness& witness, const Box&) { return is_printed(witness); });
                if (std::holds_alternative<Witness>(verdict)) return verdict;
                if (std::holds_alternative<NotDecided>(verdict)) all_decided = false;
            }
        if (all_decided) return NoSuchPacket{};
        return NotDecided{};
    }

    std::vector<Box> without_others(std::vector<Box> region, const ChainRules& rules) {
        constexpr std::size_t boxes_max = 2'000;
        const auto last = mark_of(line_.by.size() - 1);
        std::vector<const Box*> others; // that come before the line's next log, behind its first
        bool has_begun = false;
        for (const auto& link : rules.links)
            for (const auto& rule : link.rules.rules) {
                if (rule.log == nullptr) continue;
                if (rule.statement == last) has_begun = false;
                if (has_begun && !rule.statement) others.push_back(&rule.guard);
                if (rule.statement == mark_of(0)) has_begun = true;
            }
        for (const auto* other : others) {
            region = symbolic::without(space_, std::move(region), *other);
            if (region.size() > boxes_max) break;
        }
        return region;
    }

    std::vector<Box> with(std::vector<Box> region, const Told& told) {
        std::erase_if(region, [&](Box& box) {
            return !std::ranges::all_of(told, [&](const auto& one) {
                const auto& [field, value] = one;
                return narrow(space_, box, symbolic::variable(field), space_.sets.add({{value, value}}));
            });
        });
        return region;
    }

    bool is_printed(const Witness& witness) const {
        std::string logged;
        for (const auto& log : witness.logged) logged += log.text;
        return logged.find(line_.text) != logged.npos;
    }

    const model::Appliance& appliance_;
    const Printed& line_;
    Way way_;
    symbolic::Budget budget_;
    symbolic::Space space_;
    symbolic::Engines engines_;
    Cases cases_;
};

/// All the ways on which packets may come to a chain that is not the first on them.
std::vector<Way> ways_to(const model::Appliance& appliance, const Way& chain) {
    auto ways = ways_through(appliance);
    std::erase_if(ways, [&](const Way& way) {
        const auto chains = chains_on(way);
        return std::none_of(chains.begin() + 1, chains.end(), [&](const Way& one) { return text_of(appliance, one) == text_of(appliance, chain); });
    });
    return ways;
}

/// Of packets that the chains before it let through, if there are some.
std::optional<Verdict> search(const model::Appliance& appliance, const Printed& line, const Way& chain,
                              const symbolic::Budget& budget) {
    auto verdict = Search(appliance, line, chain, budget).run(chain);
    const auto is_first = [](const std::optional<Verdict>& found) {
        const auto* witness = found ? std::get_if<Witness>(&*found) : nullptr;
        return witness != nullptr && witness->state == model::State::fresh;
    };
    if (!is_first(verdict)) return verdict;
    const auto ways = ways_to(appliance, chain);
    std::optional<Verdict> later;
    bool none_comes = !ways.empty() && !appliance.load_balancer && !translates_output(appliance);
    for (const auto& way : ways) {
        auto further = Search(appliance, line, way, budget).run(chain);
        if (is_first(further)) return further;
        none_comes = none_comes && further && std::holds_alternative<NoSuchPacket>(*further);
        if (further && std::holds_alternative<Witness>(*further)) later = std::move(further);
    }
    if (later) return later;
    // On a way a field that changes there has other values than are printed on the chain: then it is not known.
    const bool is_as_it_came = std::ranges::none_of(line.told, [](const auto& one) {
        return one.first == Field::ip_ttl || is_translated(one.first);
    });
    if (none_comes && is_as_it_came) return NotDecided{};
    return verdict;
}

/// Of the ways to read a line one for which there is a packet; else one that is not decided, and only then one that
/// cannot be.
std::optional<Sighting> best_of(std::span<const Printed> readings, const model::Appliance& appliance,
                                const Way& chain, const symbolic::Budget& budget) {
    std::optional<Sighting> best;
    for (const auto& one : readings) {
        auto verdict = search(appliance, one, chain, budget);
        if (!verdict) continue;
        if (best && std::holds_alternative<NoSuchPacket>(*verdict)) continue;
        const bool is_found = std::holds_alternative<Witness>(*verdict);
        best = {one, chain, std::move(*verdict)};
        if (is_found) break;
    }
    return best;
}

std::vector<Sighting> of_one_statement(const model::Appliance& appliance, std::string_view line,
                                       const symbolic::Budget& budget) {
    std::vector<Sighting> result;
    const auto lines = printed(appliance, line);
    for (auto one = lines.begin(); one != lines.end();) {
        const auto next = std::find_if(one, lines.end(), [&](const Printed& other) { return other.by != one->by; });
        for (const auto& chain : chains_of(appliance))
            if (auto found = best_of({one, next}, appliance, chain, budget)) result.push_back(std::move(*found));
        one = next;
    }
    return result;
}

} // namespace

std::vector<Sighting> sightings(const model::Appliance& appliance, std::string_view line,
                                const symbolic::Budget& budget) {
    auto result = of_one_statement(appliance, line, budget);
    const auto is_found = [](const Sighting& one) { return std::holds_alternative<Witness>(one.verdict); };
    if (std::ranges::any_of(result, is_found)) return result;
    for (const auto& chain : chains_of(appliance)) {
        const auto lines = printed_together(appliance, functions_of(appliance, chain), line);
        if (auto found = best_of(lines, appliance, chain, budget)) result.push_back(std::move(*found));
    }
    return result;
}

} // namespace analysis
