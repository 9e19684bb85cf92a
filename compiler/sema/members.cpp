#include "compiler/sema/members.hpp"

#include <algorithm>
#include <numeric>

namespace sema {

namespace {

/// For each leaf another one of its list that holds all of it; of equal ones the first holds the others.
std::vector<std::optional<std::size_t>> holders_of(const std::vector<Leaf>& leaves,
                                                   const std::vector<model::Interval>& values) {
    std::vector<std::size_t> order(leaves.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return std::tuple(leaves[a].list, values[a].low, ~values[a].high) <
               std::tuple(leaves[b].list, values[b].low, ~values[b].high);
    });
    std::vector<std::optional<std::size_t>> holders(leaves.size());
    std::optional<std::size_t> widest; // of those before: it reaches farthest
    for (const auto leaf : order) {
        const bool is_held = widest && leaves[*widest].list == leaves[leaf].list &&
                             values[leaf].high <= values[*widest].high;
        if (is_held)
            holders[leaf] = widest;
        else
            widest = leaf;
    }
    return holders;
}

} // namespace

std::vector<model::Member> members_of(Context& context, const std::vector<Leaf>& leaves,
                                      const std::vector<model::Interval>& values) {
    // What stands in a list by a name of its own may well be in another one too.
    const auto is_written_in = [](const Leaf& leaf) { return leaf.list && encloses(leaf.list->span, leaf.span); };
    std::vector<model::Member> members;
    if (leaves.size() < 2) return members;
    const auto holders = holders_of(leaves, values);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const auto& leaf = leaves[i];
        if (!context.folders.contains(leaf.span.file)) continue;
        if (!holders[i] || !is_written_in(leaf) || !is_written_in(leaves[*holders[i]])) {
            members.push_back({values[i], place_of(leaf.span), end_of(leaf.span)});
            continue;
        }
        const auto& holder = leaves[*holders[i]];
        const bool are_equal = values[i] == values[*holders[i]];
        context.report(syntax::Kind::redundant_member, leaf.span,
                       text_of(leaf) + (are_equal ? " stands in this list twice"
                                                  : " is in " + text_of(holder) + ", which stands in this list too"),
                       "leave it out", {{holder.span, are_equal ? "here too" : text_of(holder) + " stands here"}});
    }
    return members;
}

} // namespace sema
