#include "unikernel/virtio.hpp"

#include <algorithm>

namespace unikernel::virtio {

namespace {

// 2.1
constexpr std::uint8_t acknowledged = 1, driver = 2, driver_ok = 4, features_ok = 8;

void add_status(const VirtioDevice& device, std::uint8_t bits) {
    std::visit([&](const auto& bus) { bus.set_status(bus.status() | bits); }, device);
}
std::uint8_t status(const VirtioDevice& device) {
    return std::visit([](const auto& bus) { return bus.status(); }, device);
}

} // namespace

std::uint8_t read_config(const VirtioDevice& device, std::uint32_t offset) {
    return std::visit([&](const auto& bus) { return bus.config(offset); }, device);
}

bool negotiate(const VirtioDevice& device, std::uint64_t wanted) {
    reset(device);
    add_status(device, acknowledged);
    add_status(device, driver);
    const std::uint64_t offered = std::visit([](const auto& bus) { return bus.features(); }, device);
    if ((offered & wanted) != wanted) return false;
    std::visit([&](const auto& bus) { bus.set_features(wanted); }, device);
    add_status(device, features_ok);
    return status(device) & features_ok;
}

std::uint16_t queue_entries(const VirtioDevice& device, std::uint16_t index) {
    const std::uint32_t most =
        std::visit([&](const auto& bus) { return bus.queue_max_entries(index); }, device);
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(most, Virtqueue::max_entries));
}

Doorbell attach(const VirtioDevice& device, std::uint16_t index, const Virtqueue& queue, bool interrupts) {
    return {
        std::visit([&](const auto& bus) { return bus.set_queue(index, queue.places(), interrupts); }, device),
        index, std::holds_alternative<VirtioMmio>(device)};
}

void go(const VirtioDevice& device) { add_status(device, driver_ok); }

void reset(const VirtioDevice& device) {
    std::visit([](const auto& bus) { bus.set_status(0); }, device);
    // 4.1.4.3.2: a PCI device says when it is done. It is given a bounded time: this also runs when all is
    // lost.
    for (int patience = 100'000; status(device) != 0 && patience > 0; --patience) cpu::pause();
}

void acknowledge(const VirtioDevice& device) {
    std::visit([](const auto& bus) { bus.acknowledge(); }, device);
}

} // namespace unikernel::virtio
