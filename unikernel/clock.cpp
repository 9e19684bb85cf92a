#include "unikernel/clock.hpp"
#include "runtime/platform.hpp"
#include "unikernel/acpi.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/image.hpp"

namespace unikernel::clock {

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

/// A counter of known frequency.
struct Reference {
    std::uint32_t (*read)() = nullptr; ///< counts up
    std::uint32_t mask = 0;
    std::uint64_t hz = 0;
};

// The interval timer (8254): channel 0 counts down from 65535; its interrupt is masked.
constexpr std::uint16_t pit_channel_port = 0x40, pit_command_port = 0x43;

void start_pit() {
    cpu::out8(pit_command_port, 0x30); // channel 0, both bytes, count once
    cpu::out8(pit_channel_port, 0xff);
    cpu::out8(pit_channel_port, 0xff);
}
std::uint32_t read_pit() {
    cpu::out8(pit_command_port, 0x00); // holds channel 0's count until it is read
    const std::uint32_t low = cpu::in8(pit_channel_port);
    const std::uint32_t high = cpu::in8(pit_channel_port);
    return 0u - (high << 8 | low);
}
std::uint32_t read_acpi_timer() { return cpu::in32(acpi::tables().timer_port); }

struct Sample {
    std::uint64_t tsc = 0;
    std::uint32_t count = 0;
};

/// Both counters at one moment: of a few tries the one during which the least time went by.
Sample sample(const Reference& reference) {
    Sample best;
    std::uint64_t least = ~std::uint64_t{0};
    for (int attempt = 0; attempt < 4; ++attempt) {
        const std::uint64_t before = cpu::tsc();
        const std::uint32_t count = reference.read();
        const std::uint64_t took = cpu::tsc() - before;
        if (took < least) {
            least = took;
            best = {before + took / 2, count};
        }
    }
    return best;
}

/// What the processor or the hypervisor says the counter's frequency is; 0 when they say nothing.
std::uint64_t stated_hz() {
    if (cpu::cpuid(0).a >= 0x15) {
        const cpu::Cpuid ratio = cpu::cpuid(0x15);
        if (ratio.a != 0 && ratio.b != 0 && ratio.c != 0) return std::uint64_t{ratio.c} * ratio.b / ratio.a;
    }
    const bool virtualised = cpu::cpuid(1).c >> 31;
    if (virtualised && cpu::cpuid(0x4000'0000).a >= 0x4000'0010)
        return std::uint64_t{cpu::cpuid(0x4000'0010).a} * 1000;
    return 0;
}

Reference reference;
Sample first;
std::uint64_t scale; ///< nanoseconds a tick, times 2^32

void set_frequency(std::uint64_t hz) {
    runtime::check(hz >= 1'000'000, "the time stamp counter has a frequency");
    scale = (second_ns << 32) / hz;
}

} // namespace

void begin_calibration() {
    if (const std::uint64_t hz = stated_hz(); hz != 0) return set_frequency(hz);
    if (acpi::tables().timer_port != 0) {
        reference = {read_acpi_timer, 0xff'ffff, 3'579'545};
    } else {
        start_pit();
        reference = {read_pit, 0xffff, 1'193'182};
    }
    first = sample(reference);
}

void end_calibration() {
    if (scale != 0) return;
    // Two milliseconds: both ends are a count of the timer (0.3 or 0.8 us) uncertain.
    const auto enough = static_cast<std::uint32_t>(reference.hz / 500);
    constexpr std::uint64_t hopeless_ticks = 10'000'000'000; // seconds, on any processor
    Sample last = sample(reference);
    while (((last.count - first.count) & reference.mask) < enough) {
        runtime::check(last.tsc - first.tsc < hopeless_ticks, "the machine has a timer that runs");
        last = sample(reference);
    }
    const std::uint64_t counts = (last.count - first.count) & reference.mask;
    set_frequency((last.tsc - first.tsc) * reference.hz / counts);
}

runtime::Time now() {
    static SteadyTicks ticks(entry_tsc);
    // 128 bits, because the product of 64 overflows after seconds.
    return static_cast<runtime::Time>(static_cast<unsigned __int128>(ticks.passed(cpu::tsc())) * scale >> 32);
}

} // namespace unikernel::clock
