// Asks whether some packet of a region makes a chain or path end so or so: the one place where engines,
// chains and the interpreter meet.
#pragma once
#include "compiler/analysis/cases.hpp"
#include "compiler/analysis/witness.hpp"

namespace analysis {

struct NoSuchPacket {}; ///< a proof
struct NotDecided {};   ///< the budget was spent, or what was found did not stand up in the interpreter

using Verdict = std::variant<Witness, NoSuchPacket, NotDecided>;

/// Whether the interpreter sees of a packet, which is in a box, what a question says of it; notes what that takes.
using Meets = std::function<bool(Witness&, const symbolic::Box&)>;

/// What questions about a way are asked of.
struct Asking {
    symbolic::Space& space;
    symbolic::Engines& engines;
    const model::Appliance& appliance;
    const Way& way;
    const symbolic::Budget& budget;
};

/// A packet that a question is about, whose functions read it by these rules.
Verdict packet_for(const Asking& asking, const ChainRules& rules, const symbolic::Question& question, const Meets& meets);

class Prover {
public:
    /// `invalid`: packets of that state count too.
    Prover(const model::Appliance& appliance, const Way& way, bool invalid, symbolic::Budget budget = {})
        : appliance_(appliance), way_(way), budget_(budget), engines_(space_),
          cases_(cases_of(space_, appliance, way, invalid)) {}

    symbolic::Space& space() { return space_; }

    /// A packet that meets all of `before`, and for which the way ends so.
    Verdict find(const std::vector<symbolic::Stage>& before, Ending ending, const Meets& meets = {});
    /// One that meets all of `before`, and that this statement of a Filter decides.
    Verdict find(const std::vector<symbolic::Stage>& before, model::StatementId statement);

private:
    using Courses = std::function<std::vector<Course>(const ChainRules&)>;
    Verdict find(const std::vector<symbolic::Stage>& before, const Courses& courses, const Meets& meets);

    const model::Appliance& appliance_;
    Way way_;
    symbolic::Budget budget_;
    symbolic::Space space_;
    symbolic::Engines engines_;
    Cases cases_;
};

/// Meets packets of new flows, which are easier to understand than others.
symbolic::RuleList packets_of_new_flows(symbolic::Space& space);

} // namespace analysis
