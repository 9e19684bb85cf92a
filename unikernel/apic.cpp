#include "unikernel/apic.hpp"
#include "runtime/platform.hpp"
#include "unikernel/acpi.hpp"
#include "unikernel/clock.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/descriptors.hpp"
#include "unikernel/paging.hpp"

namespace unikernel::apic {

namespace {

// Intel SDM 3A, table 11-1. vectors.S knows this address as well.
constexpr std::uint64_t registers = 0xfee0'0000;
constexpr std::uint64_t spurious_register = registers + 0xf0;
constexpr std::uint64_t timer_register = registers + 0x320;
constexpr std::uint64_t initial_count_register = registers + 0x380;
constexpr std::uint64_t current_count_register = registers + 0x390;
constexpr std::uint64_t divide_register = registers + 0x3e0;

constexpr std::uint32_t base_msr = 0x1b;
constexpr std::uint32_t enabled = 1 << 8;
constexpr std::uint32_t masked = 1 << 16;
constexpr std::uint32_t periodic = 1 << 17;

void write(std::uint64_t at, std::uint32_t value) { cpu::store(at, value); }

} // namespace

void open() {
    cpu::out8(0x21, 0xff); // the two 8259s: every line masked
    cpu::out8(0xa1, 0xff);
    constexpr std::uint64_t globally_enabled = 1 << 11;
    cpu::write_msr(base_msr, (cpu::read_msr(base_msr) & 0xfff) | registers | globally_enabled);
    paging::map(registers, 4096, paging::Access::device);
    write(spurious_register, enabled | descriptors::spurious_vector);
    write(timer_register, masked);
    write(divide_register, 3); // by 16
}

void start_timer() {
    // The timer's frequency is nowhere stated. A tenth of a millisecond is measure enough for a wake-up call.
    constexpr runtime::Time measured_ns = 100'000;
    constexpr std::uint32_t period_in_measures = 100;
    write(initial_count_register, ~0u);
    const runtime::Time begin = clock::now();
    while (clock::now() - begin < measured_ns) cpu::pause();
    const std::uint32_t counts = ~0u - cpu::load<std::uint32_t>(current_count_register);
    runtime::check(counts != 0, "the local APIC's timer runs");
    write(timer_register, periodic | descriptors::timer_vector);
    write(initial_count_register, counts * period_in_measures);
}

void route(std::uint32_t interrupt) {
    static constexpr acpi::IoApic usual{0xfec0'0000, 0}; // where a machine without ACPI has its only one
    const acpi::IoApic* owner = acpi::tables().controllers().empty() ? &usual : nullptr;
    for (const acpi::IoApic& controller : acpi::tables().controllers())
        if (controller.first_interrupt <= interrupt &&
            (owner == nullptr || owner->first_interrupt < controller.first_interrupt))
            owner = &controller;
    if (owner == nullptr) return; // the timer alone wakes us then
    paging::map(owner->address, 4096, paging::Access::device);
    // Two words an input, behind an index and a data register. Edge triggered, although the devices hold
    // their line: it is their driver's acknowledgement, not ours of the interrupt, that lowers it again.
    const std::uint32_t index = 0x10 + 2 * (interrupt - owner->first_interrupt);
    write(owner->address, index + 1);
    write(owner->address + 0x10, 0); // to processor 0
    write(owner->address, index);
    write(owner->address + 0x10, descriptors::nic_vector);
}

} // namespace unikernel::apic
