// Which code an input reached, in a build with -fsanitize-coverage=trace-pc (the preset `fuzz`); without it, none.
#pragma once
#include <cstddef>
#include <cstdint>

namespace fuzz {

constexpr std::size_t coverage_bytes = 1 << 17;

/// Where to note it from now on; zeroed by the caller, and never cleared.
void note_coverage_in(std::uint8_t* map);
/// How many places of the map were reached for the first time since it was last asked.
std::size_t newly_covered();

} // namespace fuzz
