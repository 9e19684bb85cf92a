#include "compiler/analysis/effects.hpp"

#include "compiler/analysis/walk.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace analysis {

namespace {

using Logged = std::tuple<std::optional<std::uint8_t>, std::vector<std::variant<std::string, model::Field>>>;

/// What a rule does that logs and then decides.
struct Effects {
    std::vector<Logged> logs; ///< in their order
    model::StatementId statement = 0;
};

std::optional<Effects> effects_of(const model::Block& block) {
    Effects effects;
    for (const auto& step : block) {
        if (const auto* log = std::get_if<model::Log>(&step.is)) {
            effects.logs.emplace_back(log->severity, log->parts);
        } else if (const auto* verdict = std::get_if<model::Verdict>(&step.is); verdict != nullptr && effects.logs.size() > 1) {
            effects.statement = verdict->statement;
            return effects;
        } else {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

class Search {
public:
    explicit Search(const model::Appliance& appliance) : appliance_(appliance) {}

    void look_at(const model::Block& block) {
        auto effects = effects_of(block);
        if (!effects) return;
        const auto& verdict = appliance_.statements.at(effects->statement);
        auto sorted = effects->logs;
        std::ranges::sort(sorted);
        const auto [known, is_new] =
            first_.try_emplace({std::move(sorted), verdict.action, verdict.ipv4_address, verdict.port}, *effects);
        if (!is_new && known->second.logs != effects->logs) found.push_back({effects->statement, known->second.statement});
    }

    std::vector<InAnotherOrder> found;

private:
    using Same = std::tuple<std::vector<Logged>, model::Action, std::optional<model::Ipv4Address>, std::optional<std::uint16_t>>;

    const model::Appliance& appliance_;
    std::map<Same, Effects> first_; ///< the first rule that does this
};

} // namespace

std::vector<InAnotherOrder> effects_in_another_order(const model::Appliance& appliance) {
    std::vector<InAnotherOrder> result;
    for (const auto& function : appliance.functions) {
        if (function.place.file != 0) continue;
        Search search(appliance);
        each_step(function.body, [&](const model::Step& step) {
            const auto* branch = std::get_if<model::Branch>(&step.is);
            if (branch == nullptr) return;
            search.look_at(branch->then);
            search.look_at(branch->otherwise);
        });
        result.insert(result.end(), search.found.begin(), search.found.end());
    }
    return result;
}

} // namespace analysis
