// The servers of the Load_balancer: whose turn it is, which of them answer, how many flows they have. Like
// the flow table it changes by accepted packets only: see "balance" in docs/internals/path.md.
#pragma once
#include "runtime/packet.hpp"

#include <optional>

namespace runtime {

/// What is known of one server. Trivial, all zero at the start.
struct ServerState {
    std::array<Time, 2> syns; ///< the last ones sent to it since it last answered, the newer one first
    std::uint32_t syn_count;  ///< of those: not more than there are
    bool fails;               ///< it is down from `down_from` on
    Time down_from;
    Time retry_at; ///< when one flow may try it again
    std::uint32_t flows;
};

class ServerPool {
public:
    using Number = std::uint32_t;

    constexpr ServerPool() = default;
    /// Starts with all servers up. `of_flows` has a place for each place of the flow table, and one more: for
    /// the flow that is about to be opened.
    void reset(std::span<ServerState> servers, std::span<Number> of_flows);

    /// The one whose turn it is: the next that is up, or may be tried again.
    std::optional<Number> next(Time now) const;
    bool is_up(Number server, Time now) const;

    /// Whom the flow at that place of the flow table has.
    std::optional<Number> of_flow(std::uint32_t place) const;
    /// Whom the flow gets that is about to be opened.
    std::optional<Number> proposed() const;
    void propose(std::optional<Number> server);
    /// The flow has been opened, at that place.
    void take_proposed(std::uint32_t place, Time now);
    /// The flow at that place is gone.
    void let_go(std::uint32_t place, bool replied);

    /// A SYN has been sent to it, and nothing of that flow has been answered yet.
    void syn_sent(Number server, Time now);
    /// The first reply of one of its flows has come.
    void replied() { --waiting_; }
    /// It has accepted a connection.
    void answered(Number server);
    /// It has answered the first SYN of a flow with a reset.
    void refused(Number server, Time now);

    std::size_t flows() const { return flows_; }
    /// Those without any reply so far.
    std::size_t waiting() const { return waiting_; }
    std::size_t flows(Number server) const { return servers_[server].flows; }

private:
    void go_down(ServerState& server, Time from);

    std::span<ServerState> servers_;
    std::span<Number> of_flows_; ///< number + 1; 0: none
    Number turn_ = 0;            ///< of the server that is asked first
    std::size_t flows_ = 0;
    std::size_t waiting_ = 0;
};

} // namespace runtime
