#include "tests/conformance/connection.hpp"

#include <catch2/catch.hpp>

namespace conformance {

namespace {

constexpr Way to_server{alice, 40000, peer, 80};

} // namespace

bool Connection::goes_on(bool by_caller, const Bytes& packet) const {
    const auto outcome = scene_.send(by_caller ? "inside" : "outside", packet);
    if (outcome.fate == harness::Fate::sent) return true;
    CHECK(outcome.dropped_by(model::Reason::ct_invalid));
    return false;
}

bool Connection::passes(From from, const Segment& segment) const {
    const bool by_caller = from == From::caller;
    return goes_on(by_caller, tcp(by_caller ? to_server : to_server.back(), segment));
}

bool Connection::error_passes(From about, std::uint32_t sequence) const {
    const bool by_caller = about == From::caller;
    const Bytes segment =
        tcp(by_caller ? to_server : to_server.back(), {.flags = flag::ack, .sequence = sequence, .window = window});
    return goes_on(!by_caller, error(by_caller ? other_peer : bob, segment, 3, 1, 28));
}

bool Connection::passes(From from, unsigned flags, const std::string& data) const {
    const bool by_caller = from == From::caller;
    return passes(from, {.flags = flags,
                         .sequence = by_caller ? client_next : server_next,
                         .acknowledgement = by_caller ? server_next : client_next,
                         .window = window,
                         .data = data});
}

void Connection::handshake() const {
    REQUIRE(passes(From::caller, {.flags = flag::syn, .sequence = client_first, .window = window}));
    REQUIRE(passes(From::called, {.flags = flag::syn | flag::ack,
                                  .sequence = server_first,
                                  .acknowledgement = client_next,
                                  .window = window}));
    REQUIRE(passes(From::caller, flag::ack));
}

bool Connection::lives_after_ns(std::uint64_t ns) const {
    scene_.wait_ns(ns);
    return passes(From::caller, flag::ack);
}

bool Connection::lives_just(unsigned seconds) const {
    return lives_after_ns(seconds * eval::second_ns - 1) && !lives_after_s(seconds);
}

void on_each_connection(const std::function<void(const Connection&)>& script) {
    on_each_backend("followed", [&](const Scene& scene) { script(Connection(scene)); });
}

} // namespace conformance
