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
inline constexpr Time unsent_pause_ns = 100'000'000; ///< behind one that found no buffer, or no room in the ring
inline constexpr unsigned requests_max = 4;               ///< of an offer; then it starts over
inline constexpr Time renewal_pause_min_ns = 60'000'000'000; ///< RFC 2131 4.4.5
// Whether somebody has the address is asked as RFC 5227 2.1.1 has it, in less than a second and not in four to seven.
inline constexpr unsigned probes = 3;
inline constexpr Time probe_pause_ns = 300'000'000; ///< behind each
inline constexpr Time declined_pause_ns = 10'000'000'000; ///< RFC 2131 3.1 (5)
inline constexpr unsigned declines_max = 10;              ///< then it asks ever more slowly: RFC 5227 2.1.1
inline constexpr Time many_declined_pause_ns = 60'000'000'000;

/// Trivial, so that it is plain memory.
struct Client {
    enum class Is : std::uint8_t {
        selecting,  ///< asks for offers
        requesting, ///< asks for the one that it has taken
        probing,    ///< has got it, and asks whether somebody else has that address
        declining,  ///< somebody has, which its server has to be told
        bound,      ///< has a lease
        renewing,   ///< has one, and asks who gave it for more time
        rebinding,  ///< has one, and asks anybody
        held,       ///< has what a Test says
    };

    Is is;
    IfaceId iface;
    std::uint8_t discovers; ///< sent since there was a lease
    std::uint8_t requests;  ///< sent for this offer
    std::uint8_t probed;    ///< how often
    std::uint8_t declined;  ///< since there was a lease
    bool complained;        ///< about an offer, since the last question
    std::uint32_t xid;
    Ipv4Address server;     ///< who offers, or gave, the lease
    Ipv4Address offered;
    Lease lease;           ///< that is probed, or held
    std::uint32_t lease_s; ///< its time
    Time since;     ///< it is without a lease, or asks for more time
    Time asked;     ///< the last request left; a lease counts from there
    Time due;       ///< it has something to do next
    Time renew_at;  ///< T1
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
