// What a hostile or broken sender makes of a good frame.
#pragma once
#include "harness/dice.hpp"
#include "harness/outcome.hpp"

namespace harness {

/// Damages a frame that holds an IPv4 datagram, in one of many ways; sometimes so that only one thing is
/// wrong, with its checksums made to fit.
void mutate(Bytes& frame, Dice& dice);

/// The frame's datagram in fragments, cut at random; itself when it has no payload to cut. Seldom they
/// overlap, leave gaps, or hide the transport header.
std::vector<Bytes> split(const Bytes& frame, Dice& dice);

} // namespace harness
