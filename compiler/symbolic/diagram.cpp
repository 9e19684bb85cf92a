#include "compiler/symbolic/diagram.hpp"

#include <algorithm>

namespace symbolic {

Diagram::Diagram(const Space& space, const Order& order, std::size_t steps, std::size_t bytes)
    : space_(space), order_(order), places_(space.variables(), order.size()), nodes_(leaves),
      steps_left_(steps), bytes_left_(bytes) {
    for (std::size_t place = 0; place < order.size(); ++place) places_[order[place]] = place;
    for (auto& leaf : nodes_) leaf.place = order.size();
}

bool Diagram::spend(std::size_t steps, std::size_t bytes) {
    spent_ = spent_ || steps > steps_left_ || bytes > bytes_left_;
    if (spent_) return false;
    steps_left_ -= steps;
    bytes_left_ -= bytes;
    return true;
}

NodeRef Diagram::node(std::size_t place, std::vector<Edge> edges) {
    // Neighbours that lead to the same are one edge; a node with one edge asks for nothing.
    std::size_t kept = 0;
    for (const auto& edge : edges)
        if (kept > 0 && edges[kept - 1].to == edge.to)
            edges[kept - 1].high = edge.high;
        else
            edges[kept++] = edge;
    edges.resize(kept);
    if (kept == 1) return edges.front().to;
    std::uint64_t hash = place;
    for (const auto& [high, to] : edges)
        hash = (hash ^ (high + (std::uint64_t{to} << 32))) * 0x9e37'79b9'7f4a'7c15;
    hash ^= hash >> 31;
    auto& alike = by_hash_[hash];
    for (const auto known : alike)
        if (nodes_[known].place == place && nodes_[known].edges == edges) return known;
    constexpr std::size_t overhead_bytes =
        96; // the node, its place in the table, and what the allocator takes
    if (!spend(1, edges.size() * sizeof(Edge) + overhead_bytes)) return undecided;
    const auto made = static_cast<NodeRef>(nodes_.size());
    alike.push_back(made);
    edges.shrink_to_fit();
    nodes_.push_back({place, std::move(edges)});
    return made;
}

NodeRef Diagram::of_rule(const Rule& rule, const Wanted& is_wanted) {
    auto guard = rule.guard;
    std::ranges::sort(guard, std::greater{}, [&](const Side& side) { return places_[side.variable]; });
    NodeRef below = is_wanted(rule) ? wanted : unwanted;
    for (const auto& side : guard) {
        std::vector<Edge> edges;
        const auto max = space_.sets[space_.domain(side.variable)].intervals().back().high;
        Value next = 0;
        bool open = true;
        for (const auto& [low, high] : space_.sets[side.values].intervals()) {
            if (low > next) edges.push_back({low - 1, undecided});
            edges.push_back({std::min(high, max), below});
            open = high < max;
            next = high + 1;
        }
        if (open) edges.push_back({max, undecided});
        below = node(places_[side.variable], std::move(edges));
    }
    return below;
}

NodeRef Diagram::over(NodeRef first, NodeRef second) {
    if (first != undecided && first < leaves) return first;
    if (first == undecided || first == second || second == undecided)
        return first == undecided ? second : first;
    const auto key = std::uint64_t{first} << 32 | second;
    if (const auto known = known_over_.find(key); known != known_over_.end()) return known->second;
    constexpr std::size_t known_bytes = 48;
    if (!spend(1, known_bytes)) return undecided;
    const auto place = std::min(nodes_[first].place, nodes_[second].place);
    // A diagram that does not ask for the variable is the same for all its values.
    const auto max = space_.sets[space_.domain(order_[place])].intervals().back().high;
    const auto edges_of = [&](NodeRef node) {
        return nodes_[node].place == place ? nodes_[node].edges : std::vector<Edge>{{max, node}};
    };
    const auto a = edges_of(first), b = edges_of(second);
    std::vector<Edge> edges;
    edges.reserve(a.size() + b.size());
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size() && !spent_;) {
        const auto high = std::min(a[i].high, b[j].high);
        edges.push_back({high, over(a[i].to, b[j].to)});
        if (a[i].high == high) ++i;
        if (b[j].high == high) ++j;
    }
    if (!spend(edges.size(), 0)) return undecided;
    return known_over_[key] = node(place, std::move(edges));
}

NodeRef Diagram::of_range(const std::vector<const Rule*>& rules, std::size_t first, std::size_t last,
                          const Wanted& is_wanted) {
    if (spent_ || first == last) return undecided;
    if (last - first == 1) return of_rule(*rules[first], is_wanted);
    const auto middle = first + (last - first) / 2;
    const auto front = of_range(rules, first, middle, is_wanted);
    return over(front, of_range(rules, middle, last, is_wanted));
}

std::optional<NodeRef> Diagram::of(const std::vector<const Rule*>& rules, const Wanted& is_wanted) {
    const auto root = of_range(rules, 0, rules.size(), is_wanted);
    known_over_.clear(); // of no use to other lists
    return spent_ ? std::nullopt : std::optional(root);
}

} // namespace symbolic
