#include "harness/door.hpp"

#include "harness/leases.hpp"

#include "unikernel/door.hpp"

#include <fmt/format.h>

namespace harness {

namespace {

namespace door = unikernel::door;

Bytes control(door::Op op, std::uint64_t number, std::size_t number_bytes) {
    Bytes frame(12, 0xff); // any addresses do
    frame.push_back(static_cast<std::uint8_t>(door::ether_type >> 8));
    frame.push_back(static_cast<std::uint8_t>(door::ether_type & 0xff));
    frame.push_back(static_cast<std::uint8_t>(op));
    for (std::size_t i = number_bytes; i-- > 0;) frame.push_back(static_cast<std::uint8_t>(number >> 8 * i));
    return frame;
}

bool is_control(View frame) {
    return frame.size() > door::op_offset && eval::get16(frame, 12) == door::ether_type;
}

/// Texts after their lengths and severities, then the statistics.
Report read_report(View bytes) {
    Report report;
    std::size_t at = 0;
    const auto take = [&](std::size_t count) {
        if (count > bytes.size() - at) throw Error("the test door's report ends too early");
        at += count;
        return bytes.subspan(at - count, count);
    };
    for (;;) {
        const std::uint16_t length = eval::get16(take(2), 0);
        if (length == door::end_of_texts) break;
        const std::uint8_t severity = take(1)[0];
        const View text = take(length);
        report.logs.push_back({std::string(text.begin(), text.end()), std::nullopt});
        if (severity != door::no_severity) report.logs.back().severity = severity;
    }
    report.statistics.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
    return report;
}

} // namespace

void Door::set_clock(std::size_t wire, Time now) {
    guest_.send(wire, control(door::Op::clock, now, 8), "the clock is set");
}

void Door::hold_lease(std::size_t wire, model::IfaceId iface, const std::optional<model::Ipv4Config>& ipv4) {
    Bytes told = control(door::Op::lease, iface, 1);
    const auto lease = lease_of(ipv4);
    for (const auto number : {lease.address, lease.netmask, lease.gateway, lease.dns})
        for (int shift = 24; shift >= 0; shift -= 8) told.push_back(static_cast<std::uint8_t>(number >> shift));
    guest_.send(wire, told, "a lease is taken");
}

void Door::judge(std::size_t wire, const Question& question, View frame) {
    constexpr std::size_t functions_max = 255;
    if (question.functions.size() > functions_max)
        throw Error(
            fmt::format("a chain that is asked in the image has at most {} functions", functions_max));
    const std::uint64_t flags =
        (question.guarded ? door::guarded : 0) | (question.translates() ? door::translates : 0);
    Bytes asked = control(door::Op::judge, flags, 1);
    const auto put = [&](std::uint64_t number) { asked.push_back(static_cast<std::uint8_t>(number)); };
    put(static_cast<std::uint8_t>(question.state));
    put(question.ingress.value_or(model::no_iface));
    put(question.egress.value_or(model::no_iface));
    put(question.functions.size());
    for (const auto id : question.functions) {
        put(id >> 8);
        put(id);
    }
    eval::append(asked, frame);
    if (asked.size() > door::frame_max_bytes)
        throw Error(fmt::format("a question of {} bytes is too long for the test door", asked.size()));
    guest_.send(wire, asked, "a question is taken");
}

Report Door::sync(std::size_t wire) {
    ++token_;
    guest_.send(wire, control(door::Op::sync, token_, 4), "a sync");
    std::vector<Bytes> frames;
    Bytes bytes;
    std::optional<std::size_t> expected_bytes;
    while (!expected_bytes || bytes.size() < *expected_bytes) {
        Bytes frame = guest_.receive(wire, "the answer to a sync");
        if (!is_control(frame)) {
            frames.push_back(std::move(frame));
            continue;
        }
        if (frame.size() < door::report_data_offset || eval::get32(frame, door::body_offset) != token_)
            throw Error("the test door answers something else than the last sync");
        const auto op = static_cast<door::Op>(frame[door::op_offset]);
        const std::uint32_t number = eval::get32(frame, door::body_offset + 4);
        if (op == door::Op::synced && !expected_bytes) {
            expected_bytes = number;
        } else if (op == door::Op::report && expected_bytes && number == bytes.size()) {
            eval::append(bytes, View(frame).subspan(door::report_data_offset));
        } else {
            throw Error(fmt::format("the test door's report is out of order at byte {}", number));
        }
    }
    Report report = read_report(bytes);
    report.frames = std::move(frames);
    return report;
}

} // namespace harness
