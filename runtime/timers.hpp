// Timers: what the console, and the syslog server, are told every so many seconds, first a second after the start.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime::timer_data {

// The words of a Timer.
void timestamp(Appliance& appliance); ///< since the start
void stats(Appliance& appliance);
void memory(Appliance& appliance);
void cpu(Appliance& appliance); ///< since the start
void lb(Appliance& appliance);  ///< only with Parts::balancing
/// The statements that decided most often, the busiest first, of equals the first in source order.
void stack_sampling(Appliance& appliance);
void timers(Appliance& appliance);

} // namespace runtime::timer_data
