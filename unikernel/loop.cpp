#include "unikernel/loop.hpp"
#include "runtime/dataplane.hpp"
#include "unikernel/clock.hpp"
#include "unikernel/cpu.hpp"
#include "unikernel/door_hooks.hpp"
#include "unikernel/nics.hpp"
#include "unikernel/poweroff.hpp"
#include "unikernel/serial.hpp"
#include "unikernel/turns.hpp"

#include <array>

namespace unikernel::loop {

namespace {

constexpr runtime::Time tick_interval_ns = 10'000'000;
runtime::Time slept;

void flush() {
    for (VirtioNet& nic : nics::driven()) nic.flush();
}

/// Everything but the frames for the door goes to the data plane, in order.
void deliver(runtime::NicId id, std::span<runtime::Packet* const> frames) {
    while (!frames.empty()) {
        const std::size_t data = door::data_frames(frames);
        if (data > 0) runtime::receive(id, frames.first(data), door::now());
        frames = frames.subspan(data);
        if (frames.empty()) break;
        door::enter(id, *frames.front());
        frames = frames.subspan(1);
    }
}

/// Frames stay in the ring that they came in by while one that they may leave by has no room.
bool may_receive() {
    const runtime::Time now = clock::now();
    bool may = true;
    for (VirtioNet& nic : nics::driven()) may = nic.may_be_given_more(now) && may;
    return may;
}

/// One burst from one NIC; false when nothing had come.
bool poll(std::size_t id) {
    VirtioNet& nic = nics::driven()[id];
    nic.reclaim();
    std::array<runtime::Packet*, runtime::burst_packets> burst;
    const std::size_t count = nic.receive(burst);
    if (count > 0) deliver(static_cast<runtime::NicId>(id), {burst.data(), count});
    nic.refill();
    if (count > 0) flush();
    return count > 0;
}

void obey(char key) {
    if (key != 's' && key != 'q') return;
    // They may be longer than the ring.
    serial::set_pace(serial::Pace::patient);
    runtime::print_statistics();
    serial::set_pace(serial::Pace::eager);
    if (key == 'q') poweroff::off();
}

/// What is due every 10 ms whether frames come or not.
void tick() {
    if (!door::scripted_clock) runtime::tick(door::now());
    flush();
    if (const auto key = serial::read()) obey(*key);
}

/// Sleeps until a NIC or the timer interrupts. Interrupts are off but in the sleep itself, and the rings are
/// looked at after the NICs have been asked for interrupts: what comes in between ends the sleep at once.
void sleep() {
    bool may_sleep = true;
    for (VirtioNet& nic : nics::driven()) may_sleep = nic.prepare_sleep() && may_sleep;
    if (may_sleep) {
        const runtime::Time before = clock::now();
        cpu::sleep();
        slept += clock::now() - before;
    }
    for (VirtioNet& nic : nics::driven()) nic.end_sleep();
}

} // namespace

runtime::Time slept_ns() { return slept; }

void run() {
    serial::set_pace(serial::Pace::eager);
    runtime::Time ticked = clock::now();
    Turns turns;
    for (;;) {
        const Turns::Round round = turns.round(nics::driven().size(), may_receive, poll);
        if (const runtime::Time now = clock::now(); now - ticked >= tick_interval_ns) {
            ticked = now;
            tick();
        }
        // When the console stands still, the timer wakes us to try again.
        const bool printed = serial::drain();
        if (round == Turns::Round::held)
            cpu::pause();
        else if (round == Turns::Round::idle && !printed)
            sleep();
    }
}

} // namespace unikernel::loop
