#include "runtime/log.hpp"

#include "runtime/syslog.hpp"

namespace runtime {

bool log_allowed(Appliance& appliance) {
    if (!appliance.logs.take(appliance.now)) {
        ++appliance.logs_lost;
        return false;
    }
    return true;
}

void report_lost_logs(Appliance& appliance) {
    if (appliance.logs_lost == 0 || !appliance.logs.take(appliance.now)) return;
    Text text;
    text << appliance.logs_lost << " log texts lost: more than " << log_texts_per_second << " a second\n";
    appliance.logs_lost = 0;
    platform::console(text.view());
}

void put_log(std::string_view text) { platform::log(text); }

void put_syslog(Appliance& appliance, Severity severity, std::string_view text) {
    if (send_to_server(appliance, severity, text)) return;
    constexpr std::array<std::string_view, 8> prefixes = {"emerg: ",   "alert: ",  "crit: ", "err: ",
                                                          "warning: ", "notice: ", "info: ", "debug: "};
    platform::console(prefixes[static_cast<std::size_t>(severity)]);
    platform::log(text);
}

} // namespace runtime
