#include "compiler/analysis/leftover.hpp"

#include "compiler/analysis/walk.hpp"

namespace analysis {

namespace {

class Search {
public:
    Search(Places& places, const std::vector<Foregone>& found) : places_(places) {
        for (const auto& one : found) known_.insert(one.condition);
    }

    void look_at(const model::Step& step) {
        const auto* branch = std::get_if<model::Branch>(&step.is);
        if (branch == nullptr || branch->condition.place.file != 0 || is_known(branch->condition)) return;
        const auto coming = [&](bool holds) {
            return places_.coming(step, Packets::let_through, [&](Listing& listing, model::Layer layer) {
                return listing.where(branch->condition, holds, layer);
            });
        };
        if (coming(false).answer == Coming::Answer::none && coming(true).answer == Coming::Answer::some)
            leftover.push_back(&branch->condition);
    }

    std::vector<const model::Condition*> leftover;

private:
    bool is_known(const model::Condition& condition) const {
        bool known = false;
        each_part(condition, [&](const model::Condition& part) { known = known || known_.contains(&part); });
        return known;
    }

    Places& places_;
    std::set<const model::Condition*> known_;
};

} // namespace

std::vector<const model::Condition*> leftover_conditions(const model::Appliance& appliance, Places& places,
                                                         const std::vector<Foregone>& found) {
    if (!places.whole()) return {};
    Search search(places, found);
    for (const auto& function : appliance.functions)
        each_step(function.body, [&](const model::Step& step) { search.look_at(step); });
    return std::move(search.leftover);
}

} // namespace analysis
