#include "compiler/analysis/verdicts.hpp"

#include "compiler/analysis/effects.hpp"
#include "compiler/analysis/foregone.hpp"
#include "compiler/analysis/leftover.hpp"
#include "compiler/analysis/members.hpp"
#include "compiler/analysis/redundant.hpp"
#include "compiler/analysis/remark.hpp"
#include "compiler/analysis/underline.hpp"
#include "compiler/analysis/walk.hpp"

#include <algorithm>
#include <ranges>
#include <set>

namespace analysis {

namespace {

std::string_view reason_of(Shadowed::Because because) {
    switch (because) {
    case Shadowed::Because::functions:
        return "functions before it on the chain decide about all of its packets";
    case Shadowed::Because::chains:
        return "chains before this one stop all of its packets";
    case Shadowed::Because::nobody:
        return "none of its packets can come here";
    case Shadowed::Because::verdicts:
        break;
    }
    return "all of its packets are decided before";
}

syntax::Diagnostic shadowed(const model::Appliance& appliance, const syntax::Sources& sources,
                            const Shadowed& found) {
    const auto& statement = appliance.statements.at(found.statement);
    const bool is_unnamed = found.because == Shadowed::Because::chains && found.by.empty(); // Nats, or too many to ask
    return {.kind = syntax::Kind::shadowed_verdict,
            .span = word_at(sources, statement.place),
            .message = "this `" + std::string(word_for(statement.action)) + "` never decides: " +
                       std::string(is_unnamed ? "none of its packets comes through the chains before this one"
                                              : reason_of(found.because)),
            .notes = decided_at(appliance, sources, found.by)};
}

/// What is known where a condition is asked.
std::vector<syntax::Note> notes_of(const Foregone& found) {
    std::vector<syntax::Note> notes;
    for (const auto& [condition, holds] : found.given)
        notes.push_back({span_of(condition->place, condition->end),
                         holds ? "this is true here" : "this is false here"});
    std::ranges::sort(notes, {}, &syntax::Note::span);
    return notes;
}

std::string reason_of(const Foregone& found) {
    if (found.body != nullptr && found.because == Foregone::Because::itself) return "packets here are of another protocol";
    switch (found.because) {
    case Foregone::Because::itself:
        return found.holds ? "its parts leave nothing out" : "its parts exclude each other";
    case Foregone::Because::given:
        return found.holds ? "what is known here says it" : "what is known here excludes it";
    case Foregone::Because::callers:
        return found.holds ? "all that leads here says it" : "all that leads here excludes it";
    case Foregone::Because::nobody:
        return found.body != nullptr ? "none of its packets can come here"
                                     : "no packet for which it would be can come here";
    case Foregone::Because::verdicts:
        return found.body != nullptr ? "all of its packets are decided before"
                                     : "all packets for which it would be are decided before";
    case Foregone::Because::functions:
        return "functions before it on the chain decide about all of its packets";
    case Foregone::Because::rest:
        break;
    }
    return found.holds ? "where the rest of the condition is true, so is this"
                       : "where the rest of the condition is false, so is this";
}

bool asks_of_fragments(const model::Condition& condition) {
    const auto* test = std::get_if<model::Test>(&condition.is);
    return test != nullptr && test->field == model::Field::ip_frag_off;
}

syntax::Diagnostic foregone(const model::Appliance& appliance, const syntax::Sources& sources,
                            const Foregone& found) {
    const bool is_rest = found.because == Foregone::Because::rest;
    syntax::Diagnostic diagnostic{
        .kind = is_rest       ? syntax::Kind::makes_no_difference
                : found.holds ? syntax::Kind::always_true_here
                              : syntax::Kind::never_true_here,
        .span = found.body != nullptr ? word_at(sources, found.body->place)
                                      : span_of(found.condition->place, found.condition->end),
        .message = (found.body != nullptr ? "no packet gets in here: "
                    : is_rest     ? "this makes no difference: "
                    : found.holds ? "this is always true here: "
                                  : "this is never true here: ") +
                   reason_of(found),
        .notes = notes_of(found)};
    for (auto& note : decided_at(appliance, sources, found.by)) diagnostic.notes.push_back(std::move(note));
    if (found.because == Foregone::Because::nobody && found.condition != nullptr &&
        asks_of_fragments(*found.condition))
        diagnostic.hint = "fragments are put together before the first chain: every packet is whole here";
    return diagnostic;
}

/// Conditions that say what is left, once and whole.
syntax::Diagnostic leftover(const std::vector<const model::Condition*>& conditions) {
    const auto more = conditions.size() - 1;
    const std::string what = more == 0   ? "this is always true here: "
                             : more == 1 ? "this and another condition are always true here: "
                                         : "this and " + std::to_string(more) + " more conditions are always true here: ";
    const auto span = [](const model::Condition* condition) { return span_of(condition->place, condition->end); };
    syntax::Diagnostic diagnostic{.kind = syntax::Kind::says_what_is_left,
                                  .span = span(conditions.front()),
                                  .message = what + "packets for which it would be false are decided before, or cannot come"};
    for (const auto* condition : conditions | std::views::drop(1))
        diagnostic.notes.push_back({span(condition), "true of all that is left too"});
    return diagnostic;
}

syntax::Diagnostic redundant(const model::Appliance& appliance, const syntax::Sources& sources, const Redundant& found) {
    const auto& statement = appliance.statements.at(found.statement);
    return {.kind = syntax::Kind::redundant_verdict,
            .span = word_at(sources, statement.place),
            .message = "this `" + std::string(word_for(statement.action)) +
                       "` makes no difference: without it the same would come of all its packets",
            .notes = decided_at(appliance, sources, found.by, "this says the same")};
}

/// Statements of which one thing is to be said that is no mistake: once and whole.
struct Said {
    syntax::Kind kind{};
    std::string_view of_one, of_some, why, of_others;
};

syntax::Diagnostic told_together(const model::Appliance& appliance, const syntax::Sources& sources, const Said& said,
                                 const std::vector<model::StatementId>& statements) {
    const auto word = [&](model::StatementId id) { return word_at(sources, appliance.statements.at(id).place); };
    const auto more = statements.size() - 1;
    const auto others = more == 0   ? std::string(said.of_one)
                        : more == 1 ? " and another verdict" + std::string(said.of_some)
                                    : " and " + std::to_string(more) + " more verdicts" + std::string(said.of_some);
    syntax::Diagnostic diagnostic{.kind = said.kind,
                                  .span = word(statements.front()),
                                  .message = "this `" + std::string(word_for(appliance.statements.at(statements.front()).action)) +
                                             '`' + others + std::string(said.why)};
    for (const auto id : statements | std::views::drop(1)) diagnostic.notes.push_back({word(id), std::string(said.of_others)});
    return diagnostic;
}

constexpr Said decided_at_the_end = {syntax::Kind::decided_at_the_end, " is not needed", " are not needed",
                                     ": the end says the same of all packets", "nor is this"};
constexpr Said stopped_before = {syntax::Kind::stopped_before, " never decides", " never decide",
                                 ": no such packet comes through the chains before", "nor does this"};

/// Conditions of which something is said: so that what stands under them is not told again.
struct Told {
    std::set<const model::Condition*> as_mistakes, as_all_that_is_left;
};

/// The statements under conditions that are mistakes, and those that are all that an `if` for what is left says.
std::set<model::StatementId> said_with(const model::Appliance& appliance, const Told& told) {
    std::set<model::StatementId> statements;
    for (const auto& function : appliance.functions)
        each_step(function.body, [&](const model::Step& step) {
            const auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch == nullptr) return;
            if (told.as_mistakes.contains(&branch->condition)) statements.merge(statements_in(appliance, branch->then));
            if (!told.as_all_that_is_left.contains(&branch->condition)) return;
            for (const auto& inner : branch->then)
                if (const auto* verdict = std::get_if<model::Verdict>(&inner.is)) statements.insert(verdict->statement);
        });
    return statements;
}

/// What needs no verdict, but for what is said with a condition: told, and returned.
std::set<model::StatementId> redundant_ones(const model::Appliance& appliance, const syntax::Sources& sources, Places& places,
                                            const std::vector<Shadowed>& shadowed, const Told& told,
                                            std::vector<syntax::Diagnostic>& diagnostics) {
    std::set<model::StatementId> dead, at_the_end, all;
    for (const auto& found : shadowed) dead.insert(found.statement);
    for (const auto& found : redundant_verdicts(appliance, places, dead, said_with(appliance, told))) {
        all.insert(found.statement);
        if (found.is_by_last)
            at_the_end.insert(found.statement);
        else
            diagnostics.push_back(redundant(appliance, sources, found));
    }
    if (!at_the_end.empty())
        diagnostics.push_back(told_together(appliance, sources, decided_at_the_end, {at_the_end.begin(), at_the_end.end()}));
    return all;
}

} // namespace

std::vector<syntax::Diagnostic> remarks_on_verdicts(const model::Appliance& appliance, const syntax::Sources& sources,
                                                    const std::vector<Shadowed>& dead) {
    std::vector<syntax::Diagnostic> diagnostics;
    Places places(appliance);
    std::set<model::StatementId> explained;
    const auto conditions = foregone_conditions(appliance, places, dead);
    for (const auto& found : conditions) {
        if (!found.is_said) diagnostics.push_back(foregone(appliance, sources, found));
        explained.insert(found.explains.begin(), found.explains.end());
    }
    const auto left = leftover_conditions(appliance, places, conditions);
    if (!left.empty()) diagnostics.push_back(leftover(left));
    Told told{{}, {left.begin(), left.end()}};
    for (const auto& found : conditions) (found.holds ? told.as_all_that_is_left : told.as_mistakes).insert(found.condition);
    const auto without = redundant_ones(appliance, sources, places, dead, told, diagnostics);
    for (const auto& [place, end, by] : idle_members(appliance, places, conditions)) {
        const auto is_redundant = [&](model::StatementId id) { return without.contains(id); };
        if (std::ranges::any_of(by, is_redundant)) continue; // only one of the two can go
        diagnostics.push_back({.kind = syntax::Kind::makes_no_difference,
                               .span = span_of(place, end),
                               .message = std::string("this makes no difference: ") +
                                          (by.empty() ? "the conditions that ask for it exclude it"
                                                      : "all packets that it is about are decided before"),
                               .notes = decided_at(appliance, sources, by)});
    }
    std::vector<model::StatementId> second_lines;
    for (const auto& found : dead) {
        if (explained.contains(found.statement)) continue;
        const auto action = appliance.statements.at(found.statement).action;
        const bool stops = action == model::Action::drop || action == model::Action::reject;
        if (stops && found.because == Shadowed::Because::chains)
            second_lines.push_back(found.statement);
        else
            diagnostics.push_back(shadowed(appliance, sources, found));
    }
    if (!second_lines.empty()) diagnostics.push_back(told_together(appliance, sources, stopped_before, second_lines));
    for (const auto& [statement, first] : effects_in_another_order(appliance))
        diagnostics.push_back({.kind = syntax::Kind::effects_in_another_order,
                               .span = word_at(sources, appliance.statements.at(statement).place),
                               .message = "the logs before this verdict are those of another rule, in another order",
                               .notes = decided_at(appliance, sources, {first}, "the other rule")});
    return diagnostics;
}

bool comes_of_missing_way(const syntax::Diagnostic& diagnostic) {
    const auto says = [&](const std::string_view reason) { return diagnostic.message.ends_with(reason); };
    return diagnostic.kind == syntax::Kind::lost_translation || says(reason_of(Shadowed::Because::nobody)) ||
           says(reason_of(Foregone{.because = Foregone::Because::nobody}));
}

} // namespace analysis
