#include "compiler/analysis/check.hpp"

#include "compiler/analysis/asserts.hpp"
#include "compiler/analysis/leased.hpp"
#include "compiler/analysis/remark.hpp"
#include "compiler/analysis/shown.hpp"
#include "compiler/analysis/test_text.hpp"
#include "compiler/analysis/translations.hpp"
#include "compiler/analysis/underline.hpp"
#include "compiler/analysis/verdicts.hpp"
#include "compiler/analysis/walk.hpp"

#include <algorithm>
#include <set>

namespace analysis {

namespace {

std::string on_one_line(std::string text) {
    text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    return text;
}

/// How to see it: a Test that fails until the packet is decided as claimed; where none can say it, the packet.
std::string shown(const model::Appliance& appliance, const syntax::Sources& sources, const model::Assert& assertion,
                  const Broken& found) {
    const auto leased = leasing(appliance, leases_for(appliance)); // as in the Test
    const auto claims_so = [&](const Witness& witness) { return claimed_of(leased, assertion, witness) == found.claimed; };
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
    for (auto& one : remarks_on_verdicts(appliance, sources, dead)) diagnostics.push_back(std::move(one));
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
                                   .hint = asks_limits(assertion.body)
                                               ? "what its Limit finds hangs on other packets: claim what holds whatever that is"
                                               : "narrow it, or split it into several"});
    }
    if (!undecided.empty()) diagnostics.push_back(not_decided(appliance, sources, undecided));
    return diagnostics;
}

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
