// Runs of steps as lists of guarded rules: reduced, planned, and written in the form that the plan names.
#pragma once
#include "codegen/plan.hpp"
#include "codegen/runs.hpp"
#include "codegen/sets.hpp"
#include "compiler/symbolic/rules.hpp"

#include <set>
#include <span>

namespace codegen {

/// What is known of the packets that get to some step.
struct Context {
    model::Layer layer{};
    symbolic::Box box;
};

/// Of one program.
class RuleLists {
public:
    RuleLists(const model::Appliance& appliance, Sets& sets, Data& data)
        : appliance_(appliance), sets_(sets), data_(data), runs_(appliance) {}

    /// Begins a function, whose contexts are in its space.
    void begin(symbolic::Space& space, model::FunctionId function);
    struct Run {
        std::size_t steps = 0; ///< at least one
        std::optional<bool>
            ended{}; ///< whether control cannot reach past them; nothing: they are not written
    };
    /// The next steps from `begin` on: as a list of rules, unless none says them, or not shortly.
    Run write(Writer& out, const model::Block& steps, std::size_t begin, const Context& context);
    /// Notes that something was written as it stands.
    void plain() { plans_[function_].runs.push_back({.form = Plan::Form::plain}); }

    const Plans& plans() const { return plans_; }
    /// The tables that functions refer to.
    void write_tables(Writer& out) const { out.append(tables_); }

private:
    using Rules = std::span<const symbolic::Rule>;

    std::size_t run_end(const model::Block& steps, std::size_t begin);
    std::optional<symbolic::RuleList> rules_of(const model::Block& steps, std::size_t begin, std::size_t end,
                                               model::Layer layer);

    bool write_list(Writer& out, Rules rules, const Context& context);
    bool write_ends(Writer& out, Rules rules, const Context& context);
    void write_layers(Writer& out, Rules rules);
    bool write_branches(Writer& out, Rules rules);
    void write_vectors(Writer& out, Rules rules);
    std::vector<symbolic::Rule> within(Rules rules, const symbolic::Box& box);

    const model::Appliance& appliance_;
    Sets& sets_;
    Data& data_;
    Runs runs_;
    std::set<const model::Step*> opaque_; ///< whose conditions are more than guards can say
    Writer tables_;
    Plans plans_;
    symbolic::Space* space_ = nullptr; ///< of the function that is being written
    model::FunctionId function_ = 0;
    std::size_t lists_ = 0;               ///< that have tables
    std::size_t steps_left_ = 20'000'000; ///< of proofs
};

} // namespace codegen
