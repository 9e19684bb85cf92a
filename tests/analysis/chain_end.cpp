#include "tests/analysis/chain_end.hpp"

ChainEnd chain_end(const model::Appliance& appliance, const analysis::Way& chain, const Comer& comer,
                   bool limits_say) {
    auto datagram = comer.datagram;
    std::vector<eval::LogText> logs;
    eval::Limits limits(appliance.limits);
    const auto assumed = [&](const model::Condition& condition, const auto&) -> std::optional<bool> {
        if (std::holds_alternative<model::Exceeded>(condition.is)) return limits_say;
        return std::nullopt;
    };
    for (const auto id : analysis::functions_of(appliance, chain)) {
        const auto kind = appliance.functions.at(id).kind;
        if (kind == model::FunctionKind::nat && comer.state != model::State::fresh) continue;
        const auto decided = eval::run_function(
            appliance, id, {eval::Datagram(datagram), comer.state, {}, comer.ingress, comer.egress},
            {.logs = logs, .limits = limits, .assumed = assumed});
        if (!decided) continue;
        const auto& statement = appliance.statements.at(*decided);
        if (statement.action == model::Action::drop) return {0};
        if (statement.action == model::Action::reject) return {1};
        if (statement.action != model::Action::dnat || !analysis::translates_destinations(chain, kind))
            continue;
        if (statement.ipv4_address) eval::put32(datagram, 16, *statement.ipv4_address);
        if (statement.port)
            eval::put16(datagram, eval::Datagram(datagram).header_bytes() + 2, *statement.port);
    }
    return {2, std::move(datagram)};
}
