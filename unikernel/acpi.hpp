// What ACPI's tables say about the machine: how to turn it off, a clock, the interrupt controllers.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace unikernel::acpi {

struct IoApic {
    std::uint64_t address = 0;
    std::uint32_t first_interrupt = 0; ///< the global number of its first input
};

struct Tables {
    std::uint16_t timer_port = 0;   ///< 3.579545 MHz, at least 24 bits; 0 for none
    std::uint16_t control_port = 0; ///< PM1a control register; 0 for none
    /// Address of the sleep control register of reduced hardware; 0 for none.
    std::uint64_t sleep_register = 0;
    std::uint64_t dsdt = 0; ///< address of the byte code
    std::array<IoApic, 4> io_apics{};
    std::size_t io_apic_count = 0;

    std::span<const IoApic> controllers() const { return {io_apics.data(), io_apic_count}; }
};

/// Reads the tables that start at the root pointer; all zero when that is 0 or they make no sense.
void read(std::uint64_t rsdp_address);
const Tables& tables();
/// What to write into the control or sleep register for the state S5, which is off.
std::uint8_t off_type();

} // namespace unikernel::acpi
