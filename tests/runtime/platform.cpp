#include "tests/runtime/platform.hpp"

#include "runtime/dataplane.hpp"

namespace test_platform {

State& state() {
    static State the_state;
    return the_state;
}

} // namespace test_platform

namespace runtime::platform {

std::size_t transmit(NicId nic, std::span<Packet* const> packets) {
    auto& state = test_platform::state();
    std::size_t taken = 0;
    for (; taken < packets.size() && state.ring_room > 0; ++taken, --state.ring_room) {
        const Packet& packet = *packets[taken];
        state.sent.push_back({nic, {packet.wire().begin(), packet.wire().end()}});
        release(*packets[taken]);
    }
    return taken;
}

std::uint64_t random() {
    static std::uint64_t next = 0;
    return next += 0x9e3779b97f4a7c15;
}

void console(std::string_view text) { test_platform::state().console += text; }
Time idle_ns() { return 0; }
Time held_ns(NicId nic) { return nic * 2'500'000u; }
void log(std::optional<Severity> severity, std::string_view text) {
    test_platform::state().logs.push_back(std::string(prefix_of(severity)).append(text));
}

void halt(std::string_view what, const char*, int) { throw test_platform::Halted(std::string(what)); }

} // namespace runtime::platform
