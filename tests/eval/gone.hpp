// What left a machine, in a few words.
#pragma once
#include "compiler/eval/chains.hpp"
#include "tests/eval/frames.hpp"

#include <catch2/catch.hpp>

namespace frames {

/// Addresses and ports of the one packet that left: "10.55.1.1:40000 > 192.168.0.10:80".
inline std::string gone(const eval::Result& result) {
    if (result.out.size() != 1) return std::to_string(result.out.size()) + " packets";
    const Bytes bytes = datagram(result.out[0].bytes);
    const eval::Datagram packet(bytes);
    CHECK_FALSE(eval::transport_fault(packet));
    CHECK(eval::checksum(packet.bytes().first(packet.header_bytes())) == 0);
    const auto end = [&](model::Field address, model::Ipv4Address value, std::size_t at) {
        return eval::show(address, value) + ":" + std::to_string(eval::get16(packet.payload(), at));
    };
    return end(model::Field::ip_saddr, packet.source(), 0) + " > " +
           end(model::Field::ip_daddr, packet.destination(), 2);
}

} // namespace frames
