// Numbers that a peer cannot guess.
#pragma once
#include <cstdint>

namespace unikernel::random {

/// Gathers the key, from the processor's generator where there is one, and from the jitter of its clock.
void seed();
/// A fixed key instead, for runs that must repeat.
void seed(std::uint64_t fixed);

std::uint64_t next();

} // namespace unikernel::random
