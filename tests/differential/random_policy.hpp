// A policy of random functions, as text: nested conditions, bodies for layers, calls, logs, Limits, long
// lists of rules.
#pragma once
#include <cstdint>
#include <string>

std::string random_policy(std::uint64_t seed);
