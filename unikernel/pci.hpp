// PCI: finding devices, their capabilities and their memory, through the configuration ports.
#pragma once
#include <cstdint>

namespace unikernel::pci {

/// Bus, device and function, as the address port wants them.
struct Function {
    std::uint32_t address = 0;
};

std::uint32_t read32(Function function, std::uint32_t offset);
std::uint16_t read16(Function function, std::uint32_t offset);
std::uint8_t read8(Function function, std::uint32_t offset);
void write16(Function function, std::uint32_t offset, std::uint16_t value);

inline constexpr std::uint32_t vendor_offset = 0, device_offset = 2, command_offset = 4;
inline constexpr std::uint16_t memory_enable = 2, master_enable = 4, interrupt_disable = 1 << 10;

/// The capability after the one at `previous` (0: the first one); 0 when there is none.
std::uint8_t next_capability(Function function, std::uint8_t previous);

/// The address that a base address register of memory holds; 0 for none or one of ports.
std::uint64_t memory_address(Function function, std::uint8_t bar);

/// Calls `visit` for each function there is, by ascending device number; bridges are followed where they
/// stand.
using Visitor = void (*)(Function);
void for_each(Visitor visit);

} // namespace unikernel::pci
