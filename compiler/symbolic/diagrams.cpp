// Answers from diagrams: each stage's list becomes one, whose leaves say whether a wanted rule decides; then
// they are walked together through the region. The order of the variables is chosen once for a Space, by
// racing some on a sample of the rules.
#include "compiler/symbolic/diagram.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace symbolic {

namespace {

using model::Field;

constexpr std::size_t sample_rules = 500;
constexpr std::size_t sample_steps = 200'000;

/// Addresses and ports in one of several orders, all others below: states, flags and facts last.
Order order_of(const Space& space, const std::vector<Field>& top) {
    Order order = {variable(Field::ip_protocol), header_complete};
    for (const auto field : top) order.push_back(variable(field));
    std::vector<bool> placed(space.variables());
    for (const auto one : order) placed[one] = true;
    const auto add_rest = [&](bool late) {
        for (Variable one = 0; one < space.variables(); ++one) {
            const bool is_late = one == variable(Field::ct_state) || one == variable(Field::tcp_flags) ||
                                 one == variable(Field::iface_in) || one == variable(Field::iface_out);
            if (placed[one] || is_late != late) continue;
            placed[one] = true;
            order.push_back(one);
        }
    };
    add_rest(true);
    add_rest(false);
    return order;
}

std::vector<Order> orders(const Space& space) {
    using enum model::Field;
    return {order_of(space, {ip_daddr, ip_saddr, tcp_dport, udp_dport, tcp_sport, udp_sport}),
            order_of(space, {ip_saddr, ip_daddr, tcp_dport, udp_dport, tcp_sport, udp_sport}),
            order_of(space, {tcp_dport, udp_dport, ip_daddr, ip_saddr, tcp_sport, udp_sport}),
            order_of(space, {tcp_sport, udp_sport, tcp_dport, udp_dport, ip_saddr, ip_daddr})};
}

/// The one in which a sample of the rules needs the fewest nodes.
Order best_order(const Space& space, const Question& question) {
    std::vector<const Rule*> sample;
    for (const auto& stage : question.stages)
        for (const auto* rule : deciding(*stage.rules)) sample.push_back(rule);
    const auto stride = sample.size() / sample_rules + 1;
    std::vector<const Rule*> thin;
    for (std::size_t i = 0; i < sample.size(); i += stride) thin.push_back(sample[i]);
    const auto all = orders(space);
    const Order* best = &all.front();
    std::optional<std::size_t> least;
    for (const auto& order : all) {
        Diagram diagram(space, order, sample_steps, std::size_t{32} << 20);
        const bool fits = diagram.of(thin, question.stages.front().wanted).has_value();
        if (!fits || (least && diagram.nodes() >= *least)) continue;
        least = diagram.nodes();
        best = &order;
    }
    return *best;
}

bool holds_some_of(const IntervalSet& set, Value low, Value high) {
    const auto next = std::ranges::lower_bound(set.intervals(), low, {}, &model::Interval::high);
    return next != set.intervals().end() && next->low <= high;
}

class Walk {
public:
    Walk(Space& space, const Diagram& diagram, std::size_t steps)
        : space_(space), diagram_(diagram), steps_(steps) {}

    Answer run(const std::vector<NodeRef>& roots, const std::vector<Box>& region) {
        for (const auto& box : region) {
            box_ = box;
            seen_.clear(); // what was seen was so inside of another box
            if (reaches(roots)) return Found{std::move(box_)};
            if (steps_ == 0) return GaveUp{};
        }
        return Proved{};
    }

private:
    /// Whether some packet of the box comes to a wanted leaf in all diagrams; narrows the box on the way
    /// back.
    bool reaches(const std::vector<NodeRef>& nodes) {
        std::size_t place = diagram_.places();
        for (const auto node : nodes) {
            if (node < leaves && node != wanted) return false;
            place = std::min(place, diagram_.place(node));
        }
        if (place == diagram_.places()) return true;
        if (steps_ == 0 || !seen_.insert(nodes).second) return false;
        --steps_;
        const auto variable = diagram_.variable_at(place);
        const auto allowed = values_of(space_, box_, variable);
        Value low = 0;
        std::vector<std::size_t> at(nodes.size());
        while (true) {
            Value high = space_.sets[space_.domain(variable)].intervals().back().high;
            const auto last = high;
            auto next = nodes;
            for (std::size_t i = 0; i < nodes.size(); ++i)
                if (diagram_.place(nodes[i]) == place) {
                    const auto& edge = diagram_.edges(nodes[i])[at[i]];
                    next[i] = edge.to;
                    high = std::min(high, edge.high);
                }
            if (holds_some_of(space_.sets[allowed], low, high) && reaches(next))
                return narrow(space_, box_, variable, space_.sets.add({{low, high}}));
            if (high == last) return false;
            for (std::size_t i = 0; i < nodes.size(); ++i)
                if (diagram_.place(nodes[i]) == place && diagram_.edges(nodes[i])[at[i]].high == high)
                    ++at[i];
            low = high + 1;
        }
    }

    Space& space_;
    const Diagram& diagram_;
    std::size_t steps_;
    Box box_;
    std::set<std::vector<NodeRef>> seen_;
};

} // namespace

struct Diagrams::State {
    std::optional<Diagram> diagram;
    std::size_t variables = 0; ///< that the Space had when the order was chosen
    std::vector<std::pair<Stage, NodeRef>> known;
};

Diagrams::Diagrams(Space& space) : space_(space), state_(std::make_unique<State>()) {}
Diagrams::~Diagrams() = default;

std::size_t Diagrams::nodes() const { return state_->diagram ? state_->diagram->nodes() : 0; }

Answer Diagrams::find(const Question& question, const Budget& budget) {
    if (!std::ranges::all_of(question.stages, [](const Stage& stage) { return stage.rules->whole; }))
        return GaveUp{};
    if (question.stages.empty())
        return question.region.empty() ? Answer(Proved{}) : Answer(Found{question.region.front()});
    if (!state_->diagram || state_->variables != space_.variables()) {
        state_->diagram.emplace(space_, best_order(space_, question), budget.steps, budget.bytes);
        state_->variables = space_.variables();
        state_->known.clear();
    }
    std::vector<NodeRef> roots;
    for (const auto& stage : question.stages) {
        const auto same = [&](const auto& one) {
            return one.first.rules == stage.rules && one.first.wanted == stage.wanted;
        };
        const auto known = std::ranges::find_if(state_->known, same);
        if (known != state_->known.end()) {
            roots.push_back(known->second);
            continue;
        }
        const auto root = state_->diagram->of(deciding(*stage.rules), stage.wanted);
        if (!root) {
            state_->diagram.reset(); // it is full; the next question may be smaller
            return GaveUp{};
        }
        state_->known.emplace_back(stage, *root);
        roots.push_back(*root);
    }
    return Walk(space_, *state_->diagram, budget.steps).run(roots, question.region);
}

Answer Engines::find(const Question& question, const Budget& budget) {
    // The search is quick when it is lucky and may be without end when it is not; diagrams are steady. What is
    // hard for both is often easy for a solver, which takes longest to begin.
    auto answer = subtraction.find(question, budget.steps / 4);
    if (std::holds_alternative<GaveUp>(answer)) answer = diagrams.find(question, budget);
    if (std::holds_alternative<GaveUp>(answer)) answer = with_meaning(question, budget);
    return answer;
}

} // namespace symbolic
