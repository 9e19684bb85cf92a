// Runs the Tests of a policy on a backend, and says what reached what.
#pragma once
#include "harness/backend.hpp"

#include <set>

namespace harness {

struct Failure {
    std::string test;
    model::Place place; ///< of the step
    std::string text;   ///< "expected accept, but on host the packet was dropped (filter), decided by …"
    std::vector<model::StatementId> decided; ///< about the packet
    bool is_broken = false; ///< nothing was expected in vain: the Test could not be played
};

struct RunReport {
    std::size_t tests = 0;
    std::vector<Failure> failures; ///< at most one a Test: what comes after a failed step means nothing
    std::set<model::StatementId> reached; ///< verdict statements that decided in some step

    std::size_t passed() const { return tests - failures.size(); }
};

/// Everything that was logged: on the console, and then what went to the syslog server, without its header.
std::vector<std::string> texts_of(const model::Appliance& appliance, const Outcome& outcome);

/// One packet of a Test, and what became of it.
struct Witness {
    const model::Scenario& test;
    const model::SendStep& step;
    const Bytes& frame;
    const Outcome& outcome;
    const std::optional<std::string>& missing; ///< what the Test expects of it and has not seen
    eval::Time at = 0;                         ///< since the appliance was booted
};
using Watch = std::function<void(const Witness&)>;

/// Runs each Test on a freshly booted appliance. A backend that breaks fails the Test in which it does.
RunReport run_tests(const model::Appliance& appliance, const Backend& backend, const Watch& watch = {});
/// What a Test does behind a packet that is not as expected.
enum class Unexpected : std::uint8_t { ends, goes_on };

/// Nothing when the Test passes; else its first failure.
std::optional<Failure> run_test(const model::Appliance& appliance, const Backend& backend,
                                const model::Scenario& test, std::set<model::StatementId>& reached,
                                const Watch& watch = {}, Unexpected unexpected = Unexpected::ends);

/// "web_is_open: outside  tcp 10.55.7.8:40000 > 192.168.0.10:80 syn  accept  bastion.nacl:42", aligned
std::string describe(const model::Appliance& appliance, const Witness& witness);

/// "bastion.nacl:40:9: Test web_is_open failed: …"
std::string describe(const model::Appliance& appliance, const Failure& failure);

} // namespace harness
