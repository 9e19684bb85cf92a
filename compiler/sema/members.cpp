#include "compiler/sema/members.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>

namespace sema {

namespace {

/// For each leaf what holds all of it: another one of its list, or two that meet each other. Of equal ones the first
/// holds the others.
std::vector<std::vector<std::size_t>> holders_of(const std::vector<Leaf>& leaves,
                                                 const std::vector<model::Interval>& values) {
    std::vector<std::size_t> order(leaves.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return std::tuple(leaves[a].list, values[a].low, ~values[a].high) <
               std::tuple(leaves[b].list, values[b].low, ~values[b].high);
    });
    const auto share_list = [&](std::size_t a, std::size_t b) { return leaves[a].list == leaves[b].list; };
    std::vector<std::vector<std::size_t>> holders(leaves.size());
    std::vector<std::size_t> outer; // no single one holds them: each begins and ends behind the one before
    for (const auto leaf : order)
        if (!outer.empty() && share_list(outer.back(), leaf) && values[leaf].high <= values[outer.back()].high)
            holders[leaf] = {outer.back()};
        else
            outer.push_back(leaf);
    std::size_t kept = 0;
    for (std::size_t i = 1; i + 1 < outer.size(); ++i) {
        const auto before = outer[kept], leaf = outer[i], behind = outer[i + 1];
        if (share_list(before, leaf) && share_list(leaf, behind) && values[before].high + 1 >= values[behind].low)
            holders[leaf] = {before, behind};
        else
            kept = i;
    }
    return holders;
}

/// What lists have that a list names, to look for what holds a member of its own.
class Named {
public:
    Named(const syntax::Value& list, const std::vector<Leaf>& leaves, const std::vector<model::Interval>& values)
        : values_(values) {
        for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf)
            if (leaves[leaf].list != nullptr && leaves[leaf].list != &list) reaching_.push_back(leaf);
        std::ranges::sort(reaching_, {}, [&](std::size_t leaf) { return std::pair(values[leaf].low, ~values[leaf].high); });
        for (std::size_t i = 1; i < reaching_.size(); ++i) // of those that begin so early that which reaches farthest
            if (values[reaching_[i - 1]].high >= values[reaching_[i]].high) reaching_[i] = reaching_[i - 1];
        lows_.reserve(reaching_.size());
        for (const auto leaf : reaching_) lows_.push_back(values[leaf].low);
    }

    std::optional<std::size_t> holder_of(const model::Interval& values) const {
        const auto behind = std::ranges::upper_bound(lows_, values.low) - lows_.begin();
        if (behind == 0) return std::nullopt;
        const auto leaf = reaching_[static_cast<std::size_t>(behind) - 1];
        return values.high <= values_[leaf].high ? std::optional(leaf) : std::nullopt;
    }

private:
    const std::vector<model::Interval>& values_;
    std::vector<std::size_t> reaching_;
    std::vector<model::Value> lows_;
};

} // namespace

std::vector<model::Member> members_of(Context& context, const syntax::Value& list, const std::vector<Leaf>& leaves,
                                      const std::vector<model::Interval>& values) {
    // What stands in a list by a name of its own may well be in another one too.
    const auto is_written_in = [](const Leaf& leaf) { return leaf.list && encloses(leaf.list->span, leaf.span); };
    std::vector<model::Member> members;
    if (leaves.size() < 2) return members;
    const auto holders = holders_of(leaves, values);
    const Named named(list, leaves, values);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const auto& leaf = leaves[i];
        if (!context.folders.contains(leaf.span.file)) continue;
        const auto is_written_too = [&](std::size_t holder) { return is_written_in(leaves[holder]); };
        const auto by_name = leaf.list == &list && is_written_in(leaf) && holders[i].empty() ? named.holder_of(values[i]) : std::nullopt;
        if (by_name) {
            const auto text = text_of(leaves[*by_name]);
            const bool is_doubled = values[i] == values[*by_name];
            context.report(syntax::Kind::redundant_member, leaf.span,
                           text_of(leaf) + (is_doubled ? " stands" : " is in " + text + ", which stands") +
                               " in a list that this one names",
                           "leave it out", {{leaves[*by_name].span, is_doubled ? "here too" : text + " stands here"}});
            continue;
        }
        if (holders[i].empty() || !is_written_in(leaf) || !std::ranges::all_of(holders[i], is_written_too)) {
            members.push_back({values[i], place_of(leaf.use), end_of(leaf.use)});
            continue;
        }
        const bool is_doubled = holders[i].size() == 1 && values[i] == values[holders[i].front()];
        std::string texts;
        std::vector<syntax::Note> notes;
        for (const auto holder : holders[i]) {
            const auto text = text_of(leaves[holder]);
            texts += (texts.empty() ? "" : " and ") + text;
            notes.push_back({leaves[holder].span, is_doubled ? "here too" : text + " stands here"});
        }
        const std::string stand = notes.size() == 1 ? ", which stands" : ", which stand";
        context.report(syntax::Kind::redundant_member, leaf.span,
                       text_of(leaf) + (is_doubled ? " stands in this list twice"
                                                   : " is in " + texts + stand + " in this list too"),
                       "leave it out", std::move(notes));
    }
    return members;
}

void forget_asked_members(Context& context) {
    for (auto& set : context.appliance.sets)
        std::erase_if(set.members, [&](const model::Member& one) { return context.asked_members.contains(one.place); });
}

} // namespace sema
