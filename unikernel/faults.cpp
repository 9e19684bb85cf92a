// Exceptions of the processor: each is a mistake of ours, is reported, and ends forwarding.
#include "unikernel/cpu.hpp"
#include "unikernel/image.hpp"
#include "unikernel/poweroff.hpp"
#include "unikernel/serial.hpp"

#include <array>
#include <string_view>

namespace unikernel::faults {

namespace {

/// What vectors.S and the processor have pushed.
struct Frame {
    std::uint64_t vector, error, rip, cs, flags, rsp, ss;
};

constexpr std::uint64_t page_fault = 14;

// clang-format off
constexpr std::array<std::string_view, 32> names{
    "divide error", "debug", "non-maskable interrupt", "breakpoint", "overflow",
    "bound range exceeded", "invalid opcode", "device not available", "double fault",
    "coprocessor segment overrun", "invalid task state", "segment not present",
    "stack segment fault", "general protection", "page fault", "reserved exception 15", "x87 error",
    "alignment check", "machine check", "SIMD floating point", "virtualization exception",
    "control protection", "reserved exception 22", "reserved exception 23", "reserved exception 24",
    "reserved exception 25", "reserved exception 26", "reserved exception 27",
    "hypervisor injection", "VMM communication", "security exception", "reserved exception 31",
};
// clang-format on

bool in_page_below(std::uint64_t address, const char* begin) {
    return address_of(begin) - page_bytes <= address && address < address_of(begin);
}

/// What the access was, from the error code (Intel SDM 3A, 4.7) and the address.
std::string_view describe(std::uint64_t error, std::uint64_t address) {
    const bool mapped = error & 1, write = error & 2, execute = error & 16;
    if (address < page_bytes) return "access to the null page";
    if (in_page_below(address, stack_begin) || in_page_below(address, fault_stack_begin) ||
        in_page_below(address, double_fault_stack_begin))
        return "stack overflow into the guard page";
    if (execute) return mapped ? "execution of data" : "execution of unmapped memory";
    if (write) return mapped ? "write to read-only memory" : "write to unmapped memory";
    return mapped ? "access to a user page" : "read of unmapped memory";
}

} // namespace

extern "C" [[noreturn]] void unikernel_fault(const Frame* frame) {
    const std::uint64_t address = cpu::read_cr2();
    serial::set_pace(serial::Pace::prompt);
    serial::print("\n", names[frame->vector % names.size()]);
    if (frame->vector == page_fault) serial::print(": ", describe(frame->error, address));
    serial::print(", error ", serial::Hex{frame->error}, ", rip ", serial::Hex{frame->rip}, ", cr2 ",
                  serial::Hex{address}, ", rsp ", serial::Hex{frame->rsp}, "\n");
    poweroff::fail();
}

} // namespace unikernel::faults
