// Texts of `syslog` statements on their way to a server (RFC 5424 over UDP, RFC 5426).
#include "runtime/answers.hpp"
#include "runtime/fields.hpp"
#include "runtime/log.hpp"
#include "runtime/routes.hpp"

#include <algorithm>

namespace runtime {

namespace {

constexpr std::uint16_t source_port = 514;
constexpr std::size_t udp_header_bytes = 8;
constexpr std::uint32_t facility_user = 1;

std::optional<NextHop> way_to_server(const Appliance& appliance) {
    const Policy& policy = appliance.policy;
    const Ipv4Address server = policy.syslog.address;
    if (iface_with_address(appliance, server)) return std::nullopt;
    const auto hop = next_hop(appliance, policy.own_routes, server);
    return hop && appliance.ipv4[hop->iface].configured ? hop : std::nullopt;
}

Text message(const Policy& policy, Severity severity, std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1); // a datagram ends it
    Text line;
    line << "<" << facility_user * 8 + static_cast<std::uint32_t>(severity) << ">" << policy.syslog.header
         << text;
    return line;
}

void write(Appliance& appliance, Packet& packet, const NextHop& hop, std::string_view line) {
    const Policy& policy = appliance.policy;
    make_own(appliance, packet,
             {.protocol = udp_protocol,
              .source = appliance.ipv4[hop.iface].address,
              .destination = policy.syslog.address,
              .payload_bytes = udp_header_bytes + line.size()});
    std::ranges::copy(line, packet.payload().begin() + udp_header_bytes);
    write_udp_header(packet, source_port, policy.syslog.port);
    packet.egress = hop.iface;
    packet.nexthop = hop.address;
    packet.at = policy.flows.empty() ? At::output : At::track;
}

/// A line of a Timer's, as severity info; nothing where there is no way to a server. Skips chains and flow table. Not
/// while packets are on their way through the stages.
void send_report(Appliance& appliance, std::string_view line) {
    const auto hop = way_to_server(appliance);
    if (!hop) return;
    Packet* const packet = acquire(appliance);
    if (packet == nullptr) {
        ++appliance.logs_lost.count;
        return;
    }
    write(appliance, *packet, *hop, message(appliance.policy, Severity::info, line).view());
    packet->at = At::transmit;
    run(appliance, std::span{&packet, 1}, appliance.now);
}

/// Makes a packet of the text; false when it is for the console: there is no way to the server, or the text is about
/// such a packet itself. One for which there is no room is lost and counted.
bool send_to_server(Appliance& appliance, Severity severity, std::string_view text) {
    auto& waiting = appliance.syslog;
    if (waiting.closed) return false;
    const auto hop = way_to_server(appliance);
    if (!hop) return false;
    Packet* const packet = waiting.count < syslog_packets_max ? acquire(appliance) : nullptr;
    if (packet == nullptr) {
        ++appliance.logs_lost.count;
        return true;
    }
    write(appliance, *packet, *hop, message(appliance.policy, severity, text).view());
    (waiting.last == nullptr ? waiting.first : waiting.last->next) = packet;
    waiting.last = packet;
    ++waiting.count;
    return true;
}

/// The packets that wait take the way of all that is made here.
void flush(Appliance& appliance, Time now) {
    auto& waiting = appliance.syslog;
    if (waiting.closed || waiting.first == nullptr) return;
    Packet* next = waiting.first;
    waiting = {.closed = true};
    while (next != nullptr) {
        Packet* const packet = next;
        next = packet->next;
        run(appliance, std::span{&packet, 1}, now);
    }
    waiting.closed = false;
}

} // namespace

const SyslogSending part::syslog{{}, send_to_server, send_report, flush};

} // namespace runtime
