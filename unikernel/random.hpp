// Numbers that a peer cannot guess.
#pragma once
#include <array>
#include <cstdint>

namespace unikernel::random {

using Words = std::array<std::uint64_t, 4>;

/// Gathers the key, from the processor's generator where there is one, and from the jitter of its clock. False
/// when it is from the jitter alone.
bool seed();
/// Lets the words change every later number.
void stir(const Words& words);
/// A fixed key instead, for runs that must repeat.
void seed(std::uint64_t fixed);

std::uint64_t next();

} // namespace unikernel::random
