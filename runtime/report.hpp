// What the appliance tells of itself, a line a fact, the same for people and for the harness.
#pragma once
#include "runtime/appliance.hpp"
#include "runtime/text.hpp"

namespace runtime {

void tell_console(Appliance& appliance, std::string_view line);
/// The syslog server too, when there is a way to it. Such datagrams pass every chain and the flow table by, as answers do.
void tell_everyone(Appliance& appliance, std::string_view line);

/// All there is to tell but for the Timers.
void report_statistics(Appliance& appliance, Reader tell);
/// What every table holds.
void report_tables(Appliance& appliance, Reader tell);
void report_hits(Appliance& appliance, std::size_t statement, Reader tell);

/// Tells everyone which tables have refused packets since they were last told of; each at most every ten seconds.
void report_full_tables(Appliance& appliance, Time now);

/// The policy's name and hash, and who compiled it.
Text identity(const Policy& policy);

} // namespace runtime
