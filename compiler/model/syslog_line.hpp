// The start of a syslog message (RFC 5424 6): everything before the text but the priority.
#pragma once
#include "compiler/model/appliance.hpp"

namespace model {

inline constexpr unsigned syslog_facility_user = 1;

/// Version, no time (there is no clock of day), the policy's name as far as it may stand there, "nacl", and
/// neither process, message kind nor structured data.
inline std::string syslog_header(const Appliance& appliance) {
    constexpr std::size_t hostname_max_bytes = 255;
    std::string hostname = appliance.name.substr(0, hostname_max_bytes);
    for (auto& c : hostname)
        if (c <= ' ' || c > '~') c = '_';
    return "1 - " + (hostname.empty() ? "-" : hostname) + " nacl - - - ";
}

} // namespace model
