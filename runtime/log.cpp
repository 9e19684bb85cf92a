#include "runtime/log.hpp"

namespace runtime {

bool log_allowed(Appliance& appliance) {
    if (!appliance.logs.take(appliance.now)) {
        ++appliance.logs_lost;
        return false;
    }
    return true;
}

namespace {

/// Says how many texts were lost, when some were and there is room again.
void report_lost(Appliance& appliance, Time now) {
    if (appliance.logs_lost == 0 || !appliance.logs.take(now)) return;
    Text text;
    text << appliance.logs_lost << " log texts lost: more than " << log_texts_per_second << " a second\n";
    appliance.logs_lost = 0;
    platform::console(text.view());
}

} // namespace

const Part part::logs{.tick = report_lost};

void put_log(std::string_view text) { platform::log(text); }

void put_syslog(Appliance& appliance, Severity severity, std::string_view text) {
    const SyslogSending* const server = appliance.policy.parts.syslog;
    if (server != nullptr && server->send(appliance, severity, text)) return;
    constexpr std::array<std::string_view, 8> prefixes = {"emerg: ",   "alert: ",  "crit: ", "err: ",
                                                          "warning: ", "notice: ", "info: ", "debug: "};
    platform::console(prefixes[static_cast<std::size_t>(severity)]);
    platform::log(text);
}

} // namespace runtime
