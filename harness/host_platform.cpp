// The platform under the data plane when it runs on the host: see host_abi.hpp.
#include "harness/host_abi.hpp"
#include "runtime/platform.hpp"
#include "runtime/policy.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace {

NaclHostCallbacks host;
/// Packets in each NIC's transmit queue, until the call returns.
std::array<std::size_t, runtime::nics_max> waiting;
std::uint64_t random_state;

} // namespace

namespace runtime::platform {

std::size_t transmit(NicId nic, std::span<Packet* const> packets) {
    check(nic < waiting.size(), "a packet leaves by a NIC that there is");
    const std::size_t room = linked_policy.nics[nic].send_max - waiting[nic];
    const auto taken = packets.first(std::min(packets.size(), room));
    waiting[nic] += taken.size();
    for (Packet* const packet : taken) {
        host.transmitted(host.context, nic, packet->wire().data(), packet->wire().size());
        release(*packet);
    }
    return taken.size();
}

/// SplitMix64: runs repeat from their seed.
std::uint64_t random() {
    std::uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/// The harness collects the texts of log statements, and reads counters as numbers.
void console(std::string_view) {}

Time idle_ns() { return 0; }
Time held_ns(NicId) { return 0; }

void log(std::optional<Severity> severity, std::string_view text) {
    host.logged(host.context, severity ? static_cast<int>(*severity) : -1, text.data(), text.size());
}

void halt(std::string_view what, const char* file, int line) {
    std::fprintf(stderr, "assertion failed: %.*s at %s:%d\n", static_cast<int>(what.size()), what.data(), file, line);
    std::abort();
}

} // namespace runtime::platform

#define NACL_EXPORT extern "C" __attribute__((visibility("default")))

NACL_EXPORT void nacl_host_boot(const NaclHostCallbacks* callbacks, const std::uint8_t* macs, std::size_t nics,
                                std::uint64_t now_ns, std::uint64_t seed) {
    host = *callbacks;
    random_state = seed;
    std::array<runtime::Mac, 256> addresses;
    runtime::check(nics <= addresses.size(), "NICs have 8-bit numbers");
    for (std::size_t i = 0; i < nics; ++i) std::copy_n(macs + 6 * i, 6, addresses[i].begin());
    runtime::boot({addresses.data(), nics}, now_ns, seed);
}

namespace {

/// As on a NIC, what exceeds the buffer is cut off, and still longer than any frame may be.
runtime::Packet& packet_of(const NaclHostFrame& frame) {
    runtime::Packet* const packet = runtime::acquire();
    runtime::check(packet != nullptr, "the pool has room for a burst");
    const std::size_t bytes = std::min(frame.size, packet->frame.size());
    std::copy_n(frame.bytes, bytes, packet->frame.begin());
    packet->frame_bytes = static_cast<std::uint16_t>(bytes);
    return *packet;
}

} // namespace

NACL_EXPORT void nacl_host_receive(std::uint8_t nic, const NaclHostFrame* frames, std::size_t count,
                                   std::uint64_t now_ns) {
    std::array<runtime::Packet*, runtime::burst_packets> burst;
    runtime::check(count <= burst.size(), "a burst has its limit");
    waiting = {};
    count = std::min<std::size_t>(count, runtime::nics()[nic].receive_max); // the NIC has no more buffers
    for (std::size_t i = 0; i < count; ++i) burst[i] = &packet_of(frames[i]);
    runtime::receive(nic, {burst.data(), count}, now_ns);
}

NACL_EXPORT void nacl_host_judge(const runtime::Question* question, const NaclHostFrame* frame,
                                 std::uint64_t now_ns) {
    runtime::judge(*question, packet_of(*frame), now_ns);
}

NACL_EXPORT void nacl_host_lease(std::uint8_t iface, const runtime::Lease* lease) {
    runtime::hold_lease(iface, *lease);
}

NACL_EXPORT void nacl_host_tick(std::uint64_t now_ns) {
    waiting = {};
    runtime::tick(now_ns);
}

NACL_EXPORT const runtime::Counters* nacl_host_counters() { return &runtime::counters(); }

NACL_EXPORT const std::uint64_t* nacl_host_hits(std::size_t* count) {
    *count = runtime::linked_policy.hits.size();
    return runtime::linked_policy.hits.data();
}
