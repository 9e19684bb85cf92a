#include "unikernel/serial.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/text_ring.hpp"

#include <array>

namespace unikernel::serial {

namespace {

// The 16550's registers.
constexpr std::uint16_t data_port = 0x3f8;
constexpr std::uint16_t interrupt_enable_port = data_port + 1;
constexpr std::uint16_t fifo_control_port = data_port + 2;
constexpr std::uint16_t line_control_port = data_port + 3;
constexpr std::uint16_t modem_control_port = data_port + 4;
constexpr std::uint16_t line_status_port = data_port + 5;

constexpr std::uint8_t data_ready = 0x01;
constexpr std::uint8_t transmitter_empty = 0x20;
constexpr std::uint8_t transmitter_idle = 0x40; // its shift register is empty too
constexpr std::uint8_t no_such_port = 0xff;

constexpr std::size_t fifo_bytes = 16;

/// About a tenth of a second at 1 to 4 GHz; texts are printed before the counter's frequency is known.
constexpr std::uint64_t patience_ticks = 300'000'000;

constinit TextRing ring; // texts come before static constructors do
Pace pace = Pace::prompt;
std::uint64_t patience_end; ///< from this time stamp on nothing is waited for

bool sees(std::uint8_t status_bit) { return (cpu::in8(line_status_port) & status_bit) != 0; }

/// Once patience has ended, nothing but a byte that goes out renews it: a console that stands still is waited
/// for only once, not with each text.
template <typename Condition>
void drain_until(Condition holds) {
    while (!holds()) {
        if (drain()) continue;
        if (cpu::tsc() >= patience_end) return;
        cpu::pause();
    }
}

void flush() {
    drain_until([] { return ring.empty() && sees(transmitter_idle); });
}

} // namespace

void open() {
    cpu::out8(interrupt_enable_port, 0);
    cpu::out8(line_control_port, 0x80); // the next two are the divisor: 115,200 baud
    cpu::out8(data_port, 1);
    cpu::out8(interrupt_enable_port, 0);
    cpu::out8(line_control_port, 0x03); // 8 bits, no parity
    cpu::out8(fifo_control_port, 0x07); // on and empty
    cpu::out8(modem_control_port, 0x03);
    set_pace(Pace::prompt);
}

void set_pace(Pace wanted) {
    pace = wanted;
    patience_end = cpu::tsc() + patience_ticks;
    if (pace == Pace::prompt) flush();
}

bool drain() {
    if (ring.empty() || !sees(transmitter_empty)) return false;
    std::array<char, fifo_bytes> bytes;
    const std::size_t count = ring.take(bytes);
    for (std::size_t i = 0; i < count; ++i) cpu::out8(data_port, static_cast<std::uint8_t>(bytes[i]));
    if (pace == Pace::prompt) patience_end = cpu::tsc() + patience_ticks;
    return true;
}

void write(std::string_view part) {
    if (pace == Pace::patient) drain_until([&] { return ring.has_room(part.size()); });
    ring.append(part);
    if (pace == Pace::prompt && part.ends_with('\n')) flush();
}

std::optional<char> read() {
    const std::uint8_t status = cpu::in8(line_status_port);
    if (status == no_such_port || (status & data_ready) == 0) return std::nullopt;
    return static_cast<char>(cpu::in8(data_port));
}

void put(std::string_view text) { write(text); }

void put(std::uint64_t number) {
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    do {
        digits[--first] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    write({digits.data() + first, digits.size() - first});
}

void put(Hex number) {
    std::array<char, 16> digits{};
    std::size_t first = digits.size();
    do {
        digits[--first] = "0123456789abcdef"[number.value % 16];
        number.value /= 16;
    } while (number.value != 0);
    write("0x");
    write({digits.data() + first, digits.size() - first});
}

void put(const runtime::Mac& mac) {
    for (std::size_t i = 0; i < mac.size(); ++i) {
        if (i != 0) write(":");
        const char digits[] = {"0123456789abcdef"[mac[i] >> 4], "0123456789abcdef"[mac[i] & 15]};
        write({digits, 2});
    }
}

} // namespace unikernel::serial
