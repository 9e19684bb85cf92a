#include "runtime/log.hpp"

namespace runtime {

bool log_allowed(Appliance& appliance) {
    if (!appliance.logs.take(appliance.now)) {
        ++appliance.logs_lost.count;
        return false;
    }
    return true;
}

namespace {

constexpr Time second_ns = 1'000'000'000;

/// Says how many texts were lost, once a second at most. It is none of the texts, so that it takes the place of none.
void report_lost(Appliance& appliance, Time now) {
    auto& lost = appliance.logs_lost;
    if (lost.count == 0 || now - lost.told_at < second_ns) return;
    Text text;
    text << lost.count << " log texts lost: more than " << log_texts_per_second << " a second\n";
    lost = {.count = 0, .told_at = now};
    platform::console(text.view());
}

} // namespace

const Part part::logs{.tick = report_lost};

void put_log(std::string_view text) { platform::log({}, text); }

void put_syslog(Appliance& appliance, Severity severity, std::string_view text) {
    const SyslogSending* const server = appliance.policy.parts.syslog;
    if (server != nullptr && server->send(appliance, severity, text)) return;
    platform::log(severity, text);
}

} // namespace runtime
