// Shortens a list of guarded rules without changing which statement decides: what proves nothing in the
// budget changes nothing.
#pragma once
#include "compiler/symbolic/find.hpp"

namespace codegen {

class Reducer {
public:
    explicit Reducer(symbolic::Space& space, std::size_t& steps_left)
        : space_(space), steps_left_(steps_left) {}

    /// For the packets of `context` only: rules that never decide are gone, and tests that always hold where
    /// their rule is asked.
    std::vector<symbolic::Rule> reduced(const symbolic::RuleList& list, const symbolic::Box& context);

private:
    bool is_possible(symbolic::Subtraction& engine, const symbolic::RuleList& list, symbolic::Box region,
                     model::StatementId wanted);
    /// Takes away rules that others before decide for.
    void leave_out_dead(std::vector<symbolic::Rule>& rules, const symbolic::Box& context);
    void leave_out_tests(std::vector<symbolic::Rule>& rules, const symbolic::Box& context);
    bool holds_always(const std::vector<symbolic::Rule>& rules, std::size_t rule, const symbolic::Side& side,
                      const symbolic::Box& context);

    symbolic::Space& space_;
    std::size_t& steps_left_; ///< of the whole program
};

} // namespace codegen
