// The statistics on the console, one line a fact, the same for people and for the harness.
#include "runtime/appliance.hpp"
#include "runtime/text.hpp"

namespace runtime {

namespace {

void print_limits(const Appliance& appliance) {
    for (std::size_t i = 0; i < appliance.policy.limits.size(); ++i) {
        const LimitTable& table = appliance.policy.limit_tables[i];
        Text text;
        text << "limit " << appliance.policy.limits[i].name << " keys "
             << std::uint64_t{table.keys(appliance.now)} << " of " << std::uint64_t{table.capacity()}
             << " shared " << table.shared() << "\n";
        platform::console(text.view());
    }
}

} // namespace

void print_hits(const Appliance& appliance, std::size_t number) {
    const Statement& statement = appliance.policy.statements[number];
    Text text;
    text << "hit " << statement.file << ":" << statement.line << ":" << statement.column << " "
         << action_names[static_cast<std::size_t>(statement.action)] << " " << appliance.policy.hits[number]
         << "\n";
    platform::console(text.view());
}

void print_statistics(const Appliance& appliance) {
    const Counters& count = appliance.counters;
    Text text;
    text << "packets received " << count.received << " made " << count.made << " split " << count.split
         << " sent " << count.sent << " delivered " << count.delivered << " dropped " << count.all_dropped()
         << " merged " << count.merged << " waiting " << count.waiting << (count.balanced() ? "\n" : " UNBALANCED\n");
    platform::console(text.view());
    for (std::size_t i = 0; i < appliance.policy.statements.size(); ++i)
        if (appliance.policy.hits[i] != 0) print_hits(appliance, i);
    for (std::size_t i = 0; i < reason_names.size(); ++i) {
        if (count.dropped[i] == 0) continue;
        text = {};
        text << "drop " << reason_names[i] << " " << count.dropped[i];
        if (count.dropped_made[i] != 0) text << " made " << count.dropped_made[i];
        text << "\n";
        platform::console(text.view());
    }
    print_limits(appliance);
    dhcp::print(appliance);
}

} // namespace runtime
