#include "compiler/analysis/check.hpp"

#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/foregone.hpp"
#include "compiler/analysis/members.hpp"
#include "compiler/analysis/remark.hpp"
#include "compiler/analysis/translations.hpp"
#include "compiler/analysis/underline.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace analysis {

namespace {

std::string_view word_for(model::Action action) {
    constexpr std::array words = {"accept", "drop", "reject", "dnat", "snat"};
    return words[static_cast<std::size_t>(action)];
}

/// Everything on one line.
std::string as_test(const model::Appliance& appliance, const syntax::Sources& sources, const Way& way,
                    const Witness& witness, model::Action claim) {
    auto text = text_of(appliance, sources, way, witness);
    text.erase(text.rfind("expect: "));
    std::ranges::replace(text, '\n', ' ');
    return "Test broken { " + text + "expect: " + std::string(word_for(claim)) + " }";
}

/// How to go on from a packet that breaks an Assert.
std::string hint_for(const model::Appliance& appliance, const syntax::Sources& sources, const Way& way,
                     const Broken& found) {
    const bool answers = found.witness.ending == Ending::reject && found.claim == model::Action::drop;
    const std::string cure =
        answers ? "write `reject` for what is answered, since `drop` claims that there is no answer. Or "
                : "";
    const bool is_path =
        !std::holds_alternative<model::IfaceChain>(way) && !std::holds_alternative<model::ForwardChain>(way);
    if (is_path &&
        found.witness.state != model::State::fresh) // there a flow's state comes from earlier packets
        return cure + "put it into a Test, with the packets of its flow before it in `steps`";
    return cure + "put it into a Test: `" + as_test(appliance, sources, way, found.witness, found.claim) +
           "`";
}

syntax::Diagnostic broken(const model::Appliance& appliance, const syntax::Sources& sources,
                          const model::Assert& assertion, const Broken& found) {
    const auto verdict = ending_names[static_cast<std::size_t>(found.witness.ending)];
    const auto& claim = appliance.claims.at(found.claimed - appliance.statements.size());
    syntax::Diagnostic diagnostic{
        .kind = syntax::Kind::broken_assert,
        .span = word_at(sources, assertion.place),
        .message = "`" + assertion.name + "` does not hold: `" + text_of(appliance, assertion.about) + "` " +
                   std::string(verdict) + "s a packet that it should " + std::string(word_for(found.claim)),
        .hint = hint_for(appliance, sources, assertion.about, found)};
    std::string also;
    for (const auto& fact : found.witness.assumed) also += (also.empty() ? ", when " : " and ") + fact;
    if (found.witness.decided)
        diagnostic.notes.push_back({word_at(sources, appliance.statements.at(*found.witness.decided).place),
                                    "this decides about it" + also});
    else
        diagnostic.notes.push_back(
            {word_at(sources, assertion.place), "no statement decides about it" + also});
    diagnostic.notes.push_back({word_at(sources, claim.place), "and the Assert says this"});
    return diagnostic;
}

syntax::Diagnostic shadowed(const model::Appliance& appliance, const syntax::Sources& sources,
                            const Shadowed& found) {
    const auto& statement = appliance.statements.at(found.statement);
    return {.kind = syntax::Kind::shadowed_verdict,
            .span = word_at(sources, statement.place),
            .message = "this `" + std::string(word_for(statement.action)) + "` never decides: " +
                       (found.by.empty() ? "functions before it on the chain decide about all of its packets"
                                         : "all of its packets are decided before"),
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
    switch (found.because) {
    case Foregone::Because::itself:
        return found.holds ? "its parts leave nothing out" : "its parts exclude each other";
    case Foregone::Because::given:
        return found.holds ? "what is known here says it" : "what is known here excludes it";
    case Foregone::Because::callers:
        return found.holds ? "all that leads here says it" : "all that leads here excludes it";
    case Foregone::Because::verdicts:
        return "all packets for which it would be are decided before";
    case Foregone::Because::rest:
        break;
    }
    return found.holds ? "where the rest of the condition is true, so is this"
                       : "where the rest of the condition is false, so is this";
}

syntax::Diagnostic foregone(const model::Appliance& appliance, const syntax::Sources& sources,
                            const Foregone& found) {
    const bool is_rest = found.because == Foregone::Because::rest;
    syntax::Diagnostic diagnostic{
        .kind = is_rest       ? syntax::Kind::makes_no_difference
                : found.holds ? syntax::Kind::always_true_here
                              : syntax::Kind::never_true_here,
        .span = span_of(found.condition->place, found.condition->end),
        .message = (is_rest       ? "this makes no difference: "
                    : found.holds ? "this is always true here: "
                                  : "this is never true here: ") +
                   reason_of(found),
        .notes = notes_of(found)};
    for (auto& note : decided_at(appliance, sources, found.by)) diagnostic.notes.push_back(std::move(note));
    return diagnostic;
}

/// What never decides, and what comes out the same for all packets: one message for one mistake.
void verdicts_and_conditions(const model::Appliance& appliance, const syntax::Sources& sources,
                             std::vector<syntax::Diagnostic>& diagnostics) {
    const auto dead = shadowed_statements(appliance);
    Places places(appliance);
    std::set<model::StatementId> explained;
    const auto conditions = foregone_conditions(appliance, places, dead);
    for (const auto& found : conditions) {
        diagnostics.push_back(foregone(appliance, sources, found));
        explained.insert(found.explains.begin(), found.explains.end());
    }
    for (const auto& [place, end, by] : idle_members(appliance, places, conditions))
        diagnostics.push_back({.kind = syntax::Kind::makes_no_difference,
                               .span = span_of(place, end),
                               .message = std::string("this makes no difference: ") +
                                          (by.empty() ? "the conditions that ask for it exclude it"
                                                      : "all packets that it is about are decided before"),
                               .notes = decided_at(appliance, sources, by)});
    for (const auto& found : dead)
        if (!explained.contains(found.statement)) diagnostics.push_back(shadowed(appliance, sources, found));
}

} // namespace

syntax::Diagnostic failed_test(const model::Appliance& appliance, const syntax::Sources& sources,
                               const FailedTest& found) {
    auto text = found.text;
    for (auto at = text.find("\n  "); at != text.npos; at = text.find("\n  ", at)) text.replace(at, 3, "; ");
    syntax::Diagnostic diagnostic{.kind = syntax::Kind::failed_test,
                                  .span = word_at(sources, found.place),
                                  .message = "Test `" + found.test + "` failed: " + text};
    for (const auto id : std::set(found.decided.begin(), found.decided.end())) // it may decide on several chains
        diagnostic.notes.push_back(
            {word_at(sources, appliance.statements.at(id).place), "this decided about the packet"});
    return diagnostic;
}

std::vector<syntax::Diagnostic> check(const model::Appliance& appliance, const syntax::Sources& sources) {
    std::vector<syntax::Diagnostic> diagnostics;
    verdicts_and_conditions(appliance, sources, diagnostics);
    for (const auto& found : lost_translations(appliance)) {
        diagnostics.push_back({.kind = syntax::Kind::lost_translation,
                               .span = word_at(sources, appliance.statements.at(found.translation).place),
                               .message = "nothing that this `dnat` translates arrives: later functions drop all of it"});
        if (found.by)
            diagnostics.back().notes.push_back(
                {word_at(sources, appliance.statements.at(*found.by).place), "dropped here"});
    }
    for (const auto& assertion : appliance.asserts) {
        const auto proof = prove(appliance, assertion);
        if (const auto* found = std::get_if<Broken>(&proof))
            diagnostics.push_back(broken(appliance, sources, assertion, *found));
        else if (std::holds_alternative<NotDecided>(proof))
            diagnostics.push_back({.kind = syntax::Kind::undecided_assert,
                                   .span = word_at(sources, assertion.place),
                                   .message = "`" + assertion.name +
                                              "` is not decided: there is neither a proof nor a "
                                              "packet that breaks it",
                                   .hint = "narrow it, or split it into several"});
    }
    return diagnostics;
}

} // namespace analysis
