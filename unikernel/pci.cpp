#include "unikernel/pci.hpp"
#include "unikernel/cpu.hpp"

namespace unikernel::pci {

namespace {

constexpr std::uint16_t address_port = 0xcf8, data_port = 0xcfc;
constexpr std::uint32_t header_offset = 0x0e, status_offset = 6, secondary_bus_offset = 0x19;
constexpr std::uint16_t no_device = 0xffff;

void select(Function function, std::uint32_t offset) {
    cpu::out32(address_port, function.address | (offset & 0xfc));
}

void visit_bus(std::uint32_t bus, Visitor visit) {
    for (std::uint32_t device = 0; device < 32; ++device) {
        for (std::uint32_t number = 0; number < 8; ++number) {
            const Function function{0x8000'0000 | bus << 16 | device << 11 | number << 8};
            if (read16(function, vendor_offset) == no_device) {
                if (number == 0) break;
                continue;
            }
            const std::uint8_t header = read8(function, header_offset);
            constexpr std::uint8_t bridge = 1, several_functions = 0x80;
            if ((header & 0x7f) == bridge) {
                // Firmware numbers the buses from the root up, so this ends; one it has not numbered is 0.
                const std::uint32_t below = read8(function, secondary_bus_offset);
                if (below > bus) visit_bus(below, visit);
            } else {
                visit(function);
            }
            if (number == 0 && (header & several_functions) == 0) break;
        }
    }
}

} // namespace

std::uint32_t read32(Function function, std::uint32_t offset) {
    select(function, offset);
    return cpu::in32(data_port);
}
std::uint16_t read16(Function function, std::uint32_t offset) {
    select(function, offset);
    return cpu::in16(static_cast<std::uint16_t>(data_port + (offset & 2)));
}
std::uint8_t read8(Function function, std::uint32_t offset) {
    select(function, offset);
    return cpu::in8(static_cast<std::uint16_t>(data_port + (offset & 3)));
}
void write16(Function function, std::uint32_t offset, std::uint16_t value) {
    select(function, offset);
    cpu::out16(static_cast<std::uint16_t>(data_port + (offset & 2)), value);
}

std::uint8_t next_capability(Function function, std::uint8_t previous) {
    constexpr std::uint16_t has_capabilities = 1 << 4;
    if (previous == 0 && (read16(function, status_offset) & has_capabilities) == 0) return 0;
    return read8(function, previous == 0 ? 0x34 : previous + 1u) & 0xfc;
}

std::uint64_t memory_address(Function function, std::uint8_t bar) {
    if (bar > 5) return 0;
    const std::uint32_t low = read32(function, 0x10 + 4u * bar);
    if (low & 1) return 0; // ports
    const bool wide = (low >> 1 & 3) == 2 && bar < 5;
    const std::uint64_t high = wide ? read32(function, 0x14 + 4u * bar) : 0;
    return high << 32 | (low & ~15u);
}

void for_each(Visitor visit) { visit_bus(0, visit); }

} // namespace unikernel::pci
