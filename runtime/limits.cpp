// The tables of the policy's Limits, from boot to the statistics.
#include "runtime/limits.hpp"

#include "runtime/text.hpp"

namespace runtime {

namespace {

void boot(Appliance& appliance, Time) {
    const Policy& policy = appliance.policy;
    for (std::size_t i = 0; i < policy.limits.size(); ++i)
        policy.limit_tables[i].reset(policy.limits[i].terms, policy.limits[i].memory, platform::random());
}

void report(Appliance& appliance, Reader tell) {
    for (std::size_t i = 0; i < appliance.policy.limits.size(); ++i) {
        const LimitTable& table = appliance.policy.limit_tables[i];
        Text text;
        text << "limit " << appliance.policy.limits[i].name << " keys "
             << std::uint64_t{table.keys(appliance.now)} << " of " << std::uint64_t{table.capacity()}
             << " shared " << table.shared() << "\n";
        tell(appliance, text.view());
    }
}

} // namespace

const Part part::limits{.boot = boot, .report_memory = report};

} // namespace runtime
