#include "tests/fuzz/coverage.hpp"

#include <utility>

namespace {

std::uint8_t* map = nullptr;
std::uintptr_t previous = 0;
std::size_t fresh = 0;

} // namespace

namespace fuzz {

void note_coverage_in(std::uint8_t* where) { map = where; }
std::size_t newly_covered() { return std::exchange(fresh, 0); }

} // namespace fuzz

/// Called by GCC's instrumentation on the way into every block. What counts is the pair of one block and the next.
extern "C" __attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc() {
    if (map == nullptr) return;
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    auto& place = map[(here ^ previous) % fuzz::coverage_bytes];
    previous = here * 31;
    if (place == 0) place = 1, ++fresh;
}
