#include "harness/outcome.hpp"

#include "harness/frames.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace harness {

namespace {

template <typename T>
std::vector<T> sorted(std::vector<T> values) {
    std::ranges::sort(values);
    return values;
}

std::string fate(const Outcome& outcome) {
    constexpr std::array<std::string_view, 4> names = {"sent on", "delivered here", "dropped", "held"};
    if (outcome.dropped_by(model::Reason::reject)) return "rejected";
    std::string text(names[static_cast<std::size_t>(outcome.fate)]);
    if (outcome.fate != Fate::dropped && outcome.reason())
        text += outcome.fate == Fate::delivered ? ", its reply dropped" : ", what it caused dropped";
    std::string reasons;
    for (const auto reason : outcome.drops)
        reasons += fmt::format("{}{}", reasons.empty() ? "" : ", ", model::name(reason));
    return reasons.empty() ? text : fmt::format("{} ({})", text, reasons);
}

} // namespace

bool same(const Outcome& a, const Outcome& b) {
    return a.fate == b.fate && sorted(a.drops) == sorted(b.drops) && sorted(a.decided) == sorted(b.decided) &&
           a.logs == b.logs && sorted(a.out) == sorted(b.out);
}

bool leaves_by(const model::Appliance& appliance, model::IfaceId iface, const FrameOut& frame) {
    const auto link = eval::link_of(frame.bytes);
    return model::nic_of(appliance, iface) == frame.nic && link &&
           link->vlan == appliance.ifaces.at(iface).vlan.value_or(0);
}

std::string way_of(const model::Appliance& appliance, const FrameOut& frame) {
    for (model::IfaceId iface = 0; iface < appliance.ifaces.size(); ++iface)
        if (leaves_by(appliance, iface, frame)) return appliance.ifaces[iface].name;
    return fmt::format("NIC {}", frame.nic);
}

std::string at(const model::Appliance& appliance, const model::Place& place) {
    return fmt::format("{}:{}:{}", appliance.files.at(place.file), place.line, place.column);
}

std::string describe(const model::Appliance& appliance, const Outcome& outcome, std::string (*show)(View)) {
    std::string text = fate(outcome);
    const char* between = ", decided by ";
    for (const auto id : outcome.decided) {
        text += between + at(appliance, appliance.statements.at(id).place);
        between = ", ";
    }
    for (const auto& log : outcome.logs)
        text += fmt::format("\n  log: {}{:?}", log.severity ? fmt::format("severity {}, ", *log.severity) : "", log.text);
    for (const auto& frame : outcome.out)
        text += fmt::format("\n  out by {}: {}", way_of(appliance, frame), show(frame.bytes));
    return text;
}

} // namespace harness
