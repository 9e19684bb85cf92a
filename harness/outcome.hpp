// What a step of a Test did to the appliance: the same for every backend, so that backends can be compared.
#pragma once
#include "compiler/eval/machine.hpp"

namespace harness {

using eval::Bytes;
using eval::Fate;
using eval::FrameOut;
using eval::NicId;
using eval::Time;
using eval::View;

struct Outcome {
    Fate fate = Fate::dropped;               ///< of the packet that was sent in
    std::uint64_t held = 0;                  ///< fragments that wait for the rest of their datagrams
    std::vector<model::Reason> drops;        ///< of that packet with its fragments, or of the reply that it caused
    std::vector<model::StatementId> decided; ///< in order where the backend knows it, else ascending
    std::vector<std::string> logs;
    std::vector<FrameOut> out; ///< without ARP

    bool dropped_by(model::Reason reason) const {
        return fate == Fate::dropped && !drops.empty() && drops.front() == reason;
    }
};

/// Whether both saw the same. The order of statements, and of frames on different NICs, is not everywhere
/// known.
bool same(const Outcome& a, const Outcome& b);

/// "dropped (filter), decided by bastion.nacl:14:5", then a line for each log text and each frame.
std::string describe(const model::Appliance& appliance, const Outcome& outcome);

/// "bastion.nacl:14:5"
std::string at(const model::Appliance& appliance, const model::Place& place);

} // namespace harness
