#include "harness/coverage.hpp"

#include <algorithm>
#include <iterator>

namespace harness {

namespace {

class Walk {
public:
    Walk(const model::Appliance& appliance, const std::function<void(const model::Step&)>& visit)
        : appliance_(appliance), visit_(visit) {}

    void chain(const std::vector<model::FunctionId>& functions) {
        for (const auto id : functions) function(id);
    }

private:
    void function(model::FunctionId id) {
        if (seen_.insert(id).second) block(appliance_.functions.at(id).body);
    }
    void block(const model::Block& steps) {
        for (const auto& step : steps) {
            visit_(step);
            std::visit([&](const auto& kind) { inside(kind); }, step.is);
        }
    }
    void inside(const model::Branch& branch) {
        block(branch.then);
        block(branch.otherwise);
    }
    void inside(const model::Enter& enter) { block(enter.body); }
    void inside(const model::Call& call) { function(call.function); }
    void inside(const model::Log&) {}
    void inside(const model::Verdict&) {}

    const model::Appliance& appliance_;
    const std::function<void(const model::Step&)>& visit_;
    std::set<model::FunctionId> seen_;
};

} // namespace

void for_each_step(const model::Appliance& appliance, const std::function<void(const model::Step&)>& visit) {
    Walk walk(appliance, visit);
    for (const auto& iface : appliance.ifaces)
        for (const auto& chain : iface.chains) walk.chain(chain);
    if (appliance.gateway) walk.chain(appliance.gateway->forward);
}

std::set<model::StatementId> statements_on_chains(const model::Appliance& appliance) {
    std::set<model::StatementId> statements;
    for_each_step(appliance, [&](const model::Step& step) {
        if (const auto* verdict = std::get_if<model::Verdict>(&step.is))
            statements.insert(verdict->statement);
    });
    return statements;
}

std::vector<model::StatementId> not_reached(const model::Appliance& appliance,
                                            const std::set<model::StatementId>& reached) {
    std::vector<model::StatementId> missing;
    std::ranges::set_difference(statements_on_chains(appliance), reached, std::back_inserter(missing));
    return missing;
}

} // namespace harness
