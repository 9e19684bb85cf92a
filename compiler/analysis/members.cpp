#include "compiler/analysis/members.hpp"

#include "compiler/analysis/outcomes.hpp"

#include <algorithm>
#include <tuple>

namespace analysis {

namespace {

using model::Condition;
using symbolic::Box;
using Region = std::optional<std::vector<Box>>;
using Position = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

constexpr std::size_t members_max = 1'000; ///< of one set that are asked about

Position position(const model::Place& place) { return {place.file, place.line, place.column}; }

class Search {
public:
    Search(const model::Appliance& appliance, Places& places, const std::vector<Foregone>& found)
        : appliance_(appliance), places_(places) {
        for (const auto& one : found) foregone_.insert(one.condition);
    }

    std::vector<Idle> run() && {
        for (const auto& function : appliance_.functions) walk(function.body, true);
        for (const auto& assertion : appliance_.asserts) walk(assertion.body, false);
        std::vector<Idle> result;
        for (auto& [place, found] : found_)
            if (!alive_.contains(place)) result.push_back(std::move(found));
        return result;
    }

private:
    struct If {
        const model::Step& step;
        const Condition& condition; ///< the whole
    };

    /// What an Assert names matters to it.
    void walk(const model::Block& block, bool decides) {
        for (const auto& step : block) {
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) walk(enter->body, decides);
            const auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch == nullptr) continue;
            const auto& condition = branch->condition;
            if (decides && is_asked_about(step, condition))
                look_at({step, condition}, condition);
            else
                keep(condition);
            walk(branch->then, decides);
            walk(branch->otherwise, decides);
        }
    }

    /// A condition of which something can be said. Where a Limit is asked, a part that decides nothing may yet
    /// decide who takes a token; and where the whole is never true, that is another message.
    bool is_asked_about(const model::Step& step, const Condition& condition) {
        bool has_parts = false, is_open = condition.place.file == 0;
        each_part(condition, [&](const Condition& part) {
            const auto* test = std::get_if<model::Test>(&part.is);
            has_parts = has_parts || std::holds_alternative<model::Any>(part.is) ||
                        (test != nullptr && !appliance_.sets.at(test->set).members.empty());
            is_open = is_open && !std::holds_alternative<model::Exceeded>(part.is) && !foregone_.contains(&part);
        });
        if (!has_parts || !is_open) return false;
        const auto coming = places_.coming(step, Packets::all, [&](Listing& listing, model::Layer layer) {
            return listing.where(condition, true, layer);
        });
        return coming.answer == Coming::Answer::some;
    }

    /// All members of all sets in it are said to matter.
    void keep(const Condition& condition) {
        each_part(condition, [&](const Condition& part) {
            if (const auto* test = std::get_if<model::Test>(&part.is))
                for (const auto& member : appliance_.sets.at(test->set).members)
                    alive_.insert(position(member.place));
        });
    }

    /// Of a part for which the whole condition asks without a `not`.
    void look_at(const If& branch, const Condition& part) {
        if (const auto* all = std::get_if<model::All>(&part.is))
            for (const auto& operand : all->operands) look_at(branch, operand);
        else if (const auto* any = std::get_if<model::Any>(&part.is))
            sides(branch, any->operands);
        else if (const auto* test = std::get_if<model::Test>(&part.is))
            members(branch, *test);
        else
            keep(part);
    }

    void sides(const If& branch, const std::vector<Condition>& operands) {
        constexpr std::size_t operands_max = 64;
        for (const auto& operand : operands) {
            const auto region = [&](Listing& listing, model::Layer layer) {
                return among(listing, branch.condition, layer, listing.where(operand, true, layer));
            };
            const bool is_asked = operands.size() <= operands_max;
            auto coming = is_asked ? places_.coming(branch.step, Packets::all, region) : Coming{Coming::Answer::unknown, {}};
            if (coming.answer == Coming::Answer::none) {
                add(operand.place, operand.end, std::move(coming));
                keep(operand);
            } else {
                look_at(branch, operand);
            }
        }
    }

    void members(const If& branch, const model::Test& test) {
        const auto& members = appliance_.sets.at(test.set).members;
        const auto own = std::ranges::all_of(members, [](const model::Member& one) { return one.place.file == 0; });
        for (const auto& member : members) {
            if (!own || members.size() > members_max) {
                alive_.insert(position(member.place));
                continue;
            }
            if (alive_.contains(position(member.place))) continue;
            auto coming = places_.coming(branch.step, Packets::all, [&](Listing& listing, model::Layer layer) {
                auto& space = listing.space();
                const auto values = space.sets.add({member.values});
                const Box inside = {{symbolic::variable(test.field), values}};
                return among(listing, branch.condition, layer, std::vector<Box>(1, inside));
            });
            if (coming.answer == Coming::Answer::none)
                add(member.place, member.end, std::move(coming));
            else
                alive_.insert(position(member.place));
        }
    }

    /// The packets of a region for which the condition holds.
    static Region among(Listing& listing, const Condition& condition, model::Layer layer, const Region& region) {
        const auto boxes = listing.where(condition, true, layer);
        if (!boxes || !region) return std::nullopt;
        return within(listing.space(), *boxes, *region);
    }

    void add(const model::Place& place, const model::Place& end, Coming coming) {
        auto& found = found_.try_emplace(position(place), Idle{place, end}).first->second;
        found.by.insert(found.by.end(), coming.decided_by.begin(), coming.decided_by.end());
        std::ranges::sort(found.by);
        found.by.erase(std::ranges::unique(found.by).begin(), found.by.end());
    }

    const model::Appliance& appliance_;
    Places& places_;
    std::set<const Condition*> foregone_;
    std::set<Position> alive_; ///< or not decided
    std::map<Position, Idle> found_;
};

} // namespace

std::vector<Idle> idle_members(const model::Appliance& appliance, Places& places,
                               const std::vector<Foregone>& found) {
    if (!places.whole()) return {};
    return Search(appliance, places, found).run();
}

} // namespace analysis
