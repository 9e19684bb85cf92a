// DHCP messages as bytes (RFC 2131 2, RFC 2132): what a client writes and reads, and no state.
#pragma once
#include "runtime/bytes.hpp"
#include "runtime/dataplane.hpp"

#include <optional>

namespace runtime::dhcp {

inline constexpr std::uint16_t server_port = 67, client_port = 68;

enum class Type : std::uint8_t { discover = 1, offer = 2, request = 3, decline = 4, ack = 5, nak = 6 };

/// What the client says.
struct Question {
    Type type{};
    std::uint32_t xid = 0;
    std::uint16_t secs = 0;    ///< since it began to ask
    Mac mac{};
    Ipv4Address current = 0;   ///< the address that it has and can be answered at
    Ipv4Address requested = 0; ///< 0: not said
    Ipv4Address server = 0;    ///< whose offer is taken; 0: not said
};

/// Old relays and servers drop what is shorter than a BOOTP message (RFC 951).
inline constexpr std::size_t question_bytes = 300;

void write(MutableBytes message, const Question& question);

/// What a server says.
struct Reply {
    Type type{};
    std::uint32_t xid = 0;
    Ipv4Address server = 0;
    Lease lease{};
    std::optional<std::uint32_t> lease_s{};
    std::optional<std::uint32_t> renew_s{};  ///< T1
    std::optional<std::uint32_t> rebind_s{}; ///< T2
};

/// Whether it is a server's answer to the station with that address.
bool is_reply_to(Bytes message, const Mac& mac);

/// Of a message that is_reply_to() somebody; nothing when its options are malformed, or lack what every reply has.
std::optional<Reply> read_reply(Bytes message);

} // namespace runtime::dhcp
