// The severities of syslog messages (RFC 5424 6.2.1), by their number.
#pragma once
#include <array>
#include <string_view>

namespace model {

inline constexpr std::array<std::string_view, 8> severity_names = {"emerg",   "alert",  "crit", "err",
                                                                   "warning", "notice", "info", "debug"};

} // namespace model
