#include "harness/tally.hpp"

#include "harness/backend.hpp"

#include <fmt/format.h>

namespace harness {

Outcome outcome_between(const Tally& before, const Tally& after, std::uint64_t arp_answers) {
    if (after.hits.size() != before.hits.size()) throw Error("the number of statements changed");
    Outcome outcome;
    const auto made = [&](std::size_t i) { return after.dropped_made[i] - before.dropped_made[i]; };
    const auto add = [&](std::size_t reason, std::uint64_t times) {
        outcome.drops.insert(outcome.drops.end(), times, static_cast<model::Reason>(reason));
    };
    for (std::size_t i = 0; i < after.dropped.size(); ++i)
        add(i, after.dropped[i] - before.dropped[i] - made(i));
    const bool dropped = outcome.reason().has_value();
    for (std::size_t i = 0; i < after.dropped.size(); ++i) add(i, made(i));
    for (std::size_t i = 0; i < after.hits.size(); ++i)
        outcome.decided.insert(outcome.decided.end(), after.hits[i] - before.hits[i],
                               static_cast<model::StatementId>(i));

    const std::uint64_t received = after.received - before.received - arp_answers;
    const std::uint64_t delivered = after.delivered - before.delivered - arp_answers;
    if (received != 1 || delivered > 1)
        throw Error(
            fmt::format("one packet was sent, but {} were received and {} delivered", received, delivered));
    // A fragment that is held waits; others may end meanwhile, whatever becomes of this one.
    const auto ended = static_cast<std::uint64_t>(std::ranges::count_if(outcome.drops, ends_held));
    if (delivered == 1)
        outcome.fate = Fate::delivered;
    else if (dropped)
        outcome.fate = Fate::dropped;
    else
        outcome.fate = after.waiting + ended > before.waiting ? Fate::held : Fate::sent;
    return outcome;
}

} // namespace harness
