#include "compiler/analysis/check.hpp"

#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/shadows.hpp"
#include "compiler/analysis/underline.hpp"

#include <algorithm>
#include <array>

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

syntax::Diagnostic broken(const model::Appliance& appliance, const syntax::Sources& sources,
                          const model::Assert& assertion, const Broken& found) {
    const auto verdict = ending_names[static_cast<std::size_t>(found.witness.ending)];
    const auto& claim = appliance.claims.at(found.claimed - appliance.statements.size());
    const bool answers = found.witness.ending == Ending::reject && found.claim == model::Action::drop;
    syntax::Diagnostic diagnostic{
        .kind = syntax::Kind::broken_assert,
        .span = word_at(sources, assertion.place),
        .message = "`" + assertion.name + "` does not hold: `" + text_of(appliance, assertion.about) + "` " +
                   std::string(verdict) + "s a packet that it should " + std::string(word_for(found.claim)),
        .hint = std::string(answers ? "write `reject`: `drop` claims that there is no answer. Or " : "") +
                "put it into a Test: `" +
                as_test(appliance, sources, assertion.about, found.witness, found.claim) + "`"};
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

/// The places of some statements, each once, in source order.
std::vector<syntax::Note> notes_at(const model::Appliance& appliance, const syntax::Sources& sources,
                                   const std::vector<model::StatementId>& statements) {
    constexpr std::size_t shown_max = 5;
    std::vector<syntax::Note> notes;
    for (const auto id : statements)
        notes.push_back({word_at(sources, appliance.statements.at(id).place), "decided here"});
    std::ranges::sort(notes, {}, &syntax::Note::span);
    if (notes.size() <= shown_max) return notes;
    const auto more = notes.size() - shown_max;
    notes.resize(shown_max);
    notes.back().message += ", and at " + std::to_string(more) + " more places";
    return notes;
}

syntax::Diagnostic shadowed(const model::Appliance& appliance, const syntax::Sources& sources,
                            const Shadowed& found) {
    const auto& statement = appliance.statements.at(found.statement);
    return {.kind = syntax::Kind::shadowed_verdict,
            .span = word_at(sources, statement.place),
            .message = "this `" + std::string(word_for(statement.action)) + "` never decides: " +
                       (found.by.empty() ? "functions before it on the chain decide about all of its packets"
                                         : "all of its packets are decided before"),
            .notes = notes_at(appliance, sources, found.by)};
}

} // namespace

std::vector<syntax::Diagnostic> check(const model::Appliance& appliance, const syntax::Sources& sources) {
    std::vector<syntax::Diagnostic> diagnostics;
    for (const auto& found : shadowed_statements(appliance))
        diagnostics.push_back(shadowed(appliance, sources, found));
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
