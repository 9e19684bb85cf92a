// Texts of `syslog` statements on their way to a server (RFC 5424 over UDP).
#include "compiler/eval/machine.hpp"

#include "compiler/model/syslog_line.hpp"

namespace eval {

namespace {

constexpr std::size_t waiting_max = 64;
constexpr std::uint16_t source_port = 514;

} // namespace

Effects Machine::effects() {
    return {result_.logs, limits_, now_, &texts_,
            [this](std::uint8_t severity, std::string_view text) { return send_to_server(severity, text); },
            trace_ == nullptr ? nullptr : &trace_->stages.back().events};
}

bool Machine::send_to_server(std::uint8_t severity, std::string_view text) {
    if (!appliance_.syslog || sends_syslog_ || iface_with(appliance_, appliance_.syslog->address)) return false;
    const auto& server = *appliance_.syslog;
    const auto routed = route_from_here(appliance_, server.address);
    if (std::holds_alternative<model::Reason>(routed)) return false;
    if (syslog_.size() == waiting_max) return true;
    if (text.ends_with('\n')) text.remove_suffix(1);
    const std::string line = "<" + std::to_string(model::syslog_facility_user * 8 + severity) + ">" +
                             model::syslog_header(appliance_) + std::string(text);
    Packet packet;
    ++counters_.made;
    packet.made_here = true;
    packet.hop = std::get<Hop>(routed);
    packet.bytes = make_udp(appliance_.ifaces[packet.hop.egress].ipv4->address, source_port, server.address,
                            server.port, Bytes(line.begin(), line.end()));
    packet.at = At::track;
    syslog_.push_back(std::move(packet));
    return true;
}

/// What they cause to be logged is not sent: it could go on without end.
void Machine::flush_syslog() {
    sends_syslog_ = true;
    for (auto& packet : std::exchange(syslog_, {})) run(packet);
    sends_syslog_ = false;
}

} // namespace eval
