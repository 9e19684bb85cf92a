// FAULT_* says which mistake.
#include "tests/unikernel/fault.hpp"
#include "runtime/platform.hpp"
#include "unikernel/image.hpp"

#include <cstdint>
#include <cstring>

namespace {

#if defined(FAULT_STACK)
/// Not a tail call, nothing the compiler can turn into a loop, and as far as it knows it ends.
[[gnu::noinline]] int recurse(volatile int* depth) {
    if (*depth < 0) return 0;
    volatile int here[64];
    here[*depth % 64] = *depth;
    *depth = *depth + 1;
    return recurse(depth) + here[*depth % 64];
}
#elif defined(FAULT_CANARY)
[[gnu::noinline]] void overflow(std::size_t bytes) {
    char text[16];
    asm volatile("rep stosb" ::"D"(text), "c"(bytes), "a"(0x41) : "memory");
}
#elif defined(FAULT_EXECUTE)
std::uint8_t code[] = {0xc3};
#elif defined(FAULT_CONSTANT) || defined(FAULT_RUN_CONSTANT)
const std::uint8_t constant[] = {0xc3};
#elif defined(FAULT_GUARD_MAIN) || defined(FAULT_GUARD_FAULT) || defined(FAULT_GUARD_DOUBLE)
/// What the byte below a stack holds, if it may be read.
void read_below(const char* stack) {
    static_cast<void>(*reinterpret_cast<const volatile char*>(unikernel::address_of(stack) - 1));
}
#elif defined(FAULT_SMEP) || defined(FAULT_SMAP) || defined(FAULT_UMIP)
/// Opens a page to user code, which no table of ours does.
void give_to_user(const void* page) {
    constexpr std::uint64_t user = 1 << 2, large = 1 << 7, address_bits = 0x000f'ffff'ffff'f000;
    std::uint64_t cr3;
    asm volatile("mov %%cr3, %0" : "=r"(cr3));
    std::uint64_t table = cr3;
    for (unsigned shift = 39; shift >= 12; shift -= 9) {
        auto* const entries = reinterpret_cast<std::uint64_t*>(table & address_bits);
        std::uint64_t& entry = entries[reinterpret_cast<std::uint64_t>(page) >> shift & 511];
        entry |= user;
        if (shift < 39 && (entry & large) != 0) break;
        table = entry;
    }
    asm volatile("mov %0, %%cr3" ::"r"(cr3) : "memory");
}

#if defined(FAULT_SMAP)
alignas(4096) std::uint8_t page_of_data[4096] = {1};
#else
/// Reads where the descriptor table lies, and ends in another fault if it may.
[[gnu::naked, gnu::noinline, gnu::aligned(4096)]] void page_of_code() {
    asm volatile("sgdt -16(%rsp); ud2; .skip 4096, 0x90");
}
#endif
#if defined(FAULT_UMIP)
void write_msr(std::uint32_t number, std::uint64_t value) {
    asm volatile("wrmsr" ::"c"(number), "a"(value), "d"(value >> 32));
}

/// To user mode, by the one instruction that needs no descriptors.
[[noreturn]] void run_as_user(void (*code)()) {
    constexpr std::uint32_t efer = 0xc000'0080, star = 0xc000'0081;
    std::uint32_t low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(efer));
    write_msr(efer, std::uint64_t{high} << 32 | low | 1); // SCE
    write_msr(star, std::uint64_t{0x10} << 48);
    register std::uint64_t flags asm("r11") = 2;
    asm volatile("sysretq" ::"c"(code), "r"(flags) : "memory");
    __builtin_unreachable();
}
#endif
#endif

} // namespace

void tests::fault() {
#if defined(FAULT_WRITE)
    void (*const own_code)() = &tests::fault;
    *reinterpret_cast<volatile std::uint8_t*>(own_code) = 0x90;
#elif defined(FAULT_EXECUTE)
    reinterpret_cast<void (*)()>(&code)();
#elif defined(FAULT_RUN_STACK)
    volatile std::uint8_t code[] = {0xc3};
    reinterpret_cast<void (*)()>(const_cast<std::uint8_t*>(&code[0]))();
#elif defined(FAULT_CONSTANT)
    *const_cast<volatile std::uint8_t*>(constant) = 0x90;
#elif defined(FAULT_RUN_CONSTANT)
    reinterpret_cast<void (*)()>(reinterpret_cast<std::uintptr_t>(&constant))();
#elif defined(FAULT_GUARD_MAIN)
    read_below(stack_begin);
#elif defined(FAULT_GUARD_FAULT)
    read_below(fault_stack_begin);
#elif defined(FAULT_GUARD_DOUBLE)
    read_below(double_fault_stack_begin);
#elif defined(FAULT_NULL)
    std::uint64_t address = 8;
    asm("" : "+r"(address));
    *reinterpret_cast<volatile std::uint8_t*>(address) = 1;
#elif defined(FAULT_STACK)
    volatile int depth = 0;
    recurse(&depth);
#elif defined(FAULT_CANARY)
    overflow(24 + 8);
#elif defined(FAULT_CHECK)
    runtime::check(false, "two and two are five");
#elif defined(FAULT_SMEP)
    give_to_user(reinterpret_cast<const void*>(&page_of_code));
    page_of_code();
#elif defined(FAULT_SMAP)
    give_to_user(page_of_data);
    static_cast<void>(*static_cast<const volatile std::uint8_t*>(page_of_data));
#elif defined(FAULT_UMIP)
    give_to_user(reinterpret_cast<const void*>(&page_of_code));
    run_as_user(&page_of_code);
#elif defined(FAULT_DIVIDE)
    asm volatile("divl %0" ::"r"(0) : "eax", "edx");
#endif
}
