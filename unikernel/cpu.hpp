// The instructions that C++ has no words for.
#pragma once
#include <cstdint>
#include <optional>

namespace unikernel::cpu {

inline void out8(std::uint16_t port, std::uint8_t value) {
    asm volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}
inline void out16(std::uint16_t port, std::uint16_t value) {
    asm volatile("outw %0, %1" ::"a"(value), "Nd"(port));
}
inline void out32(std::uint16_t port, std::uint32_t value) {
    asm volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

inline std::uint8_t in8(std::uint16_t port) {
    std::uint8_t value = 0;
    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
inline std::uint16_t in16(std::uint16_t port) {
    std::uint16_t value = 0;
    asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
inline std::uint32_t in32(std::uint16_t port) {
    std::uint32_t value = 0;
    asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/// Registers of a device in memory.
template <typename Word>
void store(std::uint64_t address, Word value) {
    *reinterpret_cast<volatile Word*>(address) = value;
}
template <typename Word>
Word load(std::uint64_t address) {
    return *reinterpret_cast<volatile const Word*>(address);
}

inline std::uint64_t tsc() {
    std::uint32_t low = 0, high = 0;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return std::uint64_t{high} << 32 | low;
}

struct Cpuid {
    std::uint32_t a = 0, b = 0, c = 0, d = 0;
};
inline Cpuid cpuid(std::uint32_t leaf) {
    Cpuid result;
    asm volatile("cpuid"
                 : "=a"(result.a), "=b"(result.b), "=c"(result.c), "=d"(result.d)
                 : "a"(leaf), "c"(0));
    return result;
}

inline std::uint64_t read_msr(std::uint32_t msr) {
    std::uint32_t low = 0, high = 0;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return std::uint64_t{high} << 32 | low;
}
inline void write_msr(std::uint32_t msr, std::uint64_t value) {
    asm volatile("wrmsr" ::"c"(msr), "a"(static_cast<std::uint32_t>(value)),
                 "d"(static_cast<std::uint32_t>(value >> 32)));
}

inline std::uint64_t read_cr2() {
    std::uint64_t value = 0;
    asm volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}
inline void write_cr3(std::uint64_t value) { asm volatile("mov %0, %%cr3" ::"r"(value) : "memory"); }
inline std::uint64_t read_cr4() {
    std::uint64_t value = 0;
    asm volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}
inline void write_cr4(std::uint64_t value) { asm volatile("mov %0, %%cr4" ::"r"(value) : "memory"); }

/// The operand of lidt.
struct [[gnu::packed]] TablePointer {
    std::uint16_t limit = 0;
    std::uint64_t base = 0;
};
inline void load_idt(const TablePointer& table) { asm volatile("lidt %0" ::"m"(table)); }
inline void load_task(std::uint16_t selector) { asm volatile("ltr %0" ::"r"(selector)); }

/// What hardware may refuse now and then; nothing after ten refusals in a row (Intel's advice).
inline std::optional<std::uint64_t> rdrand() {
    for (int attempt = 0; attempt < 10; ++attempt) {
        std::uint64_t value = 0;
        bool good = false;
        asm volatile("rdrand %0" : "=r"(value), "=@ccc"(good));
        if (good) return value;
    }
    return std::nullopt;
}
inline std::optional<std::uint64_t> rdseed() {
    for (int attempt = 0; attempt < 10; ++attempt) {
        std::uint64_t value = 0;
        bool good = false;
        asm volatile("rdseed %0" : "=r"(value), "=@ccc"(good));
        if (good) return value;
    }
    return std::nullopt;
}

inline void pause() { asm volatile("pause"); }
/// Orders a store before a later load, which x86 alone does not.
inline void fence() { asm volatile("mfence" ::: "memory"); }

/// Sleeps until an interrupt. One that is already waiting is taken after `hlt` has begun, so none is lost.
inline void sleep() { asm volatile("sti; hlt; cli" ::: "memory"); }
[[noreturn]] inline void stop() {
    for (;;) asm volatile("cli; hlt");
}

} // namespace unikernel::cpu
