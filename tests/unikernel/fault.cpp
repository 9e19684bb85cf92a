// FAULT_* says which mistake.
#include "tests/unikernel/fault.hpp"
#include "runtime/platform.hpp"

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
#endif

} // namespace

void tests::fault() {
#if defined(FAULT_WRITE)
    void (*const own_code)() = &tests::fault;
    *reinterpret_cast<volatile std::uint8_t*>(own_code) = 0x90;
#elif defined(FAULT_EXECUTE)
    reinterpret_cast<void (*)()>(&code)();
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
#elif defined(FAULT_DIVIDE)
    asm volatile("divl %0" ::"r"(0) : "eax", "edx");
#endif
}
