// virtio over PCI, by the capabilities of a modern device (virtio 1.1, 4.1.4).
#pragma once
#include "unikernel/pci.hpp"
#include "unikernel/virtio_type.hpp"
#include "unikernel/virtqueue.hpp"

namespace unikernel {

struct VirtioPci {
    // Addresses of the register blocks, and their lengths as far as we look.
    std::uint64_t common = 0;
    std::uint64_t notify = 0;
    std::uint64_t device = 0;
    std::uint64_t notify_bytes = 0;
    std::uint32_t notify_multiplier = 0;
    bool has_messages = false; ///< MSI-X: its first entry is ours
    pci::Function function;

    std::uint8_t status() const;
    void set_status(std::uint8_t value) const;
    std::uint64_t features() const;
    void set_features(std::uint64_t value) const;
    std::uint8_t config(std::uint32_t offset) const;
    std::uint32_t queue_max_entries(std::uint16_t index) const;
    /// Returns the address of the queue's doorbell.
    std::uint64_t set_queue(std::uint16_t index, const QueuePlaces& places, bool interrupts) const;
    void acknowledge() const {} ///< messages hold no line
};

namespace virtio_pci {

/// Calls `visit` for each device of that type, by ascending device number: that is the order QEMU was given them.
using Visitor = void (*)(const VirtioPci&);
void for_each(VirtioType type, Visitor visit);

} // namespace virtio_pci

} // namespace unikernel
