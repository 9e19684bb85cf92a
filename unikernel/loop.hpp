// The loop in which an appliance spends its life.
#pragma once
#include "runtime/packet.hpp"

namespace unikernel::loop {

/// Polls the NICs, hands what came to the data plane, and sleeps when nothing came. Never returns.
[[noreturn]] void run();

/// How long it has slept so far.
runtime::Time slept_ns();

} // namespace unikernel::loop
