// A split virtqueue (virtio 1.1, 2.6): the driver's side of one ring of buffers. It holds packets, one buffer
// each, and trusts nothing that the device writes.
#pragma once
#include "runtime/packet.hpp"

#include <array>
#include <cstdint>

namespace unikernel {

/// The device's own header before each frame (5.1.6), and where it lies: right before the frame.
inline constexpr std::size_t virtio_header_bytes = 12;
inline constexpr std::size_t buffer_max_bytes = virtio_header_bytes + sizeof(runtime::Packet::frame);

/// Where the three parts of a queue lie.
struct QueuePlaces {
    std::uint16_t entries = 0;
    std::uint64_t descriptors = 0, available = 0, used = 0;
};

class Virtqueue {
public:
    static constexpr std::uint16_t max_entries = runtime::ring_packets;
    enum class Use : std::uint8_t { device_reads, device_writes };

    /// A packet that the device is done with, and how many bytes it says it wrote.
    struct Returned {
        runtime::Packet* packet = nullptr;
        std::uint32_t bytes = 0;
    };

    /// `entries` is a power of two up to max_entries. At most `packets_max` of them are ever in use.
    void start(std::uint16_t entries, Use use, std::uint16_t packets_max = max_entries);

    std::uint16_t free_entries() const { return free_count_; }
    /// Whether a burst of packets would find room, or all that the queue ever has.
    bool has_room_for_burst() const {
        return free_count_ >= runtime::burst_packets || free_count_ == capacity_;
    }
    /// Whether the device has seen to everything that it was given.
    bool drained() const { return free_count_ == capacity_; }

    /// Gives the device a packet: `buffer_bytes` from its header on. There must be a free entry. The device
    /// does not see it before publish().
    void offer(runtime::Packet& packet, std::size_t buffer_bytes);
    /// Shows the device what was offered; true when it wants to be notified of that.
    bool publish();

    /// Whether take() would return a packet.
    bool has_returned() const;
    /// The next packet that the device is done with; its packet is nullptr when there is none. Halts when the
    /// device returns what it was not given.
    Returned take();

    void ask_for_interrupts(bool wanted);

    QueuePlaces places() const;

private:
    struct Descriptor {
        std::uint64_t address;
        std::uint32_t bytes;
        std::uint16_t flags, next;
    };
    struct Available {
        std::uint16_t flags, index;
        std::array<std::uint16_t, max_entries> ring;
        std::uint16_t used_event;
    };
    struct UsedEntry {
        std::uint32_t id, bytes;
    };
    struct Used {
        std::uint16_t flags, index;
        std::array<UsedEntry, max_entries> ring;
        std::uint16_t available_event;
    };

    alignas(64) std::array<Descriptor, max_entries> descriptors_{};
    alignas(64) Available available_{};
    alignas(64) Used used_{};

    // What the device cannot reach.
    alignas(
        64) std::array<runtime::Packet*, max_entries> owners_{}; ///< by descriptor, while the device has it
    std::array<std::uint16_t, max_entries> free_{};
    std::uint16_t free_count_ = 0;
    std::uint16_t entries_ = 0;
    std::uint16_t capacity_ = 0; ///< packets that it holds at most
    std::uint16_t offered_ = 0; ///< the next index of the available ring, of which the device may know less
    std::uint16_t published_ = 0;
    std::uint16_t taken_ = 0; ///< the next index of the used ring
    Use use_ = Use::device_reads;
};

} // namespace unikernel
