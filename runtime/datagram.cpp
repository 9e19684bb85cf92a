#include "runtime/datagram.hpp"

#include "runtime/checksum.hpp"
#include "runtime/fields.hpp"

#include <algorithm>
#include <cstring>

namespace runtime {

namespace {

constexpr std::size_t plain_header_bytes = 20;
constexpr std::size_t split_payload_bytes = mtu_bytes - plain_header_bytes; // a multiple of 8, as it must be

void set_checksum(Packet& packet) {
    const MutableBytes header = packet.ip().first(packet.ip_header_bytes);
    put16(header, 10, 0);
    put16(header, 10, checksum(header));
}

/// Takes back what join() wrote. The checksum was never touched.
void separate(Packet& first, std::uint8_t ttl) {
    const MutableBytes ip = first.ip();
    put16(ip, 2, first.ip_bytes);
    put16(ip, 6, static_cast<std::uint16_t>(get16(ip, 6) | more_fragments_bit));
    put8(ip, 8, ttl);
    first.fragments = 0;
}

/// RFC 791 3.2: each buffer becomes a fragment of the packet made here, which counted as one until now.
void split(Appliance& appliance, Packet& packet) {
    std::size_t offset = 0;
    for_each_buffer(packet, [&](Packet& fragment) {
        const MutableBytes ip = fragment.ip();
        if (&fragment != &packet) std::copy_n(packet.ip().begin(), plain_header_bytes, ip.begin());
        const bool last = fragment.next_fragment == nullptr;
        put16(ip, 2, fragment.ip_bytes);
        put16(ip, 6, static_cast<std::uint16_t>(offset / 8 | (last ? 0 : more_fragments_bit)));
        set_checksum(fragment);
        offset += fragment.payload().size();
        if (!last) ++appliance.counters.split;
    });
}

void set_payload_bytes(Packet& packet, std::size_t bytes) {
    packet.ip_header_bytes = plain_header_bytes;
    packet.ip_bytes = static_cast<std::uint16_t>(plain_header_bytes + bytes);
    packet.frame_bytes = static_cast<std::uint16_t>(ethernet_header_bytes + packet.ip_bytes);
}

} // namespace

std::size_t buffer_count(const Packet& packet) {
    std::size_t count = 0;
    for (const Packet* at = &packet; at != nullptr; at = at->next_fragment) ++count;
    return count;
}

std::size_t payload_bytes(const Packet& packet) {
    std::size_t bytes = 0;
    for (const Packet* at = &packet; at != nullptr; at = at->next_fragment) bytes += at->payload().size();
    return bytes;
}

std::uint32_t sum_payload(const Packet& packet, std::size_t bytes, std::uint32_t sum) {
    // Only the last fragment may have an odd number of bytes, so every other one starts with a whole word.
    for (const Packet* at = &packet; at != nullptr && bytes > 0; at = at->next_fragment) {
        const Bytes part = at->payload().first(std::min(bytes, at->payload().size()));
        sum = sum_words(part, sum);
        bytes -= part.size();
    }
    return sum;
}

MutableBytes payload_word(Packet& packet, std::size_t at) {
    // Every buffer but the last carries an even number of bytes, so that no word lies in two.
    for (Packet* buffer = &packet; buffer != nullptr; buffer = buffer->next_fragment) {
        const MutableBytes payload = buffer->payload();
        if (at < payload.size()) return at + 2 <= payload.size() ? payload.subspan(at, 2) : MutableBytes{};
        at -= payload.size();
    }
    return {};
}

Bytes payload_start(const Packet& packet, MutableBytes scratch) {
    if (packet.next_fragment == nullptr) return packet.payload();
    std::size_t filled = 0;
    for (const Packet* at = &packet; at != nullptr && filled < scratch.size(); at = at->next_fragment) {
        const Bytes part = at->payload().first(std::min(scratch.size() - filled, at->payload().size()));
        std::copy(part.begin(), part.end(), scratch.begin() + static_cast<std::ptrdiff_t>(filled));
        filled += part.size();
    }
    return scratch.first(filled);
}

void release_all(Appliance& appliance, Packet& packet) {
    for_each_buffer(packet, [&](Packet& buffer) { release(appliance, buffer); });
}

bool join(Packet& first) {
    const std::size_t whole_bytes = first.ip_header_bytes + payload_bytes(first);
    if (whole_bytes > ip_max_bytes) return false;
    std::uint8_t ttl = 255;
    for_each_buffer(first, [&](const Packet& fragment) { ttl = std::min(ttl, get8(fragment.ip(), 8)); });
    const MutableBytes ip = first.ip();
    put16(ip, 2, static_cast<std::uint16_t>(whole_bytes));
    put16(ip, 6, static_cast<std::uint16_t>(get16(ip, 6) & ~more_fragments_bit));
    put8(ip, 8, ttl);
    return true;
}

void reduce_to_first(Appliance& appliance, Packet& packet) {
    Packet* const rest = packet.next_fragment;
    if (rest != nullptr) {
        separate(packet, packet.received_ttl);
        packet.next_fragment = nullptr;
        release_all(appliance, *rest);
    }
    put8(packet.ip(), 8, packet.received_ttl); // route may have taken one off
    set_checksum(packet);
}

void repack(Appliance& appliance, Packet& packet) {
    // No fragment carries more than a repacked one will, so bytes only move towards the front, and nothing is
    // overwritten before it was read.
    Packet* to = &packet;
    std::size_t filled = 0;
    for_each_buffer(packet, [&](Packet& from) {
        for (Bytes left = from.payload(); !left.empty();) {
            if (filled == split_payload_bytes) {
                set_payload_bytes(*to, filled);
                to = to->next_fragment;
                check(to != nullptr, "a repacked payload needs no more buffers than before");
                filled = 0;
            }
            const std::size_t bytes = std::min(left.size(), split_payload_bytes - filled);
            std::uint8_t* const ip = to->carried();
            std::memmove(ip + plain_header_bytes + filled, left.data(), bytes);
            filled += bytes;
            left = left.subspan(bytes);
        }
    });
    set_payload_bytes(*to, filled);
    Packet* const unused = to->next_fragment;
    to->next_fragment = nullptr;
    if (unused != nullptr) release_all(appliance, *unused);
}

std::span<Packet* const> take_apart(Appliance& appliance, Packet& packet, std::span<Packet*> memory) {
    if (packet.made_here)
        split(appliance, packet);
    else
        separate(packet, static_cast<std::uint8_t>(packet.received_ttl - 1)); // what leaves has passed route
    std::size_t count = 0;
    for_each_buffer(packet, [&](Packet& fragment) {
        const std::size_t place = packet.made_here ? count : fragment.arrival;
        check(place < memory.size(), "a datagram has a limited number of fragments");
        memory[place] = &fragment;
        fragment.next_fragment = nullptr;
        ++count;
    });
    return memory.first(count);
}

} // namespace runtime
