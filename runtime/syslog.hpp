// Texts of `syslog` statements on their way to a server (RFC 5424 over UDP, RFC 5426).
#pragma once
#include "runtime/log.hpp"

namespace runtime {

/// As many may wait until the packet that caused them has gone its way.
inline constexpr std::size_t syslog_packets_max = 64;

/// Makes a packet of the text; false when it is for the console: there is no server, no way to it, or the
/// text is about such a packet itself. One for which there is no room is lost and counted.
bool send_to_server(Appliance& appliance, Severity severity, std::string_view text);

/// A line of a Timer's, as severity info; nothing where there is no way to a server. Skips chains and flow table. Not
/// while packets are on their way through the stages.
void send_report(Appliance& appliance, std::string_view line);

/// The packets that wait take the way of all that is made here.
void flush_syslog(Appliance& appliance, Time now);

} // namespace runtime
