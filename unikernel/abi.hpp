// What the compiler takes for granted around a C++ program.
#pragma once
#include <cstdint>

extern "C" {
/// Lies between a function's arrays and its return address. Only a function that never returns may change it.
extern std::uint64_t __stack_chk_guard;
}

namespace unikernel::abi {

/// Runs the constructors of static objects that need more than constant initialisation.
void construct_statics();

} // namespace unikernel::abi
