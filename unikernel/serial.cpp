#include "unikernel/serial.hpp"
#include "unikernel/cpu.hpp"

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
constexpr std::uint8_t no_such_port = 0xff;

constexpr std::size_t fifo_bytes = 16;

/// A host that does not read its end must not stop the data plane for good: then bytes are lost.
void wait_until_empty() {
    for (int patience = 100'000; patience > 0; --patience) {
        if (cpu::in8(line_status_port) & transmitter_empty) return;
        cpu::pause();
    }
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
}

void write(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % fifo_bytes == 0) wait_until_empty();
        cpu::out8(data_port, static_cast<std::uint8_t>(text[i]));
    }
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
