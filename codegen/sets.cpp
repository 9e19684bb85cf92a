#include "codegen/sets.hpp"

#include "codegen/names.hpp"

namespace codegen {

std::string Sets::test(const model::Test& test) {
    const auto& info = model::info(test.field);
    const auto& intervals = appliance_.sets.at(test.set).values.intervals();
    std::string value = fmt::format("field::{}(packet)", accessor(test.field));
    if ((test.mask & info.max()) != info.max())
        value = fmt::format("({} & {})", value, literal(test.field, test.mask));
    const auto say = [&](model::Value v) {
        if (info.kind != model::FieldKind::iface || v >= appliance_.ifaces.size()) return literal(test.field, v);
        return fmt::format("{}u /* {} */", v, in_comment(appliance_.ifaces[v].name));
    };
    if (intervals.empty()) return "false";
    const auto& first = intervals.front();
    const auto& last = intervals.back();
    if (intervals.size() == 1) {
        if (first.low == first.high) return fmt::format("{} == {}", value, say(first.low));
        if (first.low == 0 && first.high >= info.max()) return "true";
        if (first.low == 0) return fmt::format("{} <= {}", value, say(first.high));
        if (first.high >= info.max()) return fmt::format("{} >= {}", value, say(first.low));
        return fmt::format("within({}, {}, {})", value, say(first.low), say(first.high));
    }
    // All but one value.
    if (intervals.size() == 2 && first.low == 0 && last.high >= info.max() && first.high + 2 == last.low)
        return fmt::format("{} != {}", value, say(first.high + 1));
    return fmt::format("in({}, {})", value, table(test.set, test.field));
}

std::string Sets::table(model::SetId set, model::Field field) {
    tables_.emplace(set, field);
    const auto& name = appliance_.sets.at(set).name;
    return name.empty() ? fmt::format("set_{}", set) : identifier(name) + std::to_string(set);
}

void Sets::write_tables(Writer& out) const {
    for (const auto& [id, field] : tables_) {
        const auto& set = appliance_.sets.at(id);
        const auto& intervals = set.values.intervals();
        out.line("/// {}: {}", set.name.empty() ? "a set" : set.name, location(appliance_, set.place));
        const auto kind = model::info(field).kind;
        const bool is_mac = kind == model::FieldKind::mac;
        out.open("constexpr std::array<{}, {}> {} = {{{{", is_mac ? "MacInterval" : "Interval", intervals.size(),
                 set.name.empty() ? fmt::format("set_{}", id) : identifier(set.name) + std::to_string(id));
        for (const auto& [low, high] : intervals) {
            const std::string note = low == high
                                         ? notation(kind, low)
                                         : fmt::format("{} - {}", notation(kind, low), notation(kind, high));
            if (kind == model::FieldKind::address || is_mac)
                out.line("{{{0:#0{2}x}, {1:#0{2}x}}}, // {3}", low, high, is_mac ? 14 : 10, note);
            else
                out.line("{{{}, {}}},", low, high);
        }
        out.close("}};");
        out.blank();
    }
}

} // namespace codegen
