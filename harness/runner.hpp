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
};

struct RunReport {
    std::size_t tests = 0;
    std::vector<Failure> failures; ///< at most one a Test: what comes after a failed step means nothing
    std::set<model::StatementId> reached; ///< verdict statements that decided in some step

    std::size_t passed() const { return tests - failures.size(); }
};

/// One packet of a Test, and what became of it.
struct Witness {
    const model::Scenario& test;
    const model::SendStep& step;
    const Bytes& frame;
    const Outcome& outcome;
};
using Watch = std::function<void(const Witness&)>;

/// Runs each Test on a freshly booted appliance. A backend that breaks fails the Test in which it does.
RunReport run_tests(const model::Appliance& appliance, const Backend& backend, const Watch& watch = {});
/// Nothing when the Test passes.
std::optional<Failure> run_test(const model::Appliance& appliance, const Backend& backend,
                                const model::Scenario& test, std::set<model::StatementId>& reached,
                                const Watch& watch = {});

/// "web_is_open: outside  tcp 10.55.7.8:40000 > 192.168.0.10:80 syn  accept  bastion.nacl:42", aligned
std::string describe(const model::Appliance& appliance, const Witness& witness);

/// "bastion.nacl:40:9: Test web_is_open failed: …"
std::string describe(const model::Appliance& appliance, const Failure& failure);

} // namespace harness
