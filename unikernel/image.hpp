// Where image.ld has put things. Only the addresses of these mean anything.
#pragma once
#include <cstdint>

extern "C" {
extern const char image_begin[], code_end[], constants_end[], data_end[], zeroes_begin[], image_end[];
extern const char double_fault_stack_begin[], double_fault_stack_end[];
extern const char fault_stack_begin[], fault_stack_end[];
extern const char stack_begin[], stack_end[];
extern std::uint64_t entry_tsc; ///< the time stamp counter at the first instruction (entry.S)
}

namespace unikernel {

inline constexpr std::uint64_t page_bytes = 4096;

inline std::uint64_t address_of(const void* object) { return reinterpret_cast<std::uint64_t>(object); }

} // namespace unikernel
