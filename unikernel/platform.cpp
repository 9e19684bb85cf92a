// The contract of runtime/platform.hpp, on the machine.
#include "runtime/platform.hpp"
#include "unikernel/door_hooks.hpp"
#include "unikernel/loop.hpp"
#include "unikernel/nics.hpp"
#include "unikernel/poweroff.hpp"
#include "unikernel/random.hpp"
#include "unikernel/serial.hpp"

namespace runtime::platform {

std::size_t transmit(NicId nic, std::span<Packet* const> packets) {
    check(nic < unikernel::nics::driven().size(), "a packet leaves by a NIC that there is");
    return unikernel::nics::driven()[nic].transmit(packets);
}

std::uint64_t random() { return unikernel::random::next(); }

void console(std::string_view text) {
    if (!unikernel::door::keep_console(text)) unikernel::serial::write(text);
}

Time idle_ns() { return unikernel::loop::slept_ns(); }
Time held_ns(NicId nic) { return unikernel::nics::driven()[nic].held_ns(); }

void log(std::optional<Severity> severity, std::string_view text) {
    if (unikernel::door::keep_log(severity, text)) return;
    unikernel::serial::write(prefix_of(severity));
    unikernel::serial::write(text);
    if (!text.ends_with('\n')) unikernel::serial::write("\n");
}

void halt(std::string_view what, const char* file, int line) {
    unikernel::serial::set_pace(unikernel::serial::Pace::prompt);
    unikernel::serial::print("\nassertion failed: ", what, " at ", std::string_view(file), ":",
                             static_cast<std::uint64_t>(line), "\n");
    unikernel::poweroff::fail();
}

} // namespace runtime::platform
