// An interval decision diagram: a node asks for one variable, its edges are ranges of values that follow each
// other, a leaf says what is decided. Equal nodes are one node. Cost follows the number of boundaries, not
// the width of a field.
#pragma once
#include "compiler/symbolic/find.hpp"

#include <unordered_map>

namespace symbolic {

using NodeRef = std::uint32_t;

/// The leaves, which are the first nodes.
enum Leaf : NodeRef { undecided, unwanted, wanted, leaves };

struct Edge {
    Value high = 0; ///< it goes from behind the one before up to here
    NodeRef to = 0;

    friend bool operator==(const Edge&, const Edge&) = default;
};

/// By which variables are asked: the place of each in the order, from the top.
using Order = std::vector<Variable>;

class Diagram {
public:
    /// `steps` and `bytes` are what may be spent; when it is, what is built is worth nothing.
    Diagram(const Space& space, const Order& order, std::size_t steps, std::size_t bytes);

    /// Of the rules of a list, by divide and conquer. Nothing when the budget is spent.
    std::optional<NodeRef> of(const std::vector<const Rule*>& rules, const Wanted& is_wanted);

    std::size_t place(NodeRef node) const { return nodes_[node].place; } ///< of a leaf: behind all variables
    Variable variable_at(std::size_t place) const { return order_[place]; }
    const std::vector<Edge>& edges(NodeRef node) const { return nodes_[node].edges; }
    std::size_t nodes() const { return nodes_.size(); }
    std::size_t places() const { return order_.size(); }
    std::size_t steps_left() const { return steps_left_; }

private:
    struct Node {
        std::size_t place = 0;
        std::vector<Edge> edges;
    };

    NodeRef node(std::size_t place, std::vector<Edge> edges);
    NodeRef of_rule(const Rule& rule, const Wanted& is_wanted);
    NodeRef of_range(const std::vector<const Rule*>& rules, std::size_t first, std::size_t last,
                     const Wanted& is_wanted);
    /// The first where it decides, else the second.
    NodeRef over(NodeRef first, NodeRef second);
    bool spend(std::size_t steps, std::size_t bytes);

    const Space& space_;
    Order order_;
    std::vector<std::size_t> places_; ///< by variable
    std::vector<Node> nodes_;
    std::unordered_map<std::uint64_t, std::vector<NodeRef>> by_hash_;
    std::unordered_map<std::uint64_t, NodeRef> known_over_;
    std::size_t steps_left_, bytes_left_;
    bool spent_ = false;
};

} // namespace symbolic
