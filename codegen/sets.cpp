#include "codegen/sets.hpp"

#include "codegen/names.hpp"
#include "codegen/ranks.hpp"

#include <algorithm>
#include <bit>

namespace codegen {

namespace {

using model::FieldKind;
using model::Interval;
using model::IntervalSet;
using model::Value;

// What suits a set, by the figures in docs/internals/optimise.md: a few comparisons read best, a bitmap is one load but
// takes eight KiB for ports, halving takes the least room, an index is quicker.
constexpr std::size_t compared_max = 3; ///< intervals
constexpr std::size_t halved_ports_max = 8;
constexpr std::size_t halved_addresses_max = 32;

std::string reading(model::Field field) { return fmt::format("field::{}(packet)", accessor(field)); }

bool is_mac(model::Field field) { return model::info(field).kind == FieldKind::mac; }

/// Where a field has multiples of its scale only: what lies between two values of a set is as good as in it.
std::vector<Interval> without_impossible_gaps(model::Field field, const IntervalSet& values) {
    const auto scale = model::info(field).scale;
    if (scale == 1) return values.intervals();
    std::vector<Interval> joined;
    for (const auto& [low, high] : values.intervals()) {
        if (!joined.empty() && low - joined.back().high <= scale)
            joined.back().high = high;
        else
            joined.push_back({low, high});
    }
    return joined;
}

} // namespace

Sets::Sets(const model::Appliance& appliance, Data& data) : appliance_(appliance), data_(data) {
    for (model::SetId id = 0; id < appliance.sets.size(); ++id)
        if (const auto& intervals = appliance.sets[id].values.intervals(); intervals.size() > compared_max)
            sets_like_[{intervals.size(), intervals.front().low}].push_back(id);
}

std::string Sets::literal_of(model::Field field, Value value) const {
    if (model::info(field).kind != FieldKind::iface || value >= appliance_.ifaces.size())
        return literal(field, value);
    return fmt::format("{}u /* {} */", value, in_comment(appliance_.ifaces[value].name));
}

std::string Sets::within(model::Field field, const std::string& read, const Interval& interval) const {
    const auto& [low, high] = interval;
    if (low == high) return fmt::format("{} == {}", read, literal_of(field, low));
    if (low == 0) return fmt::format("{} <= {}", read, literal_of(field, high));
    if (high >= model::info(field).max()) return fmt::format("{} >= {}", read, literal_of(field, low));
    return fmt::format("within({}, {}, {})", read, literal_of(field, low), literal_of(field, high));
}

std::optional<std::string> Sets::compared(model::Field field, const std::string& read,
                                          const std::vector<Interval>& intervals) const {
    if (intervals.empty()) return "false";
    const auto max = model::info(field).max();
    const auto& first = intervals.front();
    const auto& last = intervals.back();
    if (intervals.size() == 1 && first.low == 0 && first.high >= max) return "true";
    if (intervals.size() == 1) return within(field, read, first);
    // All but one value.
    if (intervals.size() == 2 && first.low == 0 && last.high >= max && first.high + 2 == last.low)
        return fmt::format("{} != {}", read, literal_of(field, first.high + 1));
    return std::nullopt;
}

std::string Sets::test(const model::Test& test) {
    const auto& info = model::info(test.field);
    const auto& intervals = appliance_.sets.at(test.set).values.intervals();
    std::string read = reading(test.field);
    if ((test.mask & info.max()) != info.max())
        read = fmt::format("({} & {})", read, literal(test.field, test.mask));
    if (auto text = compared(test.field, read, intervals)) return *text;
    auto& entry = table(test.set, test.field);
    entry.intervals = true;
    return fmt::format("in({}, {})", read, entry.name);
}

/// Of flags: those values some of whose bits are as they should be, or all others.
std::optional<std::string> Sets::masked(model::Field field, const IntervalSet& values) const {
    const auto max = model::info(field).max();
    const auto alike = [&](const IntervalSet& set) -> std::optional<std::pair<Value, Value>> {
        Value ones = max, zeros = max;
        for (const auto& [low, high] : set.intervals())
            for (Value value = low; value <= high; ++value) {
                ones &= value;
                zeros &= ~value;
            }
        const Value mask = (ones | zeros) & max;
        if (set.size() != Value{1} << std::popcount(max & ~mask)) return std::nullopt;
        return std::pair(mask, ones);
    };
    const auto say = [&](const std::pair<Value, Value>& bits, std::string_view relation) {
        return fmt::format("({} & {}) {} {}", reading(field), literal(field, bits.first), relation,
                           literal(field, bits.second));
    };
    if (const auto bits = alike(values)) return say(*bits, "==");
    if (const auto bits = alike(values.complement(max))) return say(*bits, "!=");
    return std::nullopt;
}

std::string Sets::fitting_test(model::Field field, const IntervalSet& values) {
    const auto read = reading(field);
    const auto intervals = without_impossible_gaps(field, values);
    const auto max = model::info(field).max();
    if (auto text = compared(field, read, intervals)) return *text;
    if (model::info(field).kind == FieldKind::flags)
        if (auto text = masked(field, values)) return *text;
    const auto any_of = [&](const std::vector<Interval>& some) {
        std::string text;
        for (const auto& interval : some) text += (text.empty() ? "(" : " || ") + within(field, read, interval);
        return text + ")";
    };
    if (intervals.size() <= compared_max) return any_of(intervals);
    const auto outside = IntervalSet(intervals).complement(max).intervals();
    if (outside.size() <= compared_max) return "!" + any_of(outside);
    return by_table(table(values, field), read);
}

std::string Sets::by_table(Table& table, const std::string& read) {
    const auto size = table.values.intervals().size();
    const auto max = model::info(table.field).max();
    if (max <= 0xffff && size > (max > 0x1ff ? halved_ports_max : compared_max)) {
        table.intervals = table.bitmap = true;
        return fmt::format("in({}, {}_bits)", read, table.name);
    }
    if (max <= 0xffff || size <= halved_addresses_max) {
        table.intervals = true;
        return fmt::format("in({}, {})", read, table.name);
    }
    if (!table.ranks) {
        std::vector<Value> ends;
        const Value inside = table.values.contains(0) ? 0 : 1;
        for (const auto& [low, high] : table.values.intervals()) {
            if (low > 0) ends.push_back(low - 1);
            ends.push_back(high);
        }
        if (ends.back() < max) ends.push_back(max);
        const auto ranks = ranks_of(std::move(ends), model::info(table.field).bits);
        table.ranks = fmt::format("{{{}, {}}}", write_ranks(data_, "nacl_" + table.name, ranks), inside);
    }
    return fmt::format("in({}, {}_ranks)", read, table.name);
}

Sets::Table& Sets::table(model::SetId id, model::Field field) {
    const auto [known, is_new] = by_id_.try_emplace(id, tables_.size());
    if (is_new) {
        const auto& set = appliance_.sets.at(id);
        tables_.push_back({.name = set.name.empty() ? fmt::format("set_{}", id)
                                                    : identifier(set.name) + std::to_string(id),
                           .field = field,
                           .values = set.values,
                           .set = &set});
    }
    return tables_[known->second];
}

Sets::Table& Sets::table(const IntervalSet& values, model::Field field) {
    const Likeness likeness{values.intervals().size(), values.intervals().front().low};
    auto& like = tables_like_[likeness];
    for (const auto at : like)
        if (tables_[at].field == field && tables_[at].values == values) return tables_[at];
    if (const auto found = sets_like_.find(likeness); found != sets_like_.end())
        for (const auto id : found->second)
            if (appliance_.sets[id].values == values)
                if (auto& known = table(id, field); known.field == field) return known;
    like.push_back(tables_.size());
    tables_.push_back({.name = fmt::format("values_{}", tables_.size()), .field = field, .values = values});
    return tables_.back();
}

void Sets::write_intervals(Writer& out, const Table& table) const {
    const auto kind = model::info(table.field).kind;
    out.open("constexpr std::array<{}, {}> {} = {{{{", is_mac(table.field) ? "MacInterval" : "Interval",
             table.values.intervals().size(), table.name);
    for (const auto& [low, high] : table.values.intervals()) {
        const std::string note =
            low == high ? notation(kind, low) : fmt::format("{} - {}", notation(kind, low), notation(kind, high));
        if (kind == FieldKind::address || is_mac(table.field))
            out.line("{{{0:#0{2}x}, {1:#0{2}x}}}, // {3}", low, high, is_mac(table.field) ? 14 : 10, note);
        else
            out.line("{{{}, {}}},", low, high);
    }
    out.close("}};");
}

void Sets::write_tables(Writer& out) const {
    for (const auto& table : tables_) {
        if (table.set != nullptr)
            out.line("/// {}: {}", table.set->name.empty() ? "a set" : table.set->name,
                     location(appliance_, table.set->place));
        else
            out.line("/// what is left of sets of {}", model::info(table.field).name);
        if (table.intervals) write_intervals(out, table);
        if (table.bitmap)
            out.line("constexpr auto {0}_bits = bitmap<{1}>({0});", table.name,
                     std::max(std::bit_ceil(model::info(table.field).max()), Value{64}));
        if (table.ranks)
            out.line("constexpr {} {}_ranks = {};", is_mac(table.field) ? "MacRankedSet" : "RankedSet",
                     table.name, *table.ranks);
        out.blank();
    }
}

} // namespace codegen
