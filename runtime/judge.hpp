// What some functions of the policy say of one packet: see dataplane.hpp.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

void judge(Appliance& appliance, const Question& question, Packet& packet);

} // namespace runtime
