#include "unikernel/poweroff.hpp"
#include "unikernel/acpi.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/nics.hpp"
#include "unikernel/paging.hpp"
#include "unikernel/serial.hpp"

namespace unikernel::poweroff {

namespace {

constexpr std::uint16_t exit_port = 0xf4;
constexpr std::uint16_t keyboard_port = 0x64;
constexpr std::uint8_t reset_line = 0xfe;

void debug_exit(std::uint8_t value) {
    // The device reads as zero, a port without one as all ones.
    if (cpu::in8(exit_port) != 0xff) cpu::out32(exit_port, value);
}

void acpi_off() {
    const acpi::Tables& tables = acpi::tables();
    const std::uint8_t off_type = acpi::off_type();
    if (tables.sleep_register != 0) { // ACPI 4.8.3.7: SLP_EN is bit 5, SLP_TYP bits 2 to 4
        paging::map(tables.sleep_register, 1, paging::Access::device);
        cpu::store<std::uint8_t>(tables.sleep_register, static_cast<std::uint8_t>(1 << 5 | off_type << 2));
    }
    if (tables.control_port != 0) // ACPI 4.8.3.2.1: SLP_EN is bit 13, SLP_TYP bits 10 to 12
        cpu::out16(tables.control_port, static_cast<std::uint16_t>(1 << 13 | off_type << 10));
}

/// With -no-reboot QEMU ends when the machine resets.
[[noreturn]] void reset() {
    cpu::out8(keyboard_port, reset_line);
    cpu::load_idt({0, 0}); // no handler is left, so the next exception shuts the processor down
    __builtin_trap();
}

} // namespace

void off() {
    nics::stop();
    serial::set_pace(serial::Pace::prompt);
    debug_exit(off_value);
    acpi_off();
    reset();
}

void fail() {
    static bool failing = false;
    if (!failing) { // a fault in stop() comes here again
        failing = true;
        nics::stop();
        serial::set_pace(serial::Pace::prompt);
    }
    debug_exit(fail_value);
    cpu::stop();
}

} // namespace unikernel::poweroff
