// One translation of a policy as a shared object that tests/bench/classify.py times: its first chain on
// packets that are ready, without the stages round it.
#include POLICY

#include <chrono>
#include <vector>

namespace {

/// A TCP segment as the stages leave it for a chain.
void fill(Packet& packet, const std::uint32_t* fields) {
    packet = {};
    packet.ip_header_bytes = 20;
    packet.ip_bytes = 40;
    packet.transport_complete = true;
    std::uint8_t* const ip = packet.carried();
    ip[0] = 0x45;
    ip[3] = 40;
    ip[8] = 64;
    ip[9] = tcp_protocol;
    for (int i = 0; i < 4; ++i) {
        ip[12 + i] = static_cast<std::uint8_t>(fields[0] >> (24 - 8 * i));
        ip[16 + i] = static_cast<std::uint8_t>(fields[1] >> (24 - 8 * i));
    }
    ip[22] = static_cast<std::uint8_t>(fields[2] >> 8);
    ip[23] = static_cast<std::uint8_t>(fields[2]);
    ip[32] = 0x50;
}

alignas(64) std::byte no_appliance[sizeof(Appliance)]; // what these rules do not look at

} // namespace

/// Nanoseconds a packet; `fields` are source, destination and destination port of each. `verdicts` gets the
/// statement that decided each.
extern "C" __attribute__((visibility("default"))) double
nacl_classify(const std::uint32_t* fields, std::size_t count, std::size_t repeats, std::uint32_t* verdicts) {
    static std::vector<Packet> ready(count);
    for (std::size_t i = 0; i < count; ++i) fill(ready[i], fields + 3 * i);
    auto& appliance = reinterpret_cast<Appliance&>(no_appliance);
    const auto& chain = linked_policy.ifaces[0].prerouting;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t repeat = 0; repeat < repeats; ++repeat)
        for (std::size_t i = 0; i < count; ++i) verdicts[i] = chain[0].run(appliance, ready[i]).statement;
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    return took.count() / static_cast<double>(repeats * count);
}
