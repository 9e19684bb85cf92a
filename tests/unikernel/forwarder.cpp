// A stand-in for the data plane: two NICs, what comes in by one leaves by the other. It lets the tests of the
// unikernel build images without a policy.
#include "runtime/dataplane.hpp"
#include "runtime/platform.hpp"
#include "tests/unikernel/fault.hpp"

#include <array>
#include <iterator>

namespace runtime {

namespace {

#ifndef FORWARDER_NICS
// clang-format off
#define FORWARDER_NICS {.iface = "left", .index = 0}, {.iface = "right", .index = 1}
// clang-format on
#endif
#ifndef FORWARDER_LINES
#define FORWARDER_LINES 0
#endif
constexpr std::uint64_t statistics_lines = FORWARDER_LINES; ///< besides the counters
constexpr NicSelector selectors[] = {FORWARDER_NICS};

std::array<Packet, 2048> pool;
Packet* free_packets = nullptr;
std::uint64_t received, sent, refused, ticks;

void print_number(std::uint64_t number) {
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    do {
        digits[--first] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    platform::console({digits.data() + first, digits.size() - first});
}

void print_counter(std::string_view name, std::uint64_t value) {
    platform::console(name);
    platform::console(" ");
    print_number(value);
    platform::console("\n");
}

} // namespace

std::span<const NicSelector> nics() { return selectors; }

void boot(std::span<const Mac>, Time, std::uint64_t port_seed) {
    for (Packet& packet : pool) release(packet);
    print_counter("seed", port_seed);
    tests::fault();
}

void print_banner() { platform::console("forwarder\n"); }

Packet* acquire() {
    Packet* const packet = free_packets;
    if (packet != nullptr) free_packets = packet->next;
    return packet;
}

void release(Packet& packet) {
    packet.next = free_packets;
    free_packets = &packet;
}

void receive(NicId nic, std::span<Packet* const> frames, Time now) {
    received += frames.size();
    // A frame of this type asks for a log text, so that tests see one.
    for (const Packet* packet : frames)
        if (packet->frame[12] == 0x88 && packet->frame[13] == 0xb6)
            platform::log(
                {}, {reinterpret_cast<const char*>(packet->frame.data()) + 14, packet->frame_bytes - 14u});
    const NicId other = nic == 0 ? 1 : 0;
    const std::size_t taken = other < std::size(selectors) ? platform::transmit(other, frames) : 0;
    sent += taken;
    refused += frames.size() - taken;
    for (Packet* packet : frames.subspan(taken)) release(*packet);
    check(now + 1 != 0, "time has not ended");
}

void judge(const Question&, Packet& packet, Time) { release(packet); } // it has no functions
void hold_lease(IfaceId, const Lease&) {} // nor Ifaces that lease
void tick(Time) { ++ticks; }

void print_statistics() {
    print_counter("received", received);
    print_counter("sent", sent);
    print_counter("refused", refused);
    print_counter("ticks", ticks);
    std::uint64_t number = 0;
    while (number != statistics_lines) print_counter("line", number++);
    print_counter("held_us", (platform::held_ns(0) + platform::held_ns(1)) / 1000);
}

} // namespace runtime
