// Timers: what the console is told every so many seconds, first a second after the start.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

void begin_timers(Appliance& appliance, Time now);

/// Prints what is due; once, however often it was due since the last call.
void tick_timers(Appliance& appliance, Time now);

} // namespace runtime
