// A Linux host in a network namespace of its own: its addresses and routes are those of a policy, a ruleset
// of nftables is its firewall. Frames go in and come out through TAP devices, within the call that sends
// them.
#pragma once
#include "harness/backend.hpp"

#include <functional>
#include <map>

namespace nft_test {

/// What the test needs cannot be had on this machine: root, mostly.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The exit status of a test program: where something is not to be had it is skipped, but for CI.
int status_of(const std::function<int()>& test);

/// What became of one frame.
struct Seen {
    std::vector<harness::FrameOut> out; ///< IPv4 only
    bool delivered = false;             ///< it got past the input hook
};

class LinuxHost {
public:
    /// Moves this process into a new namespace. NICs are called as their Ifaces are.
    explicit LinuxHost(const model::Appliance& appliance);
    ~LinuxHost();
    LinuxHost(const LinuxHost&) = delete;
    LinuxHost& operator=(const LinuxHost&) = delete;

    /// Loads a ruleset; a complaint of nft is an error.
    void load(const std::string& ruleset);
    /// The ruleset as `nft -j list ruleset` has it.
    std::string listed() const;
    /// Forgets all flows.
    void forget();
    /// `answers`: how many frames are expected, and waited for; what comes unexpected is seen all the same.
    Seen send(harness::NicId nic, harness::View frame, std::size_t frames, bool delivery);

private:
    void make_nics(const model::Appliance& appliance);
    void make_routes(const model::Appliance& appliance);
    int listener(std::uint8_t protocol);
    void collect(Seen& seen, std::uint8_t protocol);

    std::vector<int> taps_;             ///< by NicId
    std::map<std::uint8_t, int> heard_; ///< raw sockets, which see what gets past the input hook
    int conntrack_ = -1;
};

} // namespace nft_test
