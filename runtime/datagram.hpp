// Packets in several buffers. A reassembled datagram is its fragment at offset 0, which stands for all of them:
// its header is made to read as that of the whole, so that no reader needs to know; the others hang on it by
// next_fragment, as they came. An echo reply longer than the MTU is made alike, and split when it leaves.
#pragma once
#include "runtime/appliance.hpp"

namespace runtime {

/// Runs `work(buffer)` on each buffer of a packet, by offset. `work` may give the buffer away.
template <typename Work> void for_each_buffer(Packet& packet, Work work) {
    for (Packet* at = &packet; at != nullptr;) {
        Packet& buffer = *at;
        at = buffer.next_fragment;
        work(buffer);
    }
}

std::size_t buffer_count(const Packet& packet);
/// Of the whole packet.
std::size_t payload_bytes(const Packet& packet);
/// Sums the 16-bit words of the payload's first `bytes` bytes (see checksum.hpp).
std::uint32_t sum_payload(const Packet& packet, std::size_t bytes, std::uint32_t sum = 0);
/// Two bytes of the payload at an even offset, in whichever buffer they are; nothing beyond its end.
MutableBytes payload_word(Packet& packet, std::size_t at);
/// The payload from its start on: where it is when it lies in one piece, else what of it fits into `scratch`.
Bytes payload_start(const Packet& packet, MutableBytes scratch);

/// Gives back all buffers of a packet.
void release_all(Appliance& appliance, Packet& packet);

/// Makes the first of all fragments of a datagram stand for them. False when the whole is longer than any datagram.
bool join(Packet& first);

/// Back to the first fragment alone, as it came: what an answer is about. The other buffers are given back.
void reduce_to_first(Appliance& appliance, Packet& packet);

/// Moves the payload together behind headers of 20 bytes, so that every buffer but the last carries as much as
/// the MTU allows. Buffers that are left over are given back. The headers are the caller's to write.
void repack(Appliance& appliance, Packet& packet);

/// A packet of several buffers as it goes onto the wire: its fragments in the order they came, or, made here, split.
std::span<Packet* const> take_apart(Appliance& appliance, Packet& packet, std::span<Packet*> memory);

} // namespace runtime
