#include "runtime/timers.hpp"

#include "runtime/balance.hpp"
#include "runtime/report.hpp"

#include <algorithm>

namespace runtime {

namespace {

constexpr Time second_ns = 1'000'000'000;
constexpr std::size_t busiest_statements = 5;

} // namespace

namespace timer_data {

void timestamp(Appliance& appliance) {
    const Time ms = (appliance.now - appliance.booted) / 1'000'000;
    Text text;
    text << "time " << ms / 1000 << "." << ms / 100 % 10 << ms / 10 % 10 << ms % 10 << " s\n";
    tell_everyone(appliance, text.view());
}

void cpu(Appliance& appliance) {
    const Time passed = appliance.now - appliance.booted, idle = std::min(platform::idle_ns(), passed);
    Text text;
    text << "cpu busy " << std::min<Time>((passed - idle) / std::max<Time>(passed / 1000, 1), 1000)
         << " of 1000\n";
    tell_everyone(appliance, text.view());
}

void stats(Appliance& appliance) { report_statistics(appliance, tell_everyone); }
void memory(Appliance& appliance) { report_tables(appliance, tell_everyone); }

void lb(Appliance& appliance) {
    appliance.flows.forget_expired(appliance.now);
    report_balancer(appliance, tell_everyone);
}

void stack_sampling(Appliance& appliance) {
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
    for (const std::size_t statement : std::span{best}.first(count)) report_hits(appliance, statement, tell_everyone);
}

void timers(Appliance& appliance) {
    for (std::size_t i = 0; i < appliance.policy.timers.size(); ++i) {
        Text text;
        text << "timer " << appliance.policy.timers[i].name << " every "
             << appliance.policy.timers[i].interval_ns / second_ns << " s\n";
        tell_everyone(appliance, text.view());
    }
}

} // namespace timer_data

namespace {

void boot(Appliance& appliance, Time now) {
    for (Time& due : appliance.policy.timers_due) due = now + second_ns;
}

/// Prints what is due; once, however often it was due since the last call.
void tick(Appliance& appliance, Time now) {
    for (std::size_t i = 0; i < appliance.policy.timers.size(); ++i) {
        const Timer& timer = appliance.policy.timers[i];
        Time& due = appliance.policy.timers_due[i];
        if (now < due) continue;
        due += ((now - due) / timer.interval_ns + 1) * timer.interval_ns;
        for (const auto print : timer.data) print(appliance);
    }
}

} // namespace

const Part part::timers{.boot = boot, .tick = tick};

} // namespace runtime
