// The `log` and `syslog` statements. At most log_texts_per_second a second, so that they cannot be used to stall the
// appliance; how many were lost is said a second later at most.
#pragma once
#include "runtime/appliance.hpp"
#include "runtime/text.hpp"

namespace runtime {

/// Whether a text may come out now; counts it as lost otherwise.
bool log_allowed(Appliance& appliance);
void put_log(std::string_view text);
/// To the server; where there is none the console has them, with the severity in front.
void put_syslog(Appliance& appliance, Severity severity, std::string_view text);

/// Of what `iface.in` or `iface.out` reads.
inline std::string_view iface_name(const Appliance& appliance, std::uint32_t iface) {
    return iface == no_iface ? "none" : appliance.policy.ifaces[iface].name;
}

template <typename... Parts> void log(Appliance& appliance, const Parts&... parts) {
    if (!log_allowed(appliance)) return;
    Text text;
    (text << ... << parts);
    put_log(text.view());
}

template <typename... Parts> void syslog(Appliance& appliance, Severity severity, const Parts&... parts) {
    if (!log_allowed(appliance)) return;
    Text text;
    (text << ... << parts);
    put_syslog(appliance, severity, text.view());
}

} // namespace runtime
