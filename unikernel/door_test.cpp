// The test build's door: see door.hpp for the protocol.
#include "runtime/dataplane.hpp"
#include "runtime/platform.hpp"
#include "unikernel/door.hpp"
#include "unikernel/door_hooks.hpp"
#include "unikernel/nics.hpp"
#include "unikernel/poweroff.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace unikernel::door {

const bool scripted_clock = true;

namespace {

runtime::Time scripted_now;

/// What the next sync reports.
std::array<char, 512 * 1024> report;
std::size_t report_bytes;
bool reporting; ///< console texts belong to the report

void keep(const void* data, std::size_t bytes) {
    runtime::check(bytes <= report.size() - report_bytes, "a report of the test door has room for its texts");
    std::memcpy(report.data() + report_bytes, data, bytes);
    report_bytes += bytes;
}

std::uint64_t read_big(const std::uint8_t* from, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | from[i];
    return value;
}
void write_big(std::uint8_t* to, std::size_t bytes, std::uint64_t value) {
    for (std::size_t i = bytes; i > 0; --i, value >>= 8) to[i - 1] = static_cast<std::uint8_t>(value);
}
void keep_length(std::uint16_t length) {
    std::array<std::uint8_t, 2> bytes{};
    write_big(bytes.data(), bytes.size(), length);
    keep(bytes.data(), bytes.size());
}

/// Tries something until it works, which takes the device's help; a device that never helps must not hang a
/// test.
template <typename Attempt>
void insist(Attempt attempt) {
    for (int patience = 100'000'000; !attempt(); --patience) {
        runtime::check(patience > 0, "the NIC sends what it is given");
        for (VirtioNet& nic : nics::driven()) {
            nic.flush();
            nic.reclaim();
        }
        cpu::pause();
    }
}

void wait_until_all_is_sent() {
    insist([] {
        return std::ranges::all_of(nics::driven(), [](const VirtioNet& nic) { return nic.all_sent(); });
    });
}

void send(runtime::NicId id, Op op, std::uint32_t token, std::uint32_t number, std::span<const char> data) {
    runtime::Packet* packet = nullptr;
    insist([&] { return (packet = runtime::acquire()) != nullptr; });
    std::uint8_t* const frame = packet->frame.data();
    std::memset(frame, 0xff, 6);
    std::memcpy(frame + 6, nics::macs()[id].data(), 6);
    write_big(frame + 12, 2, ether_type);
    write_big(frame + op_offset, 1, static_cast<std::uint8_t>(op));
    write_big(frame + body_offset, 4, token);
    write_big(frame + body_offset + 4, 4, number);
    std::memcpy(frame + report_data_offset, data.data(), data.size());
    packet->frame_bytes = static_cast<std::uint16_t>(report_data_offset + data.size());
    insist([&] { return nics::driven()[id].transmit({&packet, 1}) == 1; });
}

void sync(runtime::NicId id, std::uint32_t token) {
    keep_length(end_of_texts);
    reporting = true;
    runtime::print_statistics();
    reporting = false;
    wait_until_all_is_sent();
    send(id, Op::synced, token, static_cast<std::uint32_t>(report_bytes), {});
    for (std::size_t offset = 0; offset < report_bytes; offset += report_data_max_bytes)
        send(id, Op::report, token, static_cast<std::uint32_t>(offset),
             {report.data() + offset, std::min(report_data_max_bytes, report_bytes - offset)});
    report_bytes = 0;
}

/// The frame behind the question moves to where frames begin. Takes the packet.
void judge(runtime::Packet& packet) {
    const std::uint8_t* const body = packet.frame.data() + body_offset;
    std::array<std::uint16_t, 256> functions;
    const std::size_t count = body[4];
    for (std::size_t i = 0; i < count; ++i)
        functions[i] =
            static_cast<std::uint16_t>(read_big(packet.frame.data() + functions_offset + 2 * i, 2));
    const runtime::Question question{
        {functions.data(), count}, (body[0] & guarded) != 0, (body[0] & translates) != 0,
        static_cast<runtime::State>(body[1]), body[2], body[3]};
    const std::size_t offset = functions_offset + 2 * count;
    runtime::check(offset < packet.frame_bytes, "a question has a frame behind it");
    packet.frame_bytes = static_cast<std::uint16_t>(packet.frame_bytes - offset);
    std::memmove(packet.frame.data(), packet.frame.data() + offset, packet.frame_bytes);
    runtime::judge(question, packet, scripted_now);
}

void hold_lease(const std::uint8_t* body) {
    const auto address = [&](std::size_t number) {
        return static_cast<runtime::Ipv4Address>(read_big(body + 1 + 4 * number, 4));
    };
    runtime::hold_lease(body[0], {address(0), address(1), address(2), address(3)});
}

} // namespace

runtime::Time now() { return scripted_now; }
std::optional<std::uint64_t> fixed_seed() { return 0x6e61'636c'7465'7374; }

std::size_t data_frames(std::span<runtime::Packet* const> frames) {
    const auto is_control = [](const runtime::Packet* packet) {
        return packet->frame_bytes > op_offset && read_big(packet->frame.data() + 12, 2) == ether_type;
    };
    return static_cast<std::size_t>(std::ranges::find_if(frames, is_control) - frames.begin());
}

void enter(runtime::NicId nic, runtime::Packet& frame) {
    const auto op = static_cast<Op>(frame.frame[op_offset]);
    const std::size_t body_bytes = frame.frame_bytes - body_offset;
    const std::uint8_t* const body = frame.frame.data() + body_offset;
    if (op == Op::judge && body_bytes >= 5) return judge(frame);
    if (op == Op::poweroff) poweroff::off();
    if (op == Op::lease && body_bytes >= 17) hold_lease(body);
    if (op == Op::sync && body_bytes >= 4) sync(nic, static_cast<std::uint32_t>(read_big(body, 4)));
    if (op == Op::clock && body_bytes >= 8) {
        scripted_now = read_big(body, 8);
        runtime::tick(scripted_now);
    }
    runtime::release(frame);
}

bool keep_log(std::optional<runtime::Severity> severity, std::string_view text) {
    runtime::check(text.size() < end_of_texts, "a log text has a length");
    keep_length(static_cast<std::uint16_t>(text.size()));
    const std::uint8_t kind = severity ? static_cast<std::uint8_t>(*severity) : no_severity;
    keep(&kind, sizeof kind);
    keep(text.data(), text.size());
    return true;
}

bool keep_console(std::string_view text) {
    if (reporting) keep(text.data(), text.size());
    return reporting;
}

} // namespace unikernel::door
