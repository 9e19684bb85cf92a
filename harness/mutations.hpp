// What a hostile or broken sender makes of a good frame.
#pragma once
#include "harness/dice.hpp"
#include "harness/outcome.hpp"

namespace harness {

/// Damages a frame that holds an IPv4 datagram, in one of many ways; sometimes so that only one thing is
/// wrong, with its checksums made to fit.
void mutate(Bytes& frame, Dice& dice);

} // namespace harness
