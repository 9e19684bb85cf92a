// Who may do what to which memory. Addresses are physical addresses: what is mapped is mapped where it lies.
#pragma once
#include <cstdint>

namespace unikernel::paging {

enum class Access : std::uint8_t { execute, read, write, device };

/// Replaces the boot map by the real one: code can be run and not written, constants only read, data and
/// stacks written and not run. Page zero, the pages below the stacks and everything else are not mapped at
/// all.
void protect();

/// Adds a range to the map, by whole pages. What is mapped already stays as it is.
void map(std::uint64_t begin, std::uint64_t bytes, Access access);

} // namespace unikernel::paging
