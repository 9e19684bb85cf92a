// virtio over MMIO, version 2 of its registers (virtio 1.1, 4.2.2).
#pragma once
#include "unikernel/virtio_type.hpp"
#include "unikernel/virtqueue.hpp"

#include <cstdint>

namespace unikernel {

struct VirtioMmio {
    std::uint64_t registers = 0;
    std::uint32_t interrupt = 0;

    std::uint8_t status() const;
    void set_status(std::uint8_t value) const;
    std::uint64_t features() const;
    void set_features(std::uint64_t value) const;
    std::uint8_t config(std::uint32_t offset) const;
    std::uint32_t queue_max_entries(std::uint16_t index) const;
    /// Returns the address of the queue's doorbell.
    std::uint64_t set_queue(std::uint16_t index, const QueuePlaces& places, bool interrupts) const;
    void acknowledge() const;
};

namespace virtio_mmio {

/// Calls `visit` for each device of that type, by descending address: that is the order QEMU was given them.
/// The kernel command line says where they are, or else they are looked for where QEMU's microvm has them.
using Visitor = void (*)(const VirtioMmio&);
void for_each(VirtioType type, Visitor visit);

} // namespace virtio_mmio

} // namespace unikernel
