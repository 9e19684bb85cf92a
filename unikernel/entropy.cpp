#include "unikernel/entropy.hpp"
#include "unikernel/clock.hpp"
#include "unikernel/door_hooks.hpp"
#include "unikernel/random.hpp"
#include "unikernel/serial.hpp"
#include "unikernel/virtio.hpp"

#include <algorithm>
#include <optional>

namespace unikernel::entropy {

namespace {

bool processor_gave = false;
std::optional<VirtioDevice> device; ///< the first there is

template <typename Device>
void find(const Device& found) {
    if (!device) device = found;
}

/// Asks the device once, for a key's worth of bytes; false when it gives none within 100 ms, or has no queue.
bool ask_device() {
    constexpr std::uint64_t feature_version_1 = std::uint64_t{1} << 32;
    constexpr runtime::Time patience_ns = 100'000'000;
    static Virtqueue queue;
    static runtime::Packet buffer;
    if (!virtio::negotiate(*device, feature_version_1)) return false;
    const std::uint16_t entries = virtio::queue_entries(*device, 0);
    if (entries == 0 || (entries & (entries - 1)) != 0) return false;
    queue.start(entries, Virtqueue::Use::device_writes);
    queue.ask_for_interrupts(false);
    const Doorbell bell = virtio::attach(*device, 0, queue, false);
    virtio::go(*device);
    random::Words words{};
    const auto bytes = std::as_writable_bytes(std::span(words));
    queue.offer(buffer, bytes.size());
    if (queue.publish()) bell.ring();
    Virtqueue::Returned returned;
    for (const runtime::Time begin = clock::now(); clock::now() - begin < patience_ns; cpu::pause())
        if ((returned = queue.take()).packet != nullptr) break;
    virtio::reset(*device); // it writes nothing any more
    const std::size_t given = returned.packet == nullptr ? 0 : std::min<std::size_t>(returned.bytes, bytes.size());
    if (given == 0) return false;
    std::copy_n(reinterpret_cast<const std::byte*>(buffer.wire().data() - virtio_header_bytes), given, bytes.begin());
    random::stir(words);
    return true;
}

} // namespace

void gather() {
    if (const auto fixed = door::fixed_seed())
        random::seed(*fixed);
    else
        processor_gave = random::seed();
}

void complete() {
    if (door::fixed_seed()) return;
    virtio_pci::for_each(VirtioType::entropy, find<VirtioPci>);
    virtio_mmio::for_each(VirtioType::entropy, find<VirtioMmio>);
    const bool device_gave = device && ask_device();
    if (processor_gave || device_gave)
        serial::print("random numbers from ", processor_gave ? "the processor, " : "",
                      device_gave ? "virtio-rng, " : "", "clock jitter\n");
    else
        serial::print("random numbers from clock jitter alone: give the machine a CPU with RDRAND, or virtio-rng",
                      device ? " that answers\n" : "\n");
}

} // namespace unikernel::entropy
