// What the loader tells about the machine (PVH's hvm_start_info), copied before its memory is unmapped.
#pragma once
#include <cstdint>
#include <string_view>

namespace unikernel::start_info {

/// Reads the loader's structure. Halts when there is none.
void take(std::uint64_t address);

std::string_view command_line();
std::uint64_t rsdp_address(); ///< of ACPI's root pointer; 0 when unknown
/// Bytes of memory from 0 to the end of the range that the image lies in; 0 when unknown.
std::uint64_t memory_bytes();

} // namespace unikernel::start_info
