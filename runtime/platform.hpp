// Everything the data plane needs from outside, and all of it: whoever links runtime/ provides these.
// The unikernel does so on the machine, the harness on the host.
#pragma once
#include "runtime/packet.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace runtime {

/// Of a `syslog` text (RFC 5424 6.2.1).
enum class Severity : std::uint8_t { emerg, alert, crit, err, warning, notice, info, debug };

/// What the console shows in front of a text: "warning: ", nothing for one of `log`.
constexpr std::string_view prefix_of(std::optional<Severity> severity) {
    constexpr std::array<std::string_view, 8> prefixes = {"emerg: ",   "alert: ",  "crit: ", "err: ",
                                                          "warning: ", "notice: ", "info: ", "debug: "};
    return severity ? prefixes[static_cast<std::size_t>(*severity)] : std::string_view{};
}

} // namespace runtime

namespace runtime::platform {

/// Hands frames to a NIC, in order. Takes ownership of the first n and returns n; the rest stay the
/// caller's (the ring is full). MUST call runtime::release() for each one taken, once the NIC is done with
/// it. What leaves is Packet::wire(). MUST NOT change it; MAY write to the headroom before it, which is
/// headroom_bytes, less a tag.
std::size_t transmit(NicId nic, std::span<Packet* const> packets);

/// 64 random bits that a peer cannot guess. The harness seeds them, so that runs repeat.
std::uint64_t random();

/// Prints one text exactly as given: a log statement's, a statistic's. MAY be slow; the data plane limits its use.
/// A text that does not end its line MAY wait for the one that does; both MAY be lost when nobody reads them.
void console(std::string_view text);

/// How long the processor has slept since the boot, on the clock of the data plane. 0 where nobody knows.
Time idle_ns();
/// How long nothing has been received since the boot because the NIC's transmit ring had no room. 0 where nobody waits for it.
Time held_ns(NicId nic);

/// One statement's text, whole: of `log`, or of `syslog` with its severity, where no server takes it. The image prints
/// it; the harness collects it.
void log(std::optional<Severity> severity, std::string_view text);

/// The data plane must not go on: prints what and where, lets nothing through any more, never returns.
[[noreturn]] void halt(std::string_view what, const char* file, int line);

} // namespace runtime::platform

namespace runtime {

/// Assertions stay on in the image.
constexpr void check(bool holds, std::string_view what, const char* file = __builtin_FILE(),
                     int line = __builtin_LINE()) {
    if (!holds) platform::halt(what, file, line);
}

} // namespace runtime
