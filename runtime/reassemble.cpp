// Stage reassemble: fragments are held until their datagram is complete. The datagram goes on in the place that
// the fragment which completed it had in the burst.
#include "runtime/datagram.hpp"
#include "runtime/fields.hpp"
#include "runtime/transport.hpp"

#include <optional>

namespace runtime {

namespace {

DatagramKey key_of(const Packet& fragment) {
    return {field::ip_saddr(fragment), field::ip_daddr(fragment),
            static_cast<std::uint16_t>(field::ip_id(fragment)),
            static_cast<std::uint8_t>(field::ip_protocol(fragment)), fragment.ingress};
}

std::optional<Reason> refuse(const Packet& fragment, const FragmentExtent& extent) {
    const std::size_t bytes = extent.end - extent.offset;
    if (bytes == 0 || (!extent.last && bytes % 8 != 0)) return Reason::bad_length;
    if (extent.end + 20 > ip_max_bytes) return Reason::fragment_too_long;
    const auto protocol = static_cast<std::uint8_t>(field::ip_protocol(fragment));
    if (extent.offset == 0 && bytes < transport_header_bytes(protocol)) return Reason::fragment_tiny;
    if (extent.offset == 8 && protocol == tcp_protocol) return Reason::fragment_tiny; // RFC 1858 3.2.2, RFC 3128
    return std::nullopt;
}

Packet& take_out(Appliance& appliance, Datagram& datagram) {
    Packet& first = appliance.fragments.take_out(datagram);
    appliance.counters.waiting -= first.fragments;
    return first;
}

void discard(Appliance& appliance, Datagram& datagram, Reason reason) {
    Packet& first = take_out(appliance, datagram);
    drop(appliance, first, reason);
    release_all(appliance, first);
}

/// A complete datagram goes on as one packet.
void go_on(Appliance& appliance, Packet& packet) {
    if (!join(packet)) return drop(appliance, packet, Reason::fragment_too_long);
    packet.transport_complete = has_transport_header(packet);
    if (const auto fault = transport_fault(packet)) return drop(appliance, packet, *fault);
    packet.at = At::track;
}

void reassemble_one(Appliance& appliance, Packet*& place, Time now) {
    Packet& packet = *place;
    if (!is_fragment(packet)) {
        packet.at = At::track;
        return;
    }
    const FragmentExtent extent = extent_of(packet);
    if (const auto reason = refuse(packet, extent)) return drop(appliance, packet, *reason);
    const DatagramKey key = key_of(packet);
    Datagram* datagram = appliance.fragments.find(key);
    if (datagram != nullptr && contradicts(*datagram, extent)) {
        discard(appliance, *datagram, Reason::fragment_overlap);
        return drop(appliance, packet, Reason::fragment_overlap);
    }
    if (datagram != nullptr && full(*datagram)) return drop(appliance, packet, Reason::reassembly_full);
    if (Datagram* const other = appliance.fragments.in_the_way(datagram))
        discard(appliance, *other, Reason::reassembly_evicted);
    if (datagram == nullptr) datagram = &appliance.fragments.open(key, now);
    appliance.fragments.hold(*datagram, packet);
    ++appliance.counters.waiting;
    place = nullptr;
    if (!complete(*datagram)) return;
    place = &take_out(appliance, *datagram);
    go_on(appliance, *place);
}

/// Drops the datagrams whose time has passed.
void expire(Appliance& appliance, Time now) {
    while (Datagram* const datagram = appliance.fragments.expired(now))
        discard(appliance, *datagram, Reason::reassembly_timeout);
}

void boot(Appliance& appliance, Time) { appliance.fragments.reset(appliance.policy.datagrams); }

} // namespace

const Reassembly part::reassembly{{.boot = boot, .tick = expire}, expire, take_apart};

void stage::reassemble(Appliance& appliance, Burst& burst) {
    for_each_place_at(At::reassemble, burst,
                      [&](Packet*& place) { reassemble_one(appliance, place, burst.now); });
}

} // namespace runtime
