#include "compiler/analysis/onward.hpp"

#include "compiler/analysis/ways.hpp"
#include "compiler/eval/bytes.hpp"

#include <algorithm>

namespace analysis {

std::optional<Onward> onward(const model::Appliance& appliance, const Way& chain, const Witness& let_through) {
    const auto* of_iface = std::get_if<model::IfaceChain>(&chain);
    const bool comes_in = of_iface != nullptr && of_iface->hook == model::Hook::prerouting;
    if (!comes_in || appliance.load_balancer || let_through.ending != Ending::accept) return std::nullopt;
    constexpr std::size_t destination_offset = 16;
    auto datagram = datagram_of(let_through.packet);
    eval::put32(datagram, destination_offset, let_through.translation.destination);
    const auto from = static_cast<model::IfaceId>(let_through.ingress);
    Onward found{way_from(appliance, from, eval::Datagram(datagram)), let_through};
    const auto* path = std::get_if<model::Assert::Path>(&found.way);
    const bool leads_nowhere = std::holds_alternative<DeadEnd>(found.way);
    if (leads_nowhere && std::ranges::any_of(appliance.ifaces, &model::Iface::leases)) return std::nullopt;
    found.end.decided.reset();
    found.end.logged.clear();
    if (path != nullptr) found.end.egress = path->to;
    replay(symbolic::Space(), {}, appliance, found.way, functions_on(appliance, found.way), found.end);
    if (leads_nowhere) found.end.ending = Ending::drop, found.end.decided.reset();
    return found;
}

} // namespace analysis
