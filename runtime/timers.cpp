#include "runtime/timers.hpp"

#include "runtime/balance.hpp"
#include "runtime/text.hpp"

#include <algorithm>

namespace runtime {

namespace {

constexpr Time second_ns = 1'000'000'000;
constexpr std::size_t busiest_statements = 5;

void print(const Text& text) { platform::console(text.view()); }

void print_timestamp(const Appliance& appliance) {
    const Time ms = (appliance.now - appliance.booted) / 1'000'000;
    Text text;
    text << "time " << ms / 1000 << "." << ms / 100 % 10 << ms / 10 % 10 << ms % 10 << " s\n";
    print(text);
}

void print_memory(const Appliance& appliance) {
    std::uint64_t free = 0;
    for (const Packet* packet = appliance.free_packets; packet != nullptr; packet = packet->next) ++free;
    const Policy& policy = appliance.policy;
    const auto neighbours = std::ranges::count_if(
        policy.neighbours, [](const Neighbour& entry) { return entry.is != Neighbour::Is::free; });
    Text text;
    text << "memory flows " << std::uint64_t{appliance.flows.size()} << " of "
         << std::uint64_t{policy.flows.size()} << " packets " << policy.packets.size() - free << " of "
         << std::uint64_t{policy.packets.size()} << " neighbours " << static_cast<std::uint64_t>(neighbours)
         << " of " << std::uint64_t{policy.neighbours.size()} << "\n";
    print(text);
}

/// Since the start.
void print_cpu(const Appliance& appliance) {
    const Time passed = appliance.now - appliance.booted, idle = std::min(platform::idle_ns(), passed);
    Text text;
    text << "cpu busy " << std::min<Time>((passed - idle) / std::max<Time>(passed / 1000, 1), 1000)
         << " of 1000\n";
    print(text);
}

/// The statements that decided most often, the busiest first, of equals the first in source order.
void print_busiest(const Appliance& appliance) {
    const auto hits = appliance.policy.hits;
    std::array<std::size_t, busiest_statements> best{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < hits.size(); ++i) {
        if (hits[i] == 0) continue;
        std::size_t place = count;
        while (place > 0 && hits[best[place - 1]] < hits[i]) --place;
        if (place == best.size()) continue;
        count = std::min(count + 1, best.size());
        std::copy_backward(best.begin() + place, best.begin() + count - 1, best.begin() + count);
        best[place] = i;
    }
    for (const std::size_t statement : std::span{best}.first(count)) print_hits(appliance, statement);
}

void print_timers(const Appliance& appliance) {
    for (std::size_t i = 0; i < appliance.policy.timers.size(); ++i) {
        Text text;
        text << "timer " << appliance.policy.timers[i].name << " every "
             << appliance.policy.timers[i].interval_ns / second_ns << " s\n";
        print(text);
    }
}

void print(Appliance& appliance, TimerData data) {
    switch (data) {
    case TimerData::timestamp:
        return print_timestamp(appliance);
    case TimerData::stats:
        return print_statistics(appliance);
    case TimerData::memory:
        return print_memory(appliance);
    case TimerData::cpu:
        return print_cpu(appliance);
    case TimerData::lb:
        appliance.flows.forget_expired(appliance.now);
        return print_balancer(appliance);
    case TimerData::stack_sampling:
        return print_busiest(appliance);
    case TimerData::timers:
        return print_timers(appliance);
    }
}

} // namespace

void begin_timers(Appliance& appliance, Time now) {
    for (Time& due : appliance.policy.timers_due) due = now + second_ns;
}

void tick_timers(Appliance& appliance, Time now) {
    for (std::size_t i = 0; i < appliance.policy.timers.size(); ++i) {
        const Timer& timer = appliance.policy.timers[i];
        Time& due = appliance.policy.timers_due[i];
        if (now < due) continue;
        due += ((now - due) / timer.interval_ns + 1) * timer.interval_ns;
        for (const TimerData data : timer.data) print(appliance, data);
    }
}

} // namespace runtime
