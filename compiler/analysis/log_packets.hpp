// Which packets come to a log statement: whether others do in one policy than in another.
#pragma once
#include "compiler/analysis/chain.hpp"

#include <map>

namespace analysis {

/// The rules of one log statement in one function of a chain.
struct LogPlace {
    std::size_t link = 0;                   ///< of the chain
    std::vector<symbolic::RuleIndex> rules; ///< in their order
};

/// The log statements of a chain. Those that it may come to in several functions are left out.
std::map<const model::Log*, LogPlace> log_places(const ChainRules& chain);

/// One chain of two policies whose Nats do the same, in one Space.
class LogPackets {
public:
    /// Whether there is such a packet, of which engines say that it comes to a log in one policy only.
    using Shows = std::function<bool(const symbolic::Box&)>;

    /// The chains outlive it, and get marks for their logs.
    LogPackets(symbolic::Space& space, ChainRules& before, ChainRules& after, std::vector<symbolic::Box> region, Shows shows);

    /// Whether some packet in one of the boxes comes to one log and not to the other; nothing where that is not known.
    std::optional<bool> differ(const model::Log* was, const model::Log* is, const std::vector<symbolic::Box>& boxes);

    /// Whether some packet comes to both logs of the new policy; nothing where that is not known.
    std::optional<bool> share_packets(const model::Log* one, const model::Log* other);

    const std::map<const model::Log*, LogPlace>& before() const { return before_.places; }
    const std::map<const model::Log*, LogPlace>& after() const { return after_.places; }

private:
    struct Side {
        ChainRules& chain;
        std::map<const model::Log*, LogPlace> places;
        std::map<const model::Log*, model::StatementId> marks{};
    };
    /// Packets in some boxes that take a course.
    struct Part {
        std::vector<symbolic::Box> region;
        Course course;
    };

    void mark(Side& side);
    static Course course_to(const Side& side, const model::Log* log);
    std::vector<Part> not_coming(const Side& side, const model::Log* log, const std::vector<symbolic::Box>& region);
    symbolic::Answer ask(const symbolic::Question& question);
    std::optional<bool> comes_only(const Side& one, const model::Log* log, const Side& other, const model::Log* there,
                                   const std::vector<symbolic::Box>& region);

    symbolic::Space& space_;
    symbolic::Engines engines_;
    std::vector<symbolic::Box> region_;
    Shows shows_;
    std::size_t marks_ = 0;
    Side before_, after_;
    std::deque<symbolic::SomeRules> earlier_; ///< what questions point at
    std::size_t steps_ = 0;
};

} // namespace analysis
