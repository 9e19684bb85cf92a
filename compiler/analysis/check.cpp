#include "compiler/analysis/check.hpp"

#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/foregone.hpp"
#include "compiler/analysis/leftover.hpp"
#include "compiler/analysis/members.hpp"
#include "compiler/analysis/redundant.hpp"
#include "compiler/analysis/remark.hpp"
#include "compiler/analysis/shown.hpp"
#include "compiler/analysis/test_text.hpp"
#include "compiler/analysis/translations.hpp"
#include "compiler/analysis/underline.hpp"
#include "compiler/analysis/walk.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <set>

namespace analysis {

namespace {

std::string_view word_for(model::Action action) {
    constexpr std::array words = {"accept", "drop", "reject", "dnat", "snat"};
    return words[static_cast<std::size_t>(action)];
}

std::string on_one_line(std::string text) {
    text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    return text;
}

/// How to see it: a Test that fails until the packet is decided as claimed; where none can say it, the packet.
std::string shown(const model::Appliance& appliance, const syntax::Sources& sources, const model::Assert& assertion,
                  const Broken& found) {
    const auto claims_so = [&](const Witness& witness) {
        return claimed_of(appliance, assertion, witness) == found.claimed;
    };
    const auto way = way_of(assertion);
    auto test = test_that_shows(appliance, way, found.witness, claims_so);
    if (!test) {
        auto packet = on_one_line(members_of(appliance, way, found.witness));
        packet.pop_back();
        return "this is such a packet: `" + packet + '`';
    }
    test->name = "broken";
    std::get<model::SendStep>(test->steps.back().is).expect = expect_of(ending_of(found.claim));
    return "this Test shows it: `" + on_one_line(text_of(appliance, sources, *test)) + '`';
}

/// What may be wrong with what the Assert says.
std::string cure(const Broken& found) {
    if (found.witness.ending == Ending::reject && found.claim == model::Action::drop)
        return "write `reject` for what is answered, since `drop` claims that there is no answer; ";
    if (found.known_flows_only)
        return "packets of flows that were let in before are meant too; if new flows alone are, write "
               "`ct.state == new` with the condition; ";
    return {};
}

syntax::Diagnostic broken(const model::Appliance& appliance, const syntax::Sources& sources,
                          const model::Assert& assertion, const Broken& found) {
    const auto verdict = ending_names[static_cast<std::size_t>(found.witness.ending)];
    const auto& claim = appliance.claims.at(found.claimed - appliance.statements.size());
    syntax::Diagnostic diagnostic{
        .kind = syntax::Kind::broken_assert,
        .span = word_at(sources, assertion.place),
        .message = "`" + assertion.name + "` does not hold: `" + text_of(appliance, way_of(assertion)) + "` " +
                   std::string(verdict) + "s a packet that it should " + std::string(word_for(found.claim)),
        .hint = cure(found) + shown(appliance, sources, assertion, found)};
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

std::string_view reason_of(Shadowed::Because because) {
    switch (because) {
    case Shadowed::Because::functions:
        return "functions before it on the chain decide about all of its packets";
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
    return {.kind = syntax::Kind::shadowed_verdict,
            .span = word_at(sources, statement.place),
            .message = "this `" + std::string(word_for(statement.action)) + "` never decides: " +
                       std::string(reason_of(found.because)),
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

/// Verdicts that say before what the end of their functions says, once and whole.
syntax::Diagnostic decided_at_the_end(const model::Appliance& appliance, const syntax::Sources& sources,
                                      const std::vector<model::StatementId>& statements) {
    const auto word = [&](model::StatementId id) { return word_at(sources, appliance.statements.at(id).place); };
    const auto more = statements.size() - 1;
    const auto what = "this `" + std::string(word_for(appliance.statements.at(statements.front()).action)) + '`' +
                      (more == 0   ? " is"
                       : more == 1 ? " and another verdict are"
                                   : " and " + std::to_string(more) + " more verdicts are");
    syntax::Diagnostic diagnostic{.kind = syntax::Kind::decided_at_the_end,
                                  .span = word(statements.front()),
                                  .message = what + " not needed: the end says the same of all packets"};
    for (const auto id : statements | std::views::drop(1)) diagnostic.notes.push_back({word(id), "nor is this"});
    return diagnostic;
}

/// What needs no verdict, but for statements under conditions of which something is said.
void redundant_ones(const model::Appliance& appliance, const syntax::Sources& sources, Places& places,
                    const std::vector<Shadowed>& dead, const std::set<const model::Condition*>& told,
                    std::vector<syntax::Diagnostic>& diagnostics) {
    std::set<model::StatementId> gone, silent, at_the_end;
    for (const auto& found : dead) gone.insert(found.statement);
    for (const auto& function : appliance.functions)
        each_step(function.body, [&](const model::Step& step) {
            const auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch != nullptr && told.contains(&branch->condition)) silent.merge(statements_in(appliance, branch->then));
        });
    for (const auto& found : redundant_verdicts(appliance, places, gone, silent))
        if (found.is_by_last)
            at_the_end.insert(found.statement);
        else
            diagnostics.push_back(redundant(appliance, sources, found));
    if (!at_the_end.empty())
        diagnostics.push_back(decided_at_the_end(appliance, sources, {at_the_end.begin(), at_the_end.end()}));
}

/// What never decides, and what comes out the same for all packets: one message for one mistake.
void verdicts_and_conditions(const model::Appliance& appliance, const syntax::Sources& sources,
                             const std::vector<Shadowed>& dead, std::vector<syntax::Diagnostic>& diagnostics) {
    Places places(appliance);
    std::set<model::StatementId> explained;
    const auto conditions = foregone_conditions(appliance, places, dead);
    for (const auto& found : conditions) {
        if (!found.is_said) diagnostics.push_back(foregone(appliance, sources, found));
        explained.insert(found.explains.begin(), found.explains.end());
    }
    for (const auto& [place, end, by] : idle_members(appliance, places, conditions))
        diagnostics.push_back({.kind = syntax::Kind::makes_no_difference,
                               .span = span_of(place, end),
                               .message = std::string("this makes no difference: ") +
                                          (by.empty() ? "the conditions that ask for it exclude it"
                                                      : "all packets that it is about are decided before"),
                               .notes = decided_at(appliance, sources, by)});
    const auto left = leftover_conditions(appliance, places, conditions);
    if (!left.empty()) diagnostics.push_back(leftover(left));
    std::set<const model::Condition*> told(left.begin(), left.end());
    for (const auto& found : conditions) told.insert(found.condition);
    redundant_ones(appliance, sources, places, dead, told, diagnostics);
    for (const auto& found : dead)
        if (!explained.contains(found.statement)) diagnostics.push_back(shadowed(appliance, sources, found));
}

/// What the proofs about verdicts leave open, once and whole.
syntax::Diagnostic not_decided(const model::Appliance& appliance, const syntax::Sources& sources,
                               const std::vector<model::StatementId>& statements) {
    const auto word = [&](model::StatementId id) { return word_at(sources, appliance.statements.at(id).place); };
    const bool one = statements.size() == 1;
    syntax::Diagnostic diagnostic{
        .kind = syntax::Kind::undecided_verdicts,
        .span = word(statements.front()),
        .message = std::to_string(statements.size()) + (one ? " verdict is" : " verdicts are") +
                   " not decided: there is neither a proof that " + (one ? "it never decides" : "they never decide") +
                   " nor a packet for which " + (one ? "it does" : "they do")};
    for (const auto id : statements) diagnostic.notes.push_back({word(id), "not decided"});
    std::ranges::sort(diagnostic.notes, {}, &syntax::Note::span);
    return diagnostic;
}

/// What a Gateway lacks, so that packets are forwarded.
std::string way_missing(const model::Appliance& appliance, const Lost& lost, model::Ipv4Address address) {
    const auto name = [](const model::Iface& iface) { return '`' + iface.name + '`'; };
    if (!appliance.gateway) return "declare a Gateway whose `connected` names " + name(appliance.ifaces[lost.ingress]);
    if (lost.because == Lost::Because::no_forwarding)
        return "`connected` of the Gateway does not name " + name(appliance.ifaces[lost.ingress]);
    for (const auto& iface : appliance.ifaces)
        if (iface.ipv4 && iface.ipv4->network.contains(address))
            return "`connected` of the Gateway does not name " + name(iface) + ", whose network it is in";
    return "give the Gateway a route to it";
}

syntax::Diagnostic nothing_arrives(const model::Appliance& appliance, const syntax::Sources& sources, const Lost& lost) {
    const auto& translation = appliance.statements.at(lost.translation);
    syntax::Diagnostic diagnostic{.kind = syntax::Kind::lost_translation,
                                  .span = word_at(sources, translation.place),
                                  .message = "nothing that this `dnat` translates arrives: "};
    if (lost.because == Lost::Because::functions) {
        diagnostic.message += "later functions drop all of it";
        diagnostic.notes.push_back({word_at(sources, appliance.statements.at(lost.by.value()).place), "dropped here"});
        return diagnostic;
    }
    const auto address = translation.ipv4_address.value();
    diagnostic.message += lost.because == Lost::Because::no_route
                              ? "no route leads to " + eval::show(model::Field::ip_daddr, address)
                              : "nothing that comes in by `" + appliance.ifaces[lost.ingress].name + "` is forwarded";
    diagnostic.hint = way_missing(appliance, lost, address);
    return diagnostic;
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
    const auto [dead, undecided] = shadowed_statements(appliance);
    verdicts_and_conditions(appliance, sources, dead, diagnostics);
    for (const auto& found : lost_translations(appliance, dead))
        diagnostics.push_back(nothing_arrives(appliance, sources, found));
    for (const auto& assertion : appliance.asserts) {
        const auto proof = prove(appliance, assertion);
        if (const auto* holds = std::get_if<Holds>(&proof); holds != nullptr && holds->accepts_nothing)
            diagnostics.push_back(
                {.kind = syntax::Kind::vacuous_assert,
                 .span = word_at(sources, assertion.place),
                 .message = "`" + assertion.name + "` claims that packets pass, and none of them can come to `" +
                            text_of(appliance, way_of(assertion)) + "`",
                 .hint = "look at its condition, and whether routes lead there: `connected` of the Gateway"});
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
    if (!undecided.empty()) diagnostics.push_back(not_decided(appliance, sources, undecided));
    return diagnostics;
}

namespace {

/// Where no route leads to an Iface, which has been said, that may be why no packet comes.
bool comes_of_missing_way(const syntax::Diagnostic& diagnostic) {
    const auto says = [&](const std::string_view reason) { return diagnostic.message.ends_with(reason); };
    return diagnostic.kind == syntax::Kind::lost_translation || says(reason_of(Shadowed::Because::nobody)) ||
           says(reason_of(Foregone{.because = Foregone::Because::nobody}));
}

} // namespace

void add_proofs(const model::Appliance& appliance, const syntax::Sources& sources,
                std::vector<syntax::Diagnostic>& diagnostics) {
    std::set<std::pair<syntax::Kind, syntax::Span>> known;
    bool way_is_missing = false;
    for (const auto& diagnostic : diagnostics) {
        known.emplace(diagnostic.kind, diagnostic.span);
        for (const auto& note : diagnostic.notes) known.emplace(diagnostic.kind, note.span);
        way_is_missing |= diagnostic.kind == syntax::Kind::never_true_here;
    }
    for (auto& diagnostic : check(appliance, sources))
        if (!known.contains({diagnostic.kind, diagnostic.span}) &&
            !(way_is_missing && comes_of_missing_way(diagnostic)))
            diagnostics.push_back(std::move(diagnostic));
    std::ranges::stable_sort(diagnostics, {}, [](const syntax::Diagnostic& diagnostic) {
        return std::pair(syntax::info(diagnostic.kind).severity == syntax::Severity::note, diagnostic.span);
    });
}

} // namespace analysis
