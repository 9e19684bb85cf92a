// Which server of the Load_balancer's pool gets the next flow. See "balance" in path.md.
#pragma once
#include "compiler/eval/flows.hpp"

namespace eval {

/// What is known of one server since it last accepted a connection.
struct ServerHealth {
    std::vector<Time> unanswered;      ///< when SYNs were sent to it
    std::optional<Time> refused;       ///< when it answered one with a reset
    std::optional<Time> tried_again{}; ///< when a flow was opened to it although it was down

    /// From when on it is down, if it is or will be.
    std::optional<Time> down_from() const;
    bool is_up(Time now) const;
};

class Balancer {
public:
    explicit Balancer(std::size_t servers) : health_(servers) {}

    /// None: all are down, and none may be tried again yet.
    std::optional<ServerId> next(Time now) const;
    const ServerHealth& health(ServerId server) const { return health_.at(server); }

    /// A packet of a flow of that server was accepted. `opened`: it was the flow's first. `reply`: it goes in
    /// the reply direction. `replied`: one had been accepted in that direction before.
    void accepted(ServerId server, const Datagram& packet, bool opened, bool reply, bool replied, Time now);

private:
    std::vector<ServerHealth> health_;
    ServerId turn_ = 0; ///< who is asked first
};

} // namespace eval
