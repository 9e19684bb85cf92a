#include "compiler/analysis/ways.hpp"

#include "compiler/eval/routing.hpp"
#include "compiler/eval/validity.hpp"

#include <algorithm>

namespace analysis {

DeadEnd end_of(const model::Appliance& appliance, model::IfaceId from) {
    return {.from = from,
            .is_answered = eval::forwards(appliance, from),
            .is_decided = !appliance.gateway && appliance.ifaces[from].chain(model::Hook::input).empty()};
}

namespace {

DeadEnd late_end_of(const model::Appliance& appliance, model::IfaceId from) {
    return {.from = from, .is_late = true, .is_answered = appliance.gateway && appliance.gateway->send_time_exceeded};
}

} // namespace

std::vector<Way> ways_through(const model::Appliance& appliance) {
    std::vector<Way> ways;
    const auto count = static_cast<model::IfaceId>(appliance.ifaces.size());
    for (model::IfaceId iface = 0; iface < count; ++iface) {
        ways.insert(ways.end(), {Delivery{iface, iface}, Departure{iface}, end_of(appliance, iface)});
        if (!eval::forwards(appliance, iface)) continue;
        ways.emplace_back(late_end_of(appliance, iface));
        for (model::IfaceId to = 0; to < count; ++to) {
            if (eval::forwards(appliance, to)) ways.emplace_back(model::Assert::Path{iface, to});
            if (to != iface) ways.emplace_back(Delivery{iface, to});
        }
    }
    return ways;
}

Way way_from(const model::Appliance& appliance, model::IfaceId from, const eval::Datagram& datagram) {
    const auto to = datagram.destination();
    const auto& iface = appliance.ifaces[from];
    if (eval::is_address_of(iface, to) || eval::is_broadcast_of(iface, to) || to == eval::limited_broadcast)
        return Delivery{from, from};
    const bool is_for_all = eval::is_multicast(to) || std::ranges::any_of(appliance.ifaces, [&](const auto& other) {
        return eval::is_broadcast_of(other, to);
    });
    if (is_for_all || !eval::forwards(appliance, from)) return end_of(appliance, from);
    if (datagram.ttl() <= 1) return late_end_of(appliance, from);
    const auto routed = eval::route_through(appliance, to);
    const auto* hop = std::get_if<eval::Hop>(&routed);
    if (hop == nullptr) return end_of(appliance, from);
    if (const auto own = eval::iface_with(appliance, to)) return Delivery{from, *own};
    return model::Assert::Path{from, hop->egress};
}

bool translates_output(const model::Appliance& appliance) {
    return std::ranges::any_of(appliance.ifaces, [&](const model::Iface& iface) {
        return std::ranges::any_of(iface.chain(model::Hook::output), [&](model::FunctionId id) {
            return appliance.functions.at(id).kind == model::FunctionKind::nat;
        });
    });
}

} // namespace analysis
