#include "codegen/ranks.hpp"

#include <algorithm>
#include <bit>

namespace codegen {

namespace {

constexpr unsigned index_bits_max = 16;
/// So many bytes of index cost a lookup as much as one halving, since they crowd a cache.
constexpr double bytes_for_a_step = 16 * 1024;

/// By the top bits of values: the number of the range that their lowest value is in.
std::vector<std::uint32_t> index_of(const std::vector<model::Value>& ends, unsigned bits, unsigned shift) {
    std::vector<std::uint32_t> first;
    std::uint32_t at = 0;
    for (model::Value top = 0; top < model::Value{1} << (bits - shift); ++top) {
        while (ends[at] < top << shift) ++at;
        first.push_back(at);
    }
    return first;
}

/// The halvings that find any value from there.
unsigned steps_of(const std::vector<std::uint32_t>& first, std::size_t ranges) {
    unsigned steps = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
        // The values end where the next ones begin: in the same range, or in that before.
        const auto last = i + 1 < first.size() ? first[i + 1] : static_cast<std::uint32_t>(ranges - 1);
        steps = std::max(steps, static_cast<unsigned>(std::bit_width(last - first[i])));
    }
    return steps;
}

} // namespace

Ranks ranks_of(std::vector<model::Value> ends, unsigned bits) {
    Ranks best;
    double best_cost = 0;
    for (unsigned index_bits = 1; index_bits <= std::min(bits, index_bits_max); ++index_bits) {
        const unsigned shift = bits - index_bits;
        auto first = index_of(ends, bits, shift);
        const auto steps = steps_of(first, ends.size());
        const double cost =
            steps + static_cast<double>(first.size() * sizeof(std::uint32_t)) / bytes_for_a_step;
        if (!best.first.empty() && cost >= best_cost) continue;
        best_cost = cost;
        best = {.first = std::move(first), .ends = {}, .shift = shift, .steps = steps, .bits = bits};
    }
    ends.insert(ends.end(), (std::size_t{1} << best.steps) - 1, ends.back());
    best.ends = std::move(ends);
    return best;
}

std::string write_ranks(Data& data, const std::string& name, const Ranks& ranks) {
    data.add(name + "_first", ranks.first);
    if (is_wide(ranks.bits))
        data.add(name + "_ends", ranks.ends);
    else
        data.add(name + "_ends", std::vector<std::uint32_t>(ranks.ends.begin(), ranks.ends.end()));
    return fmt::format("{{{0}_first, {0}_ends, {1}, {2}}}", name, ranks.shift, ranks.steps);
}

} // namespace codegen
