// The loop in which an appliance spends its life.
#pragma once

namespace unikernel::loop {

/// Polls the NICs, hands what came to the data plane, and sleeps when nothing came. Never returns.
[[noreturn]] void run();

} // namespace unikernel::loop
