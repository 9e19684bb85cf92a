// What Nats and masquerading do to a packet on its way: docs/internals/path.md, "Translation".
#pragma once
#include "runtime/appliance.hpp"

#include <optional>

namespace runtime {

/// Which of dnat and snat has an effect on a chain.
enum class Translates : std::uint8_t { nothing, destination, source };

/// What snat statements say of a source; a later one replaces what it names.
struct Said {
    std::optional<Ipv4Address> address{};
    std::optional<std::uint16_t> port{};
    std::uint16_t pool = 0; ///< of the address
};

/// Nats see these only.
inline bool opens_flow(const Packet& packet) {
    return packet.state == State::fresh && packet.flow == nullptr;
}

/// A packet of a known flow, or an error about one, gets the destination with which its flow leaves.
void send_to_peer(Packet& packet);

} // namespace runtime
