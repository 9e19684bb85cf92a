#include "tests/analysis/chain_end.hpp"

#include "compiler/eval/rewrite.hpp"

namespace {

class Chain {
public:
    Chain(const model::Appliance& appliance, const analysis::Way& chain, bool limits_say)
        : appliance_(appliance), chain_(chain), limits_say_(limits_say), limits_(appliance.limits) {}

    /// What each Nat has decided stays known.
    ChainEnd run(const Comer& comer, bool nats_decide) {
        auto datagram = comer.datagram;
        std::size_t place = 0;
        logged_.clear();
        for (const auto id : analysis::functions_of(appliance_, chain_)) {
            const bool is_nat = appliance_.functions.at(id).kind == model::FunctionKind::nat;
            std::optional<model::StatementId> decided;
            if (!is_nat || nats_decide) decided = run(id, comer, datagram);
            if (is_nat && nats_decide) kept_.push_back(decided);
            if (is_nat && !nats_decide && place < kept_.size()) decided = kept_[place++];
            if (!decided) continue;
            const auto& statement = appliance_.statements.at(*decided);
            if (statement.action == model::Action::drop) return {0, {}, logged_};
            if (statement.action == model::Action::reject) return {1, {}, logged_};
            if (is_nat) translate(statement, datagram);
        }
        return {2, std::move(datagram), logged_};
    }

private:
    std::optional<model::StatementId> run(model::FunctionId id, const Comer& comer, const eval::Bytes& datagram) {
        const auto assumed = [&](const model::Condition& condition, const auto&) -> std::optional<bool> {
            if (std::holds_alternative<model::Exceeded>(condition.is)) return limits_say_;
            return std::nullopt;
        };
        return eval::run_function(appliance_, id,
                                  {eval::Datagram(datagram), comer.state, {}, comer.ingress, comer.egress},
                                  {.logs = logged_, .limits = limits_, .assumed = assumed});
    }

    void translate(const model::Statement& statement, eval::Bytes& datagram) const {
        if (statement.action != model::Action::dnat ||
            !analysis::translates_destinations(chain_, model::FunctionKind::nat))
            return;
        const auto to = eval::destination_said(eval::Datagram(datagram), statement);
        eval::put32(datagram, 16, to.address);
        if (to.port) eval::put16(datagram, eval::Datagram(datagram).header_bytes() + 2, *to.port);
    }

    const model::Appliance& appliance_;
    const analysis::Way& chain_;
    bool limits_say_;
    eval::Limits limits_;
    std::vector<eval::LogText> logged_;
    std::vector<std::optional<model::StatementId>> kept_; ///< by Nat
};

} // namespace

ChainEnd chain_end(const model::Appliance& appliance, const analysis::Way& chain, const Comer& comer,
                   bool limits_say, const Comer* first) {
    Chain run(appliance, chain, limits_say);
    if (first != nullptr && run.run(*first, true).rank < 2) return {}; // then there is no such flow
    return run.run(comer, first == nullptr && comer.state == model::State::fresh);
}
