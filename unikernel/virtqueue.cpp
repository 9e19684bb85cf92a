#include "unikernel/virtqueue.hpp"
#include "runtime/platform.hpp"
#include "unikernel/cpu.hpp"

#include <algorithm>

namespace unikernel {

namespace {

constexpr std::uint16_t descriptor_write = 2;
constexpr std::uint16_t available_no_interrupt = 1;
constexpr std::uint16_t used_no_notify = 1;

/// What the device writes is read once, and before anything that it announces.
std::uint16_t read_device(const std::uint16_t& word) { return __atomic_load_n(&word, __ATOMIC_ACQUIRE); }

} // namespace

void Virtqueue::start(std::uint16_t entries, Use use, std::uint16_t packets_max) {
    runtime::check(entries != 0 && entries <= max_entries && (entries & (entries - 1)) == 0,
                   "a queue has a size");
    entries_ = entries;
    use_ = use;
    capacity_ = std::min(entries, packets_max);
    free_count_ = capacity_;
    for (std::uint16_t i = 0; i < capacity_; ++i) free_[i] = static_cast<std::uint16_t>(capacity_ - 1 - i);
}

void Virtqueue::offer(runtime::Packet& packet, std::size_t buffer_bytes) {
    runtime::check(free_count_ > 0, "the queue has room");
    runtime::check(buffer_bytes <= buffer_max_bytes, "the buffer lies in the packet");
    const std::uint16_t id = free_[--free_count_];
    owners_[id] = &packet;
    descriptors_[id] = {reinterpret_cast<std::uint64_t>(packet.wire().data() - virtio_header_bytes),
                        static_cast<std::uint32_t>(buffer_bytes),
                        use_ == Use::device_writes ? descriptor_write : std::uint16_t{0}, 0};
    available_.ring[offered_++ & (entries_ - 1)] = id;
}

bool Virtqueue::publish() {
    if (published_ == offered_) return false;
    published_ = offered_;
    __atomic_store_n(&available_.index, offered_, __ATOMIC_RELEASE);
    cpu::fence(); // 2.6.13.4: the index is out before the device's wish is read
    return (read_device(used_.flags) & used_no_notify) == 0;
}

bool Virtqueue::has_returned() const { return read_device(used_.index) != taken_; }

Virtqueue::Returned Virtqueue::take() {
    if (!has_returned()) return {};
    const volatile UsedEntry& entry = used_.ring[taken_ & (entries_ - 1)];
    const std::uint32_t id = entry.id;
    const std::uint32_t bytes = entry.bytes;
    runtime::check(id < entries_ && owners_[id] != nullptr, "the device returns a buffer that it was given");
    runtime::check(bytes <= buffer_max_bytes, "the device stays inside a buffer");
    ++taken_;
    runtime::Packet* const packet = owners_[id];
    owners_[id] = nullptr;
    free_[free_count_++] = static_cast<std::uint16_t>(id);
    return {packet, bytes};
}

QueuePlaces Virtqueue::places() const {
    const auto address = [](const auto& part) { return reinterpret_cast<std::uint64_t>(&part); };
    return {entries_, address(descriptors_), address(available_), address(used_)};
}

void Virtqueue::ask_for_interrupts(bool wanted) {
    __atomic_store_n(&available_.flags, wanted ? std::uint16_t{0} : available_no_interrupt, __ATOMIC_RELEASE);
}

} // namespace unikernel
