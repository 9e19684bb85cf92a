// The chains of an appliance, and the paths through it, as guarded rules.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/symbolic/find.hpp"

#include <array>
#include <deque>
#include <functional>

namespace analysis {

/// From one Iface to this appliance, by the address of that Iface or of another one.
struct Delivery {
    model::IfaceId from = 0;
    model::IfaceId to = 0;
};
/// Of what is made here, out by an Iface.
struct Departure {
    model::IfaceId by = 0;
};
/// From an Iface to where no route leads, or for want of time to live: what prerouting accepts is dropped.
struct DeadEnd {
    model::IfaceId from = 0;
    bool is_late = false;    ///< its time to live is spent
    bool is_answered = false; ///< who sent what prerouting accepts is told that it leads nowhere
    bool is_decided = false; ///< prerouting is all that the policy says of what comes in there: it counts what that accepts
};

/// What a question is about: one chain, or a whole way, such as that from one Iface out by another.
using Way = std::variant<model::IfaceChain, model::ForwardChain, model::Assert::Path, Delivery, Departure, DeadEnd>;

/// What an Assert is about.
Way way_of(const model::Assert& assertion);

/// The chains on a way, in their order.
std::vector<Way> chains_on(const Way& way);

/// Whether packets on that way are routed from one Iface to another: it costs them time to live (path.md, route).
bool is_routed(const Way& way);

/// Whether packets come to the end of prerouting on that way, where flows decide for what they are.
bool comes_in(const Way& way);

/// Every chain that has functions.
std::vector<Way> chains_of(const model::Appliance& appliance);

const std::vector<model::FunctionId>& functions_of(const model::Appliance& appliance, const Way& chain);

/// What Nats that stand on chains translate by: each `dnat` and `snat`.
std::vector<const model::Statement*> translations_on_chains(const model::Appliance& appliance);

/// "eth0.prerouting", "forward", "guest -> office", "guest -> office.input", "here -> guest", "guest -> nowhere".
std::string text_of(const model::Appliance& appliance, const Way& way);

/// One function of a chain.
struct Link {
    Way chain; ///< where it stands
    model::FunctionId function = 0;
    model::FunctionKind kind{};
    symbolic::RuleList rules;
};

/// The functions in their order. A Filter's accept goes on to the next one. What has changed in a packet
/// before one (by a Nat that translates destinations, by routing) is read there under variables of its own.
struct ChainRules {
    bool drops_invalid = false; ///< before the first function
    std::deque<Link> links;     ///< at places that stay
};

/// The functions without rules: for who only runs them.
ChainRules functions_on(const model::Appliance& appliance, const Way& way);

ChainRules rules_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                    const std::vector<model::IfaceId>& iface_ids = {});

/// How functions further on read fields that translation changes: told after each Nat that translates
/// destinations at once, and, on a way that comes in, with nothing where prerouting ends.
using Rename = std::function<void(const Link*, symbolic::Names&)>;

ChainRules rules_of(symbolic::Space& space, const model::Appliance& appliance, const Way& way,
                    const std::vector<model::IfaceId>& iface_ids, const Rename& rename);

/// Fields that a Nat may change so that later functions see it.
inline constexpr std::array changed_by_dnat = {model::Field::ip_daddr,     model::Field::ip_checksum,
                                               model::Field::tcp_dport,    model::Field::udp_dport,
                                               model::Field::tcp_checksum, model::Field::udp_checksum};

/// Whether a Nat there changes destinations at once (path.md, Translation).
bool translates_destinations(const Way& chain, model::FunctionKind kind);

/// Whether what a Nat there says of sources is done in the end.
bool translates_sources(const Way& chain, model::FunctionKind kind);

/// The address that masquerading gives packets which come from elsewhere, 0 for a leased one; nothing without it.
std::optional<std::uint32_t> masquerade_of(const model::Appliance& appliance, const Way& chain);

/// What has changed in some fields may be anything: a name for each.
void rename(symbolic::Space& space, symbolic::Names& names, const std::vector<model::Field>& fields,
            const std::string& after);

/// How a way ends for a packet.
enum class Ending : std::uint8_t { accept, drop, reject };

inline constexpr std::string_view ending_names[] = {"accept", "drop", "reject"};

/// Of a Filter's statement; a Nat's ends nothing.
constexpr Ending ending_of(model::Action action) {
    return action == model::Action::drop ? Ending::drop : action == model::Action::reject ? Ending::reject : Ending::accept;
}

/// What a Test expects of a packet that ends so.
constexpr model::Expect expect_of(Ending ending) {
    constexpr std::array expects = {model::Expect::accept, model::Expect::drop, model::Expect::reject};
    return expects[static_cast<std::size_t>(ending)];
}

/// One course to an ending: packets of these states, for which a rule that is meant decides at each stage.
struct Course {
    model::IntervalSet states;
    std::vector<symbolic::Stage> stages;
};

/// Of the packets that get to a function of the chain.
Course course_before(const ChainRules& chain, std::size_t link);

/// All courses: one for each function that may decide so, and one for packets dropped before the first.
std::vector<Course> courses_to(const ChainRules& chain, Ending ending);

/// Those in which this statement of a Filter decides.
std::vector<Course> courses_to(const ChainRules& chain, model::StatementId statement);

/// What of a region takes a course.
std::vector<symbolic::Box> narrowed(symbolic::Space& space, std::vector<symbolic::Box> region,
                                    const Course& course);

} // namespace analysis
