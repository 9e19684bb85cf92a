// Runs the Tests of a policy on a backend, and says what reached what.
#pragma once
#include "harness/backend.hpp"

#include <set>

namespace harness {

struct Failure {
    std::string test;
    model::Place place; ///< of the step
    std::string text;   ///< "expected accept, but on host the packet was dropped (filter), decided by …"
};

struct RunReport {
    std::size_t tests = 0;
    std::vector<Failure> failures; ///< at most one a Test: what comes after a failed step means nothing
    std::set<model::StatementId> reached; ///< verdict statements that decided in some step

    std::size_t passed() const { return tests - failures.size(); }
};

/// Runs each Test on a freshly booted appliance. A backend that breaks fails the Test in which it does.
RunReport run_tests(const model::Appliance& appliance, const Backend& backend);
/// Nothing when the Test passes.
std::optional<Failure> run_test(const model::Appliance& appliance, const Backend& backend,
                                const model::Scenario& test, std::set<model::StatementId>& reached);

/// "bastion.nacl:40:9: Test web_is_open failed: …"
std::string describe(const model::Appliance& appliance, const Failure& failure);

} // namespace harness
