// A connection between a client inside and a server outside, through a policy that follows it.
#pragma once
#include "tests/conformance/hosts.hpp"

namespace conformance {

/// What their first segments say, and with that where the windows are: each lets the other send 1000 bytes.
inline constexpr std::uint32_t client_first = 1000, server_first = 0xffff'fe00; // the server's numbers wrap
inline constexpr std::uint32_t client_next = client_first + 1, server_next = server_first + 1;
inline constexpr std::uint16_t window = 1000;

enum class From : std::uint8_t { caller, called };

class Connection {
public:
    explicit Connection(const Scene& scene) : scene_(scene) {}

    /// The segment goes on; else it is dropped as invalid.
    bool passes(From from, const Segment& segment) const;
    /// As the peers' numbers stand after the handshake, with right acknowledgements.
    bool passes(From from, unsigned flags, const std::string& data = "") const;

    /// An ICMP error about a segment of one side's, as it comes back from a router behind the other one.
    bool error_passes(From about, std::uint32_t sequence) const;

    void handshake() const;
    /// Whether an acknowledgement of the client still belongs to a connection, so many nanoseconds from now.
    bool lives_after_ns(std::uint64_t ns) const;
    bool lives_after_s(unsigned seconds) const { return lives_after_ns(seconds * eval::second_ns); }
    /// Whether it ends after so many seconds, neither before nor behind.
    bool lives_just(unsigned seconds) const;

private:
    bool goes_on(bool by_caller, const Bytes& packet) const;

    const Scene& scene_;
};

/// Runs a script on a new connection, on each backend.
void on_each_connection(const std::function<void(const Connection&)>& script);

} // namespace conformance
