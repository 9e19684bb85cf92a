// A virtio device of version 1, whatever bus it sits on.
#pragma once
#include "unikernel/cpu.hpp"
#include "unikernel/virtio_mmio.hpp"
#include "unikernel/virtio_pci.hpp"
#include "unikernel/virtqueue.hpp"

#include <variant>

namespace unikernel {

using VirtioDevice = std::variant<VirtioMmio, VirtioPci>;

/// The register that tells a device that one of its queues has something new.
struct Doorbell {
    std::uint64_t address = 0;
    std::uint16_t queue = 0;
    bool wide = false; ///< 32 bits, as MMIO wants, or 16

    void ring() const {
        if (wide)
            cpu::store<std::uint32_t>(address, queue);
        else
            cpu::store<std::uint16_t>(address, queue);
    }
};

} // namespace unikernel

namespace unikernel::virtio {

std::uint8_t read_config(const VirtioDevice& device, std::uint32_t offset);

/// Resets the device and agrees on `wanted` features; false when it lacks one of them (3.1.1, steps 1 to 6).
bool negotiate(const VirtioDevice& device, std::uint64_t wanted);
/// How many entries the queue has with us.
std::uint16_t queue_entries(const VirtioDevice& device, std::uint16_t index);
/// Shows the device a started queue.
Doorbell attach(const VirtioDevice& device, std::uint16_t index, const Virtqueue& queue, bool interrupts);
/// From here on the device works.
void go(const VirtioDevice& device);
/// From here on it touches no memory of ours.
void reset(const VirtioDevice& device);
/// Lowers the interrupt line that the device holds.
void acknowledge(const VirtioDevice& device);

} // namespace unikernel::virtio
