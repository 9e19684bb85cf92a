#include "runtime/server_pool.hpp"

#include "runtime/platform.hpp"

namespace runtime {

namespace {

constexpr Time second_ns = 1'000'000'000;
/// So long a SYN may go unanswered before it says anything: TCP asks again after as long (RFC 6298 2.1).
constexpr Time patience_ns = second_ns;
constexpr Time silence_ns = 10 * second_ns; ///< in which the SYNs are counted
constexpr Time rest_ns = 10 * second_ns;    ///< between two tries of a server that is down

} // namespace

void ServerPool::reset(std::span<ServerState> servers, std::span<Number> of_flows) {
    servers_ = servers;
    of_flows_ = of_flows;
    for (auto& server : servers_) server = {};
    for (auto& number : of_flows_) number = 0;
    turn_ = 0;
    flows_ = 0;
    waiting_ = 0;
}

bool ServerPool::is_up(Number server, Time now) const {
    return !servers_[server].fails || now < servers_[server].down_from;
}

std::optional<ServerPool::Number> ServerPool::next(Time now) const {
    const auto count = static_cast<Number>(servers_.size());
    for (Number i = 0; i < count; ++i) {
        const Number server = (turn_ + i) % count;
        if (is_up(server, now) || now >= servers_[server].retry_at) return server;
    }
    return std::nullopt;
}

std::optional<ServerPool::Number> ServerPool::of_flow(std::uint32_t place) const {
    if (of_flows_.empty() || of_flows_[place] == 0) return std::nullopt;
    return of_flows_[place] - 1;
}

std::optional<ServerPool::Number> ServerPool::proposed() const {
    return of_flows_.empty() ? std::nullopt : of_flow(static_cast<std::uint32_t>(of_flows_.size() - 1));
}

void ServerPool::propose(std::optional<Number> server) {
    if (!of_flows_.empty()) of_flows_.back() = server ? *server + 1 : 0;
}

void ServerPool::take_proposed(std::uint32_t place, Time now) {
    const auto server = proposed();
    if (!server) return;
    of_flows_[place] = *server + 1;
    turn_ = (*server + 1) % static_cast<Number>(servers_.size());
    ++servers_[*server].flows;
    ++flows_;
    ++waiting_;
    if (!is_up(*server, now)) servers_[*server].retry_at = now + rest_ns;
    syn_sent(*server, now);
}

void ServerPool::let_go(std::uint32_t place, bool has_replied) {
    const auto server = of_flow(place);
    if (!server) return;
    of_flows_[place] = 0;
    check(servers_[*server].flows > 0, "a server whose flow ends has one");
    --servers_[*server].flows;
    --flows_;
    if (!has_replied) --waiting_;
}

void ServerPool::go_down(ServerState& server, Time from) {
    server.fails = true;
    server.down_from = from;
    server.retry_at = from + rest_ns;
}

void ServerPool::syn_sent(Number number, Time now) {
    ServerState& server = servers_[number];
    if (server.fails) return;
    if (server.syn_count == server.syns.size() && now - server.syns.back() <= silence_ns)
        return go_down(server, now + patience_ns);
    server.syns = {now, server.syns.front()};
    if (server.syn_count < server.syns.size()) ++server.syn_count;
}

void ServerPool::answered(Number number) {
    ServerState& server = servers_[number];
    server.fails = false;
    server.syn_count = 0;
}

void ServerPool::refused(Number number, Time now) {
    if (is_up(number, now)) go_down(servers_[number], now);
}

} // namespace runtime
