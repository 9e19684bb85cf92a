#include "unikernel/virtio_pci.hpp"
#include "runtime/platform.hpp"
#include "unikernel/apic.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/descriptors.hpp"
#include "unikernel/paging.hpp"
#include "unikernel/serial.hpp"

namespace unikernel {

namespace {

// The common configuration, 4.1.4.3.
enum Register : std::uint32_t {
    device_feature_select = 0,
    device_feature = 4,
    driver_feature_select = 8,
    driver_feature = 12,
    config_message = 16,
    device_status = 20,
    queue_select = 22,
    queue_size = 24,
    queue_message = 26,
    queue_enable = 28,
    queue_notify_offset = 30,
    queue_descriptors = 32,
    queue_driver = 40,
    queue_device = 48,
};
constexpr std::uint64_t common_bytes = 56;
constexpr std::uint64_t config_bytes = 12; // of a NIC, as far as we read it
constexpr std::uint16_t no_message = 0xffff;

template <typename Word>
Word read(std::uint64_t block, std::uint32_t at) {
    return cpu::load<Word>(block + at);
}
template <typename Word>
void write(std::uint64_t block, std::uint32_t at, Word value) {
    cpu::store<Word>(block + at, value);
}
/// 64-bit registers are written as two halves, which every device takes.
void write64(std::uint64_t block, std::uint32_t at, std::uint64_t value) {
    write(block, at, static_cast<std::uint32_t>(value));
    write(block, at + 4, static_cast<std::uint32_t>(value >> 32));
}

} // namespace

std::uint8_t VirtioPci::status() const { return read<std::uint8_t>(common, device_status); }
void VirtioPci::set_status(std::uint8_t value) const { write(common, device_status, value); }

std::uint64_t VirtioPci::features() const {
    write<std::uint32_t>(common, device_feature_select, 1);
    const std::uint64_t high = read<std::uint32_t>(common, device_feature);
    write<std::uint32_t>(common, device_feature_select, 0);
    return high << 32 | read<std::uint32_t>(common, device_feature);
}
void VirtioPci::set_features(std::uint64_t value) const {
    write<std::uint32_t>(common, driver_feature_select, 0);
    write(common, driver_feature, static_cast<std::uint32_t>(value));
    write<std::uint32_t>(common, driver_feature_select, 1);
    write(common, driver_feature, static_cast<std::uint32_t>(value >> 32));
}

std::uint8_t VirtioPci::config(std::uint32_t offset) const { return read<std::uint8_t>(device, offset); }

std::uint32_t VirtioPci::queue_max_entries(std::uint16_t index) const {
    write(common, queue_select, index);
    return read<std::uint16_t>(common, queue_size);
}

std::uint64_t VirtioPci::set_queue(std::uint16_t index, const QueuePlaces& places, bool interrupts) const {
    write(common, config_message, no_message);
    write(common, queue_select, index);
    write(common, queue_size, places.entries);
    write(common, queue_message, interrupts && has_messages ? std::uint16_t{0} : no_message);
    write64(common, queue_descriptors, places.descriptors);
    write64(common, queue_driver, places.available);
    write64(common, queue_device, places.used);
    const std::uint64_t offset =
        std::uint64_t{read<std::uint16_t>(common, queue_notify_offset)} * notify_multiplier;
    runtime::check(offset + 2 <= notify_bytes, "a doorbell lies among the doorbells");
    write<std::uint16_t>(common, queue_enable, 1);
    return notify + offset;
}

namespace virtio_pci {

namespace {

enum Part : std::uint8_t { common_part = 1, notify_part = 2, device_part = 4 };

/// One block of registers: a vendor capability names a BAR, an offset and a length (4.1.4).
struct Block {
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
};
Block block(pci::Function function, std::uint8_t capability) {
    const std::uint64_t base = pci::memory_address(function, pci::read8(function, capability + 4u));
    if (base == 0) return {};
    return {base + pci::read32(function, capability + 8u), pci::read32(function, capability + 12u)};
}

std::uint64_t map(const Block& where, std::uint64_t needed_bytes) {
    if (where.address == 0 || where.bytes < needed_bytes) return 0;
    paging::map(where.address, needed_bytes, paging::Access::device);
    return where.address;
}

/// Makes entry 0 of the device's MSI-X table wake this processor (PCI 3.0, 6.8.2).
void enable_messages(pci::Function function, std::uint8_t capability) {
    const std::uint32_t place = pci::read32(function, capability + 4u);
    const std::uint64_t base = pci::memory_address(function, place & 7);
    if (base == 0) return;
    const std::uint64_t entry = base + (place & ~7u);
    paging::map(entry, 16, paging::Access::device);
    cpu::store<std::uint32_t>(entry, apic::message_address & 0xffff'ffff);
    cpu::store<std::uint32_t>(entry + 4, 0);
    cpu::store<std::uint32_t>(entry + 8, descriptors::nic_vector);
    cpu::store<std::uint32_t>(entry + 12, 0); // unmasked
    constexpr std::uint16_t enable = 1 << 15, all_masked = 1 << 14;
    const std::uint16_t control = pci::read16(function, capability + 2u);
    pci::write16(function, capability + 2u, static_cast<std::uint16_t>((control | enable) & ~all_masked));
}

void add_part(VirtioPci& device, std::uint8_t capability) {
    const Block where = block(device.function, capability);
    switch (pci::read8(device.function, capability + 3u)) {
    case common_part:
        if (device.common == 0) device.common = map(where, common_bytes);
        break;
    case device_part:
        if (device.device == 0) device.device = map(where, config_bytes);
        break;
    case notify_part:
        if (device.notify != 0) break;
        device.notify = map(where, where.bytes);
        device.notify_bytes = where.bytes;
        device.notify_multiplier = pci::read32(device.function, capability + 16u);
        break;
    default:
        break;
    }
}

VirtioType wanted;
Visitor visit_wanted;

/// 4.1.2: a device of today, or one that can also be one of before virtio 1.
bool is_wanted(pci::Function function) {
    constexpr std::uint16_t virtio_vendor = 0x1af4, transitional_net = 0x1000, transitional_entropy = 0x1005;
    const auto modern = static_cast<std::uint16_t>(0x1040 + static_cast<std::uint16_t>(wanted));
    const auto transitional = wanted == VirtioType::network ? transitional_net : transitional_entropy;
    const std::uint16_t device_id = pci::read16(function, pci::device_offset);
    return pci::read16(function, pci::vendor_offset) == virtio_vendor &&
           (device_id == transitional || device_id == modern);
}

void visit(pci::Function function) {
    if (!is_wanted(function)) return;
    const std::uint16_t command = pci::read16(function, pci::command_offset);
    pci::write16(function, pci::command_offset,
                 static_cast<std::uint16_t>(command | pci::memory_enable | pci::master_enable |
                                            pci::interrupt_disable));

    VirtioPci device;
    device.function = function;
    constexpr std::uint8_t vendor_capability = 0x09, messages_capability = 0x11;
    std::uint8_t at = 0;
    for (int count = 0; count < 48; ++count) { // no more fit into the configuration space
        at = pci::next_capability(function, at);
        if (at == 0) break;
        const std::uint8_t kind = pci::read8(function, at);
        if (kind == vendor_capability) add_part(device, at);
        if (kind == messages_capability) {
            enable_messages(function, at);
            device.has_messages = true;
        }
    }
    const bool has_config = device.device != 0 || wanted == VirtioType::entropy; // which has none
    if (device.common != 0 && device.notify != 0 && has_config)
        visit_wanted(device);
    else
        serial::print("virtio device at PCI device ", std::uint64_t{function.address >> 11 & 31},
                      " is a legacy device: start QEMU without disable-modern=on\n");
}

} // namespace

void for_each(VirtioType type, Visitor visitor) {
    wanted = type;
    visit_wanted = visitor;
    pci::for_each(visit);
}

} // namespace virtio_pci

} // namespace unikernel
