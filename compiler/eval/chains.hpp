// Runs a Filter or Nat function of the policy on a packet: walks its blocks as they are written.
#pragma once
#include "compiler/eval/allowance.hpp"
#include "compiler/eval/datagram.hpp"
#include "compiler/eval/limits.hpp"
#include "compiler/eval/trace.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace eval {

/// What a function can read of a packet.
struct Subject {
    Datagram datagram;
    model::State state{};
    View frame{}; ///< that it came in; empty for a packet made here
    model::Value ingress = model::no_iface;
    model::Value egress = model::no_iface;
};

/// Of a condition that the packet alone does not decide (a Limit, a leased value), what a proof takes it to be, by
/// the calls that lead to it; nothing: it is asked.
using Assumed = std::function<std::optional<bool>(const model::Condition&, const std::vector<const model::Call*>&)>;

/// What a statement says on the console.
struct LogText {
    std::string text;
    std::optional<std::uint8_t> severity{}; ///< of `syslog` (RFC 5424 6.2.1)

    friend bool operator==(const LogText&, const LogText&) = default;
};

/// The log must not stall the appliance: what is said beyond that is lost.
inline constexpr std::uint32_t log_texts_per_second = 1000;

/// What a function does besides deciding.
struct Effects {
    std::vector<LogText>& logs; ///< texts are appended
    Limits& limits;             ///< tokens are taken
    Time now = 0;
    Allowance* texts = nullptr; ///< pays for each; without it all come out
    /// Whether a server takes a `syslog` text, which is not among the logs then.
    std::function<bool(std::uint8_t severity, std::string_view text)> syslog{};
    std::vector<Event>* events = nullptr; ///< where somebody wants to know how it came to that
    Assumed assumed{};
};

/// The statement that decided, or none when the packet fell through.
std::optional<model::StatementId> run_function(const model::Appliance& appliance, model::FunctionId function,
                                               const Subject& subject, const Effects& effects);

/// A field's value as a log statement prints it; of Ifaces the number, as their names stand in the policy.
std::string show(model::Field field, model::Value value);
std::string show(const model::Appliance& appliance, model::Field field, model::Value value);

/// "dnat 10.0.0.5:80"; nothing for what translates nothing.
std::string translation_of(const model::Statement& statement);

} // namespace eval
