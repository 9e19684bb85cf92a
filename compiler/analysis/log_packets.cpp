#include "compiler/analysis/log_packets.hpp"

#include "compiler/analysis/log_marks.hpp"
#include "compiler/analysis/places.hpp"

#include <set>
#include <utility>

namespace analysis {

namespace {

using symbolic::Box;
using symbolic::RuleIndex;

constexpr std::size_t steps_of_a_question = 300'000, steps_of_all = 20'000'000;
constexpr std::size_t rules_of_a_log = 64;

} // namespace

std::map<const model::Log*, LogPlace> log_places(const ChainRules& chain) {
    std::map<const model::Log*, LogPlace> places;
    std::set<const model::Log*> several;
    for (std::size_t link = 0; link < chain.links.size(); ++link) {
        const auto& rules = chain.links[link].rules.rules;
        for (RuleIndex rule = 0; rule < rules.size(); ++rule) {
            if (rules[rule].log == nullptr) continue;
            auto& place = places.try_emplace(rules[rule].log, LogPlace{link, {}}).first->second;
            if (place.link != link) several.insert(rules[rule].log);
            place.rules.push_back(rule);
        }
    }
    for (const auto* log : several) places.erase(log);
    return places;
}

LogPackets::LogPackets(symbolic::Space& space, ChainRules& before, ChainRules& after, std::vector<Box> region, Shows shows)
    : space_(space), engines_(space), region_(std::move(region)), shows_(std::move(shows)),
      before_{before, log_places(before)}, after_{after, log_places(after)} {
    for (auto* side : {&before_, &after_}) mark(*side);
}

void LogPackets::mark(Side& side) {
    for (const auto& [log, place] : side.places) {
        const auto mark = side.marks[log] = mark_of(marks_++);
        for (const auto rule : place.rules) side.chain.links[place.link].rules.rules[rule].statement = mark;
    }
}

std::optional<bool> LogPackets::differ(const model::Log* was, const model::Log* is, const std::vector<Box>& boxes) {
    if (before_.places.at(was).rules.size() > rules_of_a_log || after_.places.at(is).rules.size() > rules_of_a_log)
        return std::nullopt;
    const auto region = within(space_, region_, boxes);
    const auto no_more = comes_only(before_, was, after_, is, region);
    if (no_more == true) return true;
    const auto newly = comes_only(after_, is, before_, was, region);
    return newly == true || no_more ? newly : std::nullopt;
}

Course LogPackets::course_to(const Side& side, const model::Log* log) {
    const auto link = side.places.at(log).link;
    auto course = course_before(side.chain, link);
    course.stages.push_back({&side.chain.links[link].rules, {.statement = side.marks.at(log)}});
    return course;
}

/// What is stopped before, what is decided before the first of the log's rules that is about it, and what none is about.
std::vector<LogPackets::Part> LogPackets::not_coming(const Side& side, const model::Log* log, const std::vector<Box>& region) {
    const auto& [link, rules] = side.places.at(log);
    std::vector<Part> parts;
    for (std::size_t earlier = 0; earlier < link; ++earlier) {
        if (side.chain.links[earlier].kind == model::FunctionKind::nat) continue;
        Part stopped{region, course_before(side.chain, earlier)};
        stopped.course.stages.push_back(
            {&side.chain.links[earlier].rules, symbolic::wanting(model::Action::drop, model::Action::reject)});
        parts.push_back(std::move(stopped));
    }
    const auto& list = side.chain.links[link].rules;
    const auto comes = course_before(side.chain, link);
    constexpr auto invalid = static_cast<model::Value>(model::State::invalid);
    parts.push_back({region, {comes.states.complement(invalid), {}}});
    auto left = region;
    auto& deciding = earlier_.emplace_back();
    RuleIndex next = 0;
    for (const auto rule : rules) {
        const auto& guard = list.rules[rule].guard;
        for (; next < rule; ++next)
            if (list.rules[next].log == nullptr) deciding.insert(&list.rules[next]);
        // Each question has a set of its own: what is asked later would change it.
        Part decided{within(space_, left, {guard}), comes};
        decided.course.stages.push_back({&list, {.some = &earlier_.emplace_back(deciding)}});
        parts.push_back(std::move(decided));
        left = without(space_, std::move(left), guard);
    }
    parts.push_back({std::move(left), {{{0, invalid}}, {}}});
    return parts;
}

symbolic::Answer LogPackets::ask(const symbolic::Question& question) {
    if (question.region.empty()) return symbolic::Proved{};
    if (steps_ > steps_of_all) return symbolic::GaveUp{};
    const auto before = engines_.subtraction.steps() + engines_.sat.steps();
    auto answer = engines_.confirmed(question, engines_.subtraction.find(question, steps_of_a_question),
                                     {.steps = steps_of_a_question});
    steps_ += engines_.subtraction.steps() + engines_.sat.steps() - before;
    return answer;
}

std::optional<bool> LogPackets::share_packets(const model::Log* one, const model::Log* other) {
    if (!after_.places.contains(one) || !after_.places.contains(other)) return std::nullopt;
    const auto first = course_to(after_, one), second = course_to(after_, other);
    symbolic::Question question{narrowed(space_, narrowed(space_, region_, first), second), first.stages};
    question.stages.insert(question.stages.end(), second.stages.begin(), second.stages.end());
    const auto answer = ask(question);
    if (std::holds_alternative<symbolic::GaveUp>(answer)) return std::nullopt;
    return std::holds_alternative<symbolic::Found>(answer);
}

std::optional<bool> LogPackets::comes_only(const Side& one, const model::Log* log, const Side& other,
                                           const model::Log* there, const std::vector<Box>& region) {
    const auto coming = course_to(one, log);
    bool all_decided = true;
    for (auto& part : not_coming(other, there, region)) {
        symbolic::Question question{narrowed(space_, narrowed(space_, std::move(part.region), part.course), coming), coming.stages};
        question.stages.insert(question.stages.end(), part.course.stages.begin(), part.course.stages.end());
        const auto answer = ask(question);
        if (const auto* found = std::get_if<symbolic::Found>(&answer);
            found != nullptr && (shows_(found->box) || (found->meant && shows_(*found->meant))))
            return true;
        all_decided = all_decided && std::holds_alternative<symbolic::Proved>(answer);
    }
    if (!all_decided) return std::nullopt;
    return false;
}

} // namespace analysis
