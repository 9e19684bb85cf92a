#include "unikernel/virtio_mmio.hpp"
#include "unikernel/acpi.hpp"
#include "unikernel/apic.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/paging.hpp"
#include "unikernel/serial.hpp"
#include "unikernel/start_info.hpp"

#include <array>
#include <charconv>
#include <span>
#include <string_view>

namespace unikernel {

namespace {

enum Register : std::uint32_t {
    magic_value = 0x000,
    version = 0x004,
    device_id = 0x008,
    device_features = 0x010,
    device_features_select = 0x014,
    driver_features = 0x020,
    driver_features_select = 0x024,
    queue_select = 0x030,
    queue_size_max = 0x034,
    queue_size = 0x038,
    queue_ready = 0x044,
    queue_notify = 0x050,
    interrupt_status = 0x060,
    interrupt_acknowledge = 0x064,
    device_status = 0x070,
    queue_descriptors = 0x080,
    queue_driver = 0x090,
    queue_device = 0x0a0,
    device_config = 0x100,
};

std::uint32_t read(std::uint64_t registers, std::uint32_t at) {
    return cpu::load<std::uint32_t>(registers + at);
}
void write(std::uint64_t registers, std::uint32_t at, std::uint32_t value) {
    cpu::store(registers + at, value);
}
void write64(std::uint64_t registers, std::uint32_t at, std::uint64_t value) {
    write(registers, at, static_cast<std::uint32_t>(value));
    write(registers, at + 4, static_cast<std::uint32_t>(value >> 32));
}

} // namespace

std::uint8_t VirtioMmio::status() const { return static_cast<std::uint8_t>(read(registers, device_status)); }
void VirtioMmio::set_status(std::uint8_t value) const { write(registers, device_status, value); }

std::uint64_t VirtioMmio::features() const {
    write(registers, device_features_select, 1);
    const std::uint64_t high = read(registers, device_features);
    write(registers, device_features_select, 0);
    return high << 32 | read(registers, device_features);
}
void VirtioMmio::set_features(std::uint64_t value) const {
    write(registers, driver_features_select, 0);
    write(registers, driver_features, static_cast<std::uint32_t>(value));
    write(registers, driver_features_select, 1);
    write(registers, driver_features, static_cast<std::uint32_t>(value >> 32));
}

std::uint8_t VirtioMmio::config(std::uint32_t offset) const {
    return cpu::load<std::uint8_t>(registers + device_config + offset);
}

std::uint32_t VirtioMmio::queue_max_entries(std::uint16_t index) const {
    write(registers, queue_select, index);
    return read(registers, queue_size_max);
}

std::uint64_t VirtioMmio::set_queue(std::uint16_t index, const QueuePlaces& places, bool interrupts) const {
    write(registers, queue_select, index);
    write(registers, queue_size, places.entries);
    write64(registers, queue_descriptors, places.descriptors);
    write64(registers, queue_driver, places.available);
    write64(registers, queue_device, places.used);
    write(registers, queue_ready, 1);
    if (interrupts) apic::route(interrupt);
    return registers + queue_notify;
}

void VirtioMmio::acknowledge() const {
    const std::uint32_t pending = read(registers, interrupt_status);
    if (pending != 0) write(registers, interrupt_acknowledge, pending);
}

namespace virtio_mmio {

namespace {

constexpr std::size_t max_devices = 32;

/// The devices that the machine may have; most slots are empty.
struct Places {
    std::array<VirtioMmio, max_devices> slots{};
    std::size_t count = 0;

    void add(std::uint64_t registers, std::uint64_t interrupt) {
        if (count == slots.size()) return;
        // Kept by descending address.
        std::size_t at = count++;
        for (; at > 0 && slots[at - 1].registers < registers; --at) slots[at] = slots[at - 1];
        slots[at] = {registers, static_cast<std::uint32_t>(interrupt)};
    }
};

/// One number, decimal or hexadecimal after 0x, and what follows it.
std::uint64_t number(std::string_view& text) {
    const bool hexadecimal = text.starts_with("0x");
    if (hexadecimal) text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    return value;
}

/// Each `virtio_mmio.device=<size>@<address>:<interrupt>`, as Linux writes it.
void read_command_line(Places& places) {
    constexpr std::string_view key = "virtio_mmio.device=";
    std::string_view line = start_info::command_line();
    for (std::size_t at = line.find(key); at != line.npos; at = line.find(key)) {
        line.remove_prefix(at + key.size());
        const std::size_t address = line.find('@');
        if (address == line.npos) return;
        line.remove_prefix(address + 1);
        const std::uint64_t registers = number(line);
        if (!line.starts_with(':')) continue;
        line.remove_prefix(1);
        places.add(registers, number(line));
    }
}

/// QEMU's microvm: 24 slots of 512 bytes, on the inputs of the second I/O APIC or, without one, of the first.
void read_microvm(Places& places) {
    constexpr std::uint64_t first_slot = 0xfeb0'0000, slot_bytes = 512, slots = 24;
    constexpr std::uint64_t second_controller = 24, only_controller = 16;
    std::uint64_t first_interrupt = only_controller;
    for (const acpi::IoApic& controller : acpi::tables().controllers())
        if (controller.first_interrupt == second_controller) first_interrupt = second_controller;
    for (std::uint64_t slot = 0; slot < slots; ++slot)
        places.add(first_slot + slot * slot_bytes, first_interrupt + slot);
}

bool is_of(VirtioType type, const VirtioMmio& device) {
    constexpr std::uint32_t magic = 0x7472'6976;
    paging::map(device.registers, 512, paging::Access::device);
    if (read(device.registers, magic_value) != magic) return false;
    if (read(device.registers, device_id) != static_cast<std::uint32_t>(type)) return false;
    if (read(device.registers, version) == 2) return true;
    serial::print("virtio device at ", serial::Hex{device.registers},
                  " is a legacy device: start QEMU with -global virtio-mmio.force-legacy=false\n");
    return false;
}

} // namespace

void for_each(VirtioType type, Visitor visit) {
    Places places;
    read_command_line(places);
    if (places.count == 0) read_microvm(places);
    for (const VirtioMmio& device : std::span(places.slots.data(), places.count))
        if (is_of(type, device)) visit(device);
}

} // namespace virtio_mmio

} // namespace unikernel
