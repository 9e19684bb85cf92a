#include "harness/statistics.hpp"

#include "harness/backend.hpp"

#include <algorithm>
#include <sstream>

namespace harness {

namespace {

std::uint64_t& hits_at(const model::Appliance& appliance, Tally& tally, const std::string& place) {
    const auto statement = std::ranges::find_if(
        appliance.statements, [&](const model::Statement& s) { return at(appliance, s.place) == place; });
    if (statement == appliance.statements.end()) throw Error("no statement stands at " + place);
    return tally.hits[static_cast<std::size_t>(statement - appliance.statements.begin())];
}

/// "received 3 made 1 ..."
void read_packets(std::istringstream& line, Tally& tally) {
    for (std::string word; line >> word;) {
        std::uint64_t count = 0;
        if (word == "UNBALANCED") {
            tally.balanced = false;
            continue;
        }
        if (!(line >> count)) throw Error("no number after `" + word + "` in the statistics");
        if (word == "received") tally.received = count;
        if (word == "delivered") tally.delivered = count;
        if (word == "waiting") tally.waiting = count;
    }
}

} // namespace

Tally read_statistics(const model::Appliance& appliance, const std::string& text) {
    Tally tally;
    tally.hits.resize(appliance.statements.size());
    std::istringstream lines(text);
    bool has_packets = false;
    for (std::string written; std::getline(lines, written);) {
        std::istringstream line(written);
        std::string kind, name, action;
        line >> kind;
        if (kind == "packets") {
            read_packets(line, tally);
            has_packets = true;
        } else if (kind == "hit") {
            line >> name >> action;
            line >> hits_at(appliance, tally, name);
        } else if (kind == "drop") {
            line >> name;
            const auto reason = model::reason_named(name);
            if (!reason) throw Error("no drop reason is named " + name);
            line >> tally.dropped[static_cast<std::size_t>(*reason)];
            if (line >> action) line >> tally.dropped_made[static_cast<std::size_t>(*reason)]; // "made"
        }
    }
    if (!has_packets) throw Error("the statistics say nothing of packets:\n" + text);
    return tally;
}

} // namespace harness
