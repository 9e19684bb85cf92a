// The product: no door.
#include "runtime/platform.hpp"
#include "unikernel/clock.hpp"
#include "unikernel/door_hooks.hpp"

namespace unikernel::door {

const bool scripted_clock = false;

runtime::Time now() { return clock::now(); }
std::optional<std::uint64_t> fixed_seed() { return std::nullopt; }
std::size_t data_frames(std::span<runtime::Packet* const> frames) { return frames.size(); }
void enter(runtime::NicId, runtime::Packet&) { runtime::check(false, "the product has no door"); }
bool keep_log(std::optional<runtime::Severity>, std::string_view) { return false; }
bool keep_console(std::string_view) { return false; }

} // namespace unikernel::door
