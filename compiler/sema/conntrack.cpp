// Conntrack: how many flows are remembered, and for how long.
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

namespace sema {

namespace {

constexpr std::int64_t flows_max = 16'777'216;
constexpr std::int64_t timeout_max_s = 31'536'000; // a year: what is meant for longer is a mistake

std::string times_of(const std::string& seconds) {
    return "{ tcp: " + seconds + ", udp: " + seconds + ", icmp: " + seconds + " }";
}

std::string of_established(const std::string& times) { return "write `timeout: { established: " + times + " }`"; }

/// `timeout: { tcp: 3600, udp: 120 }`: which flows these are for is not said.
bool report_bare_times(Context& context, const syntax::Object& object) {
    std::string times;
    for (const auto& pair : object.pairs) {
        if (!keys::contains(keys::protocols, pair.key.text)) return false;
        times += (times.empty() ? "{ " : ", ") + pair.key.text + ": " + source_of(pair.value);
    }
    if (times.empty()) return false;
    const auto& first = object.pairs.front().key;
    context.report(syntax::Kind::unknown_key, first.span, "`timeout` has no " + quoted(first.text),
                   of_established(times + " }"));
    return true;
}

/// Returns TCP's, if it is said.
std::optional<std::uint32_t> read_times(Context& context, const Member& member, model::Timeouts& times) {
    const auto* seconds_of_all = std::get_if<syntax::Integer>(&member.value->is);
    const auto* object = object_of(
        context, member, seconds_of_all == nullptr ? "" : "write `" + times_of(source_of(*member.value)) + '`');
    if (object == nullptr) return std::nullopt;
    const ObjectReader reader(context, *object, "a timeout", keys::protocols, false);
    const auto read = [&](std::string_view key, std::uint32_t& seconds) {
        if (const auto value = reader[key])
            seconds =
                static_cast<std::uint32_t>(integer_of(context, value, 0, timeout_max_s).value_or(seconds));
    };
    read("tcp", times.tcp);
    read("udp", times.udp);
    read("icmp", times.icmp);
    return reader["tcp"] ? std::optional(times.tcp) : std::nullopt;
}

void read_timeouts(Context& context, const Member& member, model::Conntrack& conntrack) {
    const auto* seconds = std::get_if<syntax::Integer>(&member.value->is);
    const auto hint = seconds == nullptr ? std::string() : of_established(times_of(source_of(*member.value)));
    const auto* object = object_of(context, member, hint);
    if (object == nullptr || report_bare_times(context, *object)) return;
    const ObjectReader reader(context, *object, "`timeout`", keys::timeouts, false);
    if (const auto state = reader["established"])
        if (const auto said = read_times(context, state, conntrack.established)) conntrack.tcp.established = *said;
    if (const auto state = reader["confirmed"]) read_times(context, state, conntrack.confirmed);
    if (const auto state = reader["unconfirmed"])
        if (const auto said = read_times(context, state, conntrack.unconfirmed))
            conntrack.tcp.syn_sent = conntrack.tcp.syn_recv = *said;
}

} // namespace

void define_conntrack(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    auto& conntrack = context.appliance.conntrack;
    const ObjectReader reader(context, *object, "Conntrack", keys::conntrack, false);
    if (const auto limit = reader["limit"])
        if (const auto flows = integer_of(context, limit, 0, flows_max); flows && *flows > 0)
            conntrack.limit = static_cast<std::uint32_t>(*flows);
    if (const auto reserve = reader["reserve"])
        if (integer_of(context, reserve, 0, flows_max))
            context.report(syntax::Kind::unused_setting, reserve.key->span,
                           "`reserve` has no effect: all memory is there from the start", "leave it out");
    if (const auto stateful = reader["stateful_tcp"])
        conntrack.stateful_tcp = boolean_of(context, stateful).value_or(false);
    if (const auto drop = reader["drop_invalid"])
        conntrack.drop_invalid = boolean_of(context, drop).value_or(true);
    if (const auto timeout = reader["timeout"]) read_timeouts(context, timeout, conntrack);
}

} // namespace sema
