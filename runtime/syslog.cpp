#include "runtime/syslog.hpp"

#include "runtime/answers.hpp"
#include "runtime/checksum.hpp"
#include "runtime/fields.hpp"
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
    const auto is_ours = [&](const Ipv4Config& ipv4) { return ipv4.has_address(server); };
    if (server == 0 || std::ranges::any_of(std::span{appliance.ipv4}.first(policy.ifaces.size()), is_ours))
        return std::nullopt;
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
    const Ipv4Address from = appliance.ipv4[hop.iface].address, to = policy.syslog.address;
    const std::size_t bytes = udp_header_bytes + line.size();
    make_own(appliance, packet,
             {.protocol = udp_protocol, .source = from, .destination = to, .payload_bytes = bytes});
    const MutableBytes udp = packet.payload();
    put16(udp, 0, source_port);
    put16(udp, 2, policy.syslog.port);
    put16(udp, 4, static_cast<std::uint16_t>(bytes));
    put16(udp, 6, 0);
    std::ranges::copy(line, udp.begin() + udp_header_bytes);
    const std::uint16_t sum = checksum(udp, pseudo_header_sum(from, to, udp_protocol, bytes));
    put16(udp, 6, sum == 0 ? 0xffff : sum); // RFC 768: zero would say that there is none
    packet.egress = hop.iface;
    packet.nexthop = hop.address;
    packet.at = policy.flows.empty() ? At::output : At::track;
}

} // namespace

bool send_to_server(Appliance& appliance, Severity severity, std::string_view text) {
    auto& waiting = appliance.syslog;
    if (waiting.closed) return false;
    const auto hop = way_to_server(appliance);
    if (!hop) return false;
    Packet* const packet = waiting.count < syslog_packets_max ? acquire(appliance) : nullptr;
    if (packet == nullptr) {
        ++appliance.logs_lost;
        return true;
    }
    write(appliance, *packet, *hop, message(appliance.policy, severity, text).view());
    (waiting.last == nullptr ? waiting.first : waiting.last->next) = packet;
    waiting.last = packet;
    ++waiting.count;
    return true;
}

void flush_syslog(Appliance& appliance, Time now) {
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

} // namespace runtime
