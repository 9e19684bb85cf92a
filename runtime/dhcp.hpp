// The DHCP client (RFC 2131) of each Iface that leases its address. Its messages skip chains and flows.
#pragma once
#include "runtime/dhcp_message.hpp"

#include <string_view>

namespace runtime {

struct Appliance;

namespace dhcp {

inline constexpr Time fallback_after_ns = 10'000'000'000; ///< without a lease
inline constexpr Time pause_min_ns = 1'000'000'000;       ///< after the first question; doubled after each
inline constexpr Time pause_max_ns = 64'000'000'000;
inline constexpr unsigned requests_max = 4;               ///< of an offer; then it starts over
inline constexpr Time renewal_pause_min_ns = 60'000'000'000; ///< RFC 2131 4.4.5

/// Trivial, so that it is plain memory.
struct Client {
    enum class Is : std::uint8_t {
        selecting,  ///< asks for offers
        requesting, ///< asks for the one that it has taken
        bound,      ///< has a lease
        renewing,   ///< has one, and asks who gave it for more time
        rebinding,  ///< has one, and asks anybody
        held,       ///< has what a Test says
    };

    Is is;
    IfaceId iface;
    std::uint8_t discovers; ///< sent since there was a lease
    std::uint8_t requests;  ///< sent for this offer
    bool complained;        ///< about an offer, since the last question
    std::uint32_t xid;
    Ipv4Address server;     ///< who offers, or gave, the lease
    Ipv4Address offered;
    Time since;     ///< it is without a lease, or asks for more time
    Time asked;     ///< the last request left; a lease counts from there
    Time due;       ///< it has something to do next
    Time rebind_at; ///< T2
    Time expires_at;
    std::uint64_t refused; ///< replies that were malformed, or said what cannot be
};

/// The client says and hears nothing any more.
void hold(Appliance& appliance, IfaceId iface);

/// Why that Iface must not have the lease: empty when it may.
std::string_view objection_to(const Appliance& appliance, IfaceId iface, const Lease& lease);

} // namespace dhcp
} // namespace runtime
