// What a step of a Test did to the appliance: the same for every backend, so that backends can be compared.
#pragma once
#include "compiler/eval/machine.hpp"

#include <algorithm>
#include <optional>

namespace harness {

using eval::Bytes;
using eval::Fate;
using eval::FrameOut;
using model::NicId;
using eval::Time;
using eval::View;

/// Of fragments that were held and end when another packet comes, whatever becomes of that one.
constexpr bool ends_held(model::Reason reason) {
    return reason == model::Reason::reassembly_timeout || reason == model::Reason::reassembly_evicted;
}

struct Outcome {
    Fate fate = Fate::dropped;        ///< of the packet that was sent in
    std::vector<model::Reason> drops; ///< of that packet, of the reply that it caused, of held fragments
    std::vector<model::StatementId> decided; ///< in order where the backend knows it, else ascending
    std::vector<eval::LogText> logs;
    std::vector<FrameOut> out; ///< without ARP

    /// Why it was dropped.
    std::optional<model::Reason> reason() const {
        const auto own = std::ranges::find_if_not(drops, ends_held);
        return own == drops.end() ? std::nullopt : std::optional(*own);
    }
    bool dropped_by(model::Reason wanted) const { return fate == Fate::dropped && reason() == wanted; }
};

/// Whether both saw the same. The order of statements, and of frames on different NICs, is not everywhere
/// known.
bool same(const Outcome& a, const Outcome& b);

/// "dropped (filter), decided by bastion.nacl:14:5", then a line for each log text and each frame, as `show` has it.
std::string describe(const model::Appliance& appliance, const Outcome& outcome, std::string (*show)(View));

/// Whether the frame is one of the Iface: its NIC and, where it has one, its VLAN.
bool leaves_by(const model::Appliance& appliance, model::IfaceId iface, const FrameOut& frame);

/// The Iface by which a frame left, or the number of a NIC that has none for it.
std::string way_of(const model::Appliance& appliance, const FrameOut& frame);

/// "bastion.nacl:14:5"
std::string at(const model::Appliance& appliance, const model::Place& place);

} // namespace harness
