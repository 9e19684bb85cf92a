// A policy on every backend, and the packets of hosts round it: what the rows of the conformance tables are
// written in.
#pragma once
#include "compiler/model/appliance.hpp"
#include "harness/backend.hpp"

#include <functional>
#include <optional>

namespace conformance {

using harness::Bytes;
using harness::Outcome;
using harness::View;
using model::Ipv4Address;

constexpr Ipv4Address ip(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

/// Where a packet comes from and goes to: ports, or the identifier of a query in both.
struct Way {
    Ipv4Address source = 0;
    std::uint16_t source_port = 0;
    Ipv4Address destination = 0;
    std::uint16_t destination_port = 0;

    Way back() const { return {destination, destination_port, source, source_port}; }
    friend bool operator==(const Way&, const Way&) = default;
};
std::ostream& operator<<(std::ostream& out, const Way& way);

// IPv4 packets, without Ethernet header.
Bytes udp(const Way& way, const std::string& data = "");
Bytes tcp(const Way& way, unsigned flags, const std::string& data = "");
struct Segment {
    unsigned flags = 0;
    std::uint32_t sequence = 0, acknowledgement = 0;
    std::uint16_t window = 0;
    std::string data{};
    std::string options{}; ///< a multiple of 4 bytes
};
Bytes tcp(const Way& way, const Segment& segment);
Bytes query(const Way& way, std::uint8_t type = 8, const std::string& data = "");
/// The answer to a query.
Bytes answer(const Way& way, std::uint8_t type = 0);
Bytes other(const Way& way, std::uint8_t protocol);
/// An ICMP error that quotes so many bytes of a packet.
Bytes error(Ipv4Address from, const Bytes& about, std::uint8_t type = 3, std::uint8_t code = 3,
            std::size_t quoted_bytes = 548);
/// Puts options behind the fixed part of a packet's IP header: whole words.
Bytes with_options(const Bytes& packet, const Bytes& options);
/// Sets one byte of a packet's IP header, whose checksum follows.
Bytes with_ip_byte(Bytes packet, std::size_t at, std::uint8_t value);
/// Some payload bytes of a packet as a fragment: from an offset, a multiple of 8, on; the last when `more` is
/// not set.
Bytes fragment(const Bytes& packet, std::size_t offset_bytes, std::size_t bytes, bool more);
/// In pieces of that many payload bytes.
std::vector<Bytes> in_fragments(const Bytes& packet, std::size_t payload_bytes);

/// The packet in a frame that left.
Bytes packet_in(const harness::FrameOut& frame);

/// How a packet goes, by its headers.
Way way_of(View packet);
/// The packet that an ICMP error quotes.
Bytes quoted(View error);
/// Whether every checksum in it is right, those of a quoted packet included as far as it is quoted whole.
bool sound(View packet);

/// One backend that has just been booted.
class Scene {
public:
    Scene(const model::Appliance& appliance, const harness::Backend& backend);

    /// A packet comes in by the Iface of that name, in its VLAN if it has one; in a frame to our NIC when
    /// nothing else is said.
    Outcome send(const std::string& iface, const Bytes& packet, std::optional<model::Mac> to = {}) const;
    /// The one packet that leaves because of it, by that Iface. Its checksums are right.
    Bytes sent(const std::string& iface, const Bytes& packet, const std::string& out) const;
    bool is_dropped(const std::string& iface, const Bytes& packet, model::Reason reason) const;
    void wait_s(unsigned seconds) const { backend_.wait(seconds * eval::second_ns); }
    void wait_ns(std::uint64_t ns) const { backend_.wait(ns); }

private:
    const model::Appliance& appliance_;
    const harness::Backend& backend_;
};

/// Runs a script on the interpreter, the host build and the image of a policy, each freshly booted. The
/// policy is one of those in this folder, without ".nacl".
void on_each_backend(const std::string& policy, const std::function<void(const Scene&)>& script);

} // namespace conformance
