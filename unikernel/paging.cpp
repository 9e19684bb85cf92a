#include "unikernel/paging.hpp"
#include "runtime/platform.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/image.hpp"

#include <array>

namespace unikernel::paging {

namespace {

constexpr std::uint64_t present = 1 << 0;
constexpr std::uint64_t writable = 1 << 1;
constexpr std::uint64_t write_through = 1 << 3;
constexpr std::uint64_t cache_disabled = 1 << 4;
constexpr std::uint64_t large = 1 << 7;
constexpr std::uint64_t no_execute = std::uint64_t{1} << 63;
constexpr std::uint64_t address_mask = 0x000f'ffff'ffff'f000;

constexpr std::uint64_t large_page_bytes = 512 * page_bytes;

struct alignas(page_bytes) Table {
    std::array<std::uint64_t, 512> entries;
};

// Enough for the image, the devices' registers and the ACPI tables; the first one is the root.
std::array<Table, 48> tables;
std::size_t tables_used = 1;

std::uint64_t rights(Access access) {
    switch (access) {
    case Access::execute:
        return present;
    case Access::read:
        return present | no_execute;
    case Access::write:
        return present | writable | no_execute;
    case Access::device:
        return present | writable | no_execute | cache_disabled | write_through;
    }
    __builtin_unreachable();
}

/// The entry for an address, `levels` tables below the root; the tables between are made where they lack.
/// Nothing when a large page holds the address already.
std::uint64_t* entry(std::uint64_t address, int levels) {
    Table* table = &tables[0];
    for (int level = 0;; ++level) {
        std::uint64_t& slot = table->entries[address >> (39 - 9 * level) & 511];
        if (level == levels) return &slot;
        if (slot & large) return nullptr;
        if (slot == 0) {
            runtime::check(tables_used < tables.size(), "there are page tables left");
            slot = address_of(&tables[tables_used++]) | present | writable;
        }
        table = reinterpret_cast<Table*>(slot & address_mask);
    }
}

void map_symbols(const char* begin, const char* end, Access access) {
    map(address_of(begin), static_cast<std::uint64_t>(end - begin), access);
}

/// Three more walls where the processor has them: the kernel neither runs nor reads what a user page holds
/// (there is none), and user code could not read the descriptor tables.
void harden() {
    constexpr std::uint64_t umip = 1 << 11, smep = 1 << 20, smap = 1 << 21;
    if (cpu::cpuid(0).a < 7) return;
    const cpu::Cpuid features = cpu::cpuid(7);
    std::uint64_t cr4 = cpu::read_cr4();
    if (features.c & 1u << 2) cr4 |= umip;
    if (features.b & 1u << 7) cr4 |= smep;
    if (features.b & 1u << 20) cr4 |= smap;
    cpu::write_cr4(cr4);
}

} // namespace

void protect() {
    map_symbols(image_begin, code_end, Access::execute);
    map_symbols(code_end, constants_end, Access::read);
    map_symbols(constants_end, data_end, Access::write);
    map_symbols(double_fault_stack_begin, double_fault_stack_end, Access::write);
    map_symbols(fault_stack_begin, fault_stack_end, Access::write);
    map_symbols(stack_begin, stack_end, Access::write);
    map_symbols(zeroes_begin, image_end, Access::write);
    cpu::write_cr3(address_of(&tables[0]));
    harden();
}

void map(std::uint64_t begin, std::uint64_t bytes, Access access) {
    // The upper half of the address space has its sign extended; no device or memory lies that high.
    runtime::check(begin < std::uint64_t{1} << 47 && bytes < std::uint64_t{1} << 40, "a mappable address");
    const std::uint64_t end = begin + bytes;
    std::uint64_t at = begin & ~(page_bytes - 1);
    while (at < end) {
        const bool whole = at % large_page_bytes == 0 && end - at >= large_page_bytes;
        std::uint64_t* const slot = entry(at, whole ? 2 : 3);
        if (slot != nullptr && *slot == 0) *slot = at | rights(access) | (whole ? large : 0);
        at += whole ? large_page_bytes : page_bytes;
    }
}

} // namespace unikernel::paging
