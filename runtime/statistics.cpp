#include "runtime/report.hpp"

#include <algorithm>

namespace runtime {

namespace {

std::uint64_t free_packets(const Appliance& appliance) {
    std::uint64_t free = 0;
    for (const Packet* packet = appliance.free_packets; packet != nullptr; packet = packet->next) ++free;
    return free;
}

void report_nics(Appliance& appliance, Reader tell) {
    for (std::size_t i = 0; i < appliance.policy.nics.size(); ++i) {
        const NicCounters& nic = appliance.counters.nics[i];
        Text text;
        text << "nic " << std::uint64_t{i} << " received " << nic.received << " sent " << nic.sent << " refused "
             << nic.refused << " held_ms " << platform::held_ns(static_cast<NicId>(i)) / 1'000'000 << "\n";
        tell(appliance, text.view());
    }
}

void report_drops(Appliance& appliance, Reader tell) {
    const Counters& count = appliance.counters;
    for (std::size_t i = 0; i < reason_names.size(); ++i) {
        if (count.dropped[i] == 0) continue;
        Text text;
        text << "drop " << reason_names[i] << " " << count.dropped[i];
        if (count.dropped_made[i] != 0) text << " made " << count.dropped_made[i];
        text << "\n";
        tell(appliance, text.view());
    }
}

} // namespace

void tell_console(Appliance&, std::string_view line) { platform::console(line); }

void tell_everyone(Appliance& appliance, std::string_view line) {
    platform::console(line);
    const SyslogSending* const syslog = appliance.policy.parts.syslog;
    if (syslog != nullptr) syslog->report_line(appliance, line);
}

Text identity(const Policy& policy) {
    Text text;
    text << "policy " << policy.name << " " << policy.hash << ", compiled by " << policy.compiler << "\n";
    return text;
}

void report_hits(Appliance& appliance, std::size_t number, Reader tell) {
    const Statement& statement = appliance.policy.statements[number];
    Text text;
    text << "hit " << statement.file << ":" << statement.line << ":" << statement.column << " "
         << action_names[static_cast<std::size_t>(statement.action)] << " " << appliance.policy.hits[number]
         << "\n";
    tell(appliance, text.view());
}

void report_tables(Appliance& appliance, Reader tell) {
    const Policy& policy = appliance.policy;
    const auto neighbours = std::ranges::count_if(
        policy.neighbours, [](const Neighbour& entry) { return entry.is != Neighbour::Is::free; });
    Text text;
    text << "memory flows " << std::uint64_t{appliance.flows.size()} << " of "
         << std::uint64_t{policy.flows.size()} << " packets " << policy.packets.size() - free_packets(appliance)
         << " of " << std::uint64_t{policy.packets.size()} << " neighbours " << static_cast<std::uint64_t>(neighbours)
         << " of " << std::uint64_t{policy.neighbours.size()} << "\n";
    tell(appliance, text.view());
    policy.parts.each(&Part::report_memory, appliance, tell);
}

void report_statistics(Appliance& appliance, Reader tell) {
    const Counters& count = appliance.counters;
    tell(appliance, identity(appliance.policy).view());
    Text text;
    text << "packets received " << count.received << " made " << count.made << " split " << count.split
         << " sent " << count.sent << " delivered " << count.delivered << " dropped " << count.all_dropped()
         << " merged " << count.merged << " waiting " << count.waiting << (count.balanced() ? "\n" : " UNBALANCED\n");
    tell(appliance, text.view());
    report_nics(appliance, tell);
    for (std::size_t i = 0; i < appliance.policy.statements.size(); ++i)
        if (appliance.policy.hits[i] != 0) report_hits(appliance, i, tell);
    report_drops(appliance, tell);
    report_tables(appliance, tell);
    appliance.policy.parts.each(&Part::report, appliance, tell);
}

} // namespace runtime
