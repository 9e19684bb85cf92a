// A DHCP server as a script: what clients have asked, and replies of every kind.
#pragma once
#include "tests/runtime/frames.hpp"

#include <optional>

namespace test_dhcp {

using test_frames::Frame;

inline constexpr runtime::Ipv4Address server = 0x0a000001; // 10.0.0.1
inline constexpr runtime::Ipv4Address offered = 0x0a000037;
inline constexpr runtime::Ipv4Address netmask = 0xffffff00;
inline constexpr std::uint8_t discover = 1, offer = 2, request = 3, decline = 4, ack = 5, nak = 6;

/// A question that a client sent.
struct Asked {
    runtime::NicId nic = 0;
    Frame frame{};
    std::uint8_t type = 0;
    std::uint32_t xid = 0;
    runtime::Ipv4Address source = 0, destination = 0, current = 0;
    std::optional<runtime::Ipv4Address> requested{}, server{};
};

/// What has been asked since the last time, ARP aside.
std::vector<Asked> asked();

/// The options field, piece by piece.
struct Options {
    Frame bytes{};

    Options& put(std::uint8_t code, Frame value);
    Options& put_number(std::uint8_t code, std::uint32_t value);
    Options& end();
};

struct Reply {
    std::uint8_t type = offer;
    std::uint32_t xid = 0;
    runtime::Ipv4Address yours = offered;
    runtime::Mac hardware = test_frames::left_mac;
    Options options{}; ///< behind the type
    runtime::Ipv4Address from = server, to = 0xffffffff;
};

/// With server, netmask, lease time and gateway, as most servers say.
Options usual(std::uint32_t lease_s = 3600);

/// A BOOTP message, and the frame that carries it to the left NIC, or to all of its wire.
Frame message(const Reply& reply);
Frame framed(const Frame& message, runtime::Ipv4Address from = server, runtime::Ipv4Address to = 0xffffffff);
Frame frame(const Reply& reply);

} // namespace test_dhcp
