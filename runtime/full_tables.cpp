// Says that a table is full while it refuses packets: a line for each at most every ten seconds.
#include "runtime/report.hpp"

namespace runtime {

namespace {

constexpr Time interval_ns = 10'000'000'000;
constexpr std::array reasons = {Reason::ct_full, Reason::nat_exhausted, Reason::reassembly_full,
                                Reason::reassembly_evicted, Reason::arp_full, Reason::limit_full};

} // namespace

void report_full_tables(Appliance& appliance, Time now) {
    static_assert(reasons.size() == std::tuple_size<decltype(appliance.told_full)>{});
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        const auto reason = static_cast<std::size_t>(reasons[i]);
        auto& told = appliance.told_full[i];
        const std::uint64_t refused = appliance.counters.dropped[reason] - told.count;
        if (refused == 0 || (told.count != 0 && now - told.at < interval_ns)) continue;
        told = Appliance::ToldFull{now, appliance.counters.dropped[reason]};
        Text text;
        text << reason_names[reason] << ": " << refused << (refused == 1 ? " packet" : " packets") << " refused\n";
        tell_everyone(appliance, text.view());
    }
}

} // namespace runtime
