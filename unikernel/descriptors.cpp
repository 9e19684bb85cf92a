#include "unikernel/descriptors.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/image.hpp"

#include <array>

extern "C" {
extern std::array<std::uint64_t, 5> gdt;                      // entry.S
extern const std::array<std::uint64_t, 32> exception_entries; // vectors.S
extern const char interrupt_entry[], spurious_entry[];
}

namespace unikernel::descriptors {

namespace {

struct [[gnu::packed]] TaskState {
    std::uint32_t reserved0;
    std::array<std::uint64_t, 3> privilege_stacks;
    std::uint64_t reserved1;
    std::array<std::uint64_t, 7> interrupt_stacks;
    std::uint64_t reserved2;
    std::uint16_t reserved3, io_map_offset;
};
static_assert(sizeof(TaskState) == 104);

struct Gate {
    std::uint16_t offset_low, selector;
    std::uint8_t stack, type;
    std::uint16_t offset_middle;
    std::uint32_t offset_high, reserved;
};
static_assert(sizeof(Gate) == 16);

constexpr std::uint16_t code_selector = 8, task_selector = 24;
constexpr std::uint8_t interrupt_gate = 0x8e;
constexpr std::size_t double_fault = 8;

TaskState task;
std::array<Gate, 256> gates;

Gate gate(std::uint64_t handler, std::uint8_t stack) {
    return {static_cast<std::uint16_t>(handler),
            code_selector,
            stack,
            interrupt_gate,
            static_cast<std::uint16_t>(handler >> 16),
            static_cast<std::uint32_t>(handler >> 32),
            0};
}

} // namespace

void load() {
    // Faults have a stack of their own, so that a full stack can be reported, and double faults another one.
    task.interrupt_stacks[0] = address_of(fault_stack_end);
    task.interrupt_stacks[1] = address_of(double_fault_stack_end);
    task.io_map_offset = sizeof task;
    const std::uint64_t base = address_of(&task);
    gdt[3] =
        (sizeof task - 1) | (base & 0xff'ffff) << 16 | std::uint64_t{0x89} << 40 | (base >> 24 & 0xff) << 56;
    gdt[4] = base >> 32;
    cpu::load_task(task_selector);

    for (std::size_t i = 0; i < exception_entries.size(); ++i)
        gates[i] = gate(exception_entries[i], i == double_fault ? 2 : 1);
    gates[timer_vector] = gate(address_of(interrupt_entry), 0);
    gates[nic_vector] = gate(address_of(interrupt_entry), 0);
    gates[spurious_vector] = gate(address_of(spurious_entry), 0);
    cpu::load_idt({sizeof gates - 1, address_of(gates.data())});
}

} // namespace unikernel::descriptors
