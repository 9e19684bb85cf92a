#include "compiler/eval/balancer.hpp"

#include <algorithm>

namespace eval {

namespace {

constexpr Time patience_ns = second_ns;      ///< with a SYN that is not answered
constexpr Time counted_ns = 10 * second_ns;  ///< three of them within
constexpr Time rest_ns = 10 * second_ns;     ///< from try to try

} // namespace

std::optional<Time> ServerHealth::down_from() const {
    for (std::size_t third = 2; third < unanswered.size(); ++third)
        if (unanswered[third] - unanswered[third - 2] <= counted_ns) {
            const Time silent = unanswered[third] + patience_ns;
            return refused ? std::min(*refused, silent) : silent;
        }
    return refused;
}

bool ServerHealth::is_up(Time now) const {
    const auto down = down_from();
    return !down || now < *down;
}

std::optional<ServerId> Balancer::next(Time now) const {
    for (std::size_t i = 0; i < health_.size(); ++i) {
        const ServerId server = (turn_ + i) % health_.size();
        const ServerHealth& health = health_[server];
        if (health.is_up(now)) return server;
        const Time rests_from = std::max(*health.down_from(), health.tried_again.value_or(0));
        if (now >= rests_from + rest_ns) return server;
    }
    return std::nullopt;
}

void Balancer::accepted(ServerId server, const Datagram& packet, bool opened, bool reply, bool replied,
                        Time now) {
    using namespace tcp_flag;
    ServerHealth& health = health_.at(server);
    const unsigned flags = packet.tcp_flags() & (syn | ack | rst);
    if (reply) {
        if (flags == (syn | ack)) health = {};
        if ((flags & rst) != 0 && !replied && health.is_up(now)) health.refused = now;
        return;
    }
    if (opened) {
        turn_ = (server + 1) % health_.size();
        if (!health.is_up(now)) health.tried_again = now;
    }
    if (packet.tcp_opens() && !replied) health.unanswered.push_back(now);
}

} // namespace eval
