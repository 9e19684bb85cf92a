#include "compiler/analysis/describe.hpp"

#include "compiler/eval/chains.hpp"
#include "compiler/eval/datagram.hpp"

#include <algorithm>
#include <bit>

namespace analysis {

namespace {

using model::Field;
using model::Value;
using symbolic::variable;

constexpr std::size_t shown_max = 6; ///< intervals of one field

class Words {
public:
    Words(const symbolic::Space& space, const model::Appliance& appliance, const symbolic::Box& box)
        : space_(space), appliance_(appliance), box_(box) {}

    std::string text() {
        std::string words = protocol();
        const bool is_tcp = words == "tcp", has_ports = is_tcp || words == "udp";
        const auto add = [&](const std::string& word, Field field) {
            if (const auto* values = said(field)) words += (word.front() == ',' ? "" : " ") + word + ' ' + few(field, *values);
        };
        const auto& sources = space_.sets[values_of(space_, box_, variable(Field::iface_in))];
        const bool made_here = sources.intervals().front().low >= appliance_.ifaces.size();
        known_[variable(Field::iface_in)] = made_here;
        if (made_here) words += " made here";
        add("in by", Field::iface_in);
        add("out by", Field::iface_out);
        // Whose port it is has to be said: `from port 53` is no `to port 53`.
        const auto add_end = [&](const std::string& word, Field address, Field port) {
            const auto before = words.size();
            add(word, address);
            if (has_ports) add(words.size() == before ? word + " port" : "port", port);
        };
        add_end("from", Field::ip_saddr, is_tcp ? Field::tcp_sport : Field::udp_sport);
        add_end("to", Field::ip_daddr, is_tcp ? Field::tcp_dport : Field::udp_dport);
        add(", type", Field::icmp_type);
        if (const auto* states = said(Field::ct_state)) words += state(*states);
        for (const auto& side : box_)
            if (side.variable < symbolic::header_complete) {
                const auto field = static_cast<Field>(side.variable);
                if (!known_[side.variable]) add(", " + std::string(model::info(field).name), field);
            }
        return words;
    }

private:
    /// The values of a field that the box narrows, once.
    const model::IntervalSet* said(Field field) {
        if (known_[variable(field)]) return nullptr;
        known_[variable(field)] = true;
        const auto values = values_of(space_, box_, variable(field));
        return values == space_.domain(variable(field)) ? nullptr : &space_.sets[values];
    }

    /// Only errors of ICMP are related (path.md, track): of other packets it is not said.
    std::string state(const model::IntervalSet& states) const {
        constexpr auto value = static_cast<Value>(model::State::related);
        const model::IntervalSet related = {{value, value}};
        auto possible = space_.sets[space_.domain(variable(Field::ct_state))];
        const auto in_box = [&](Field field) { return space_.sets[values_of(space_, box_, variable(field))]; };
        constexpr std::array errors = {eval::icmp_type::unreachable, eval::icmp_type::time_exceeded, eval::icmp_type::parameter_problem};
        const bool is_error = std::ranges::any_of(errors, [&](Value type) { return in_box(Field::icmp_type).contains(type); });
        if (!is_error || !in_box(Field::ip_protocol).contains(model::protocol_number(model::Layer::icmp)))
            possible = model::both(possible, related.complement(model::info(Field::ct_state).max()));
        const auto left = model::both(states, possible);
        return left == possible ? "" : ", state " + few(Field::ct_state, left);
    }

    static std::string protocol_name(Value protocol) {
        switch (protocol) {
        case eval::icmp: return "icmp";
        case eval::tcp: return "tcp";
        case eval::udp: return "udp";
        default: return std::to_string(protocol);
        }
    }

    std::string protocol() {
        const auto* values = said(Field::ip_protocol);
        if (values == nullptr) return "any packet";
        const auto text = few(Field::ip_protocol, *values);
        const bool is_named = values->size() == 1 && text.find_first_of("0123456789") == text.npos;
        return is_named ? text : "protocol " + text;
    }

    /// All that it is not, where that is shorter.
    std::string few(Field field, const model::IntervalSet& values) const {
        const auto others = model::both(space_.sets[space_.domain(variable(field))],
                                        values.complement(model::info(field).max()));
        // Numbers of Ifaces are names in an order of no meaning, and where one is meant there is always one.
        const bool are_few = model::info(field).kind == model::FieldKind::iface
                                 ? !others.empty() && values.contains(appliance_.ifaces.size())
                                 : others.intervals().size() < values.intervals().size();
        if (model::info(field).kind == model::FieldKind::flags) return flags(field, values, others);
        return are_few ? "other than " + list(field, others) : list(field, values);
    }

    /// "with syn, without ack, rst", "not (without syn, ack)", "exactly syn, or exactly syn, ack".
    std::string flags(Field field, const model::IntervalSet& values, const model::IntervalSet& others) const {
        if (values.size() > 1)
            if (auto text = some_flags(field, values); !text.empty()) return text;
        if (others.size() > 1)
            if (const auto text = some_flags(field, others); !text.empty()) return "not (" + text + ")";
        if (others.size() < values.size()) return "not " + exactly(field, others);
        return exactly(field, values);
    }

    std::string exactly(Field field, const model::IntervalSet& values) const {
        std::string text;
        std::size_t shown = 0;
        for (const auto& [low, high] : values.intervals())
            for (auto value = low; value <= high; ++value) {
                if (shown == shown_max) return text + " and " + std::to_string(values.size() - shown) + " more";
                text += (shown++ == 0 ? "exactly " : ", or exactly ") + (value == 0 ? "none" : text_of(appliance_, field, value));
            }
        return text;
    }

    /// Where some flags are set, some are not, and the others are as they like; empty where they are not so.
    std::string some_flags(Field field, const model::IntervalSet& values) const {
        auto set = model::info(field).max(), ever = Value{0};
        for (const auto& [low, high] : values.intervals())
            for (auto value = low; value <= high; ++value) set &= value, ever |= value;
        if (values.size() != Value{1} << std::popcount(set ^ ever)) return {};
        const auto clear = model::info(field).max() & ~ever;
        std::string text;
        if (set != 0) text += "with " + text_of(appliance_, field, set);
        if (clear != 0) text += (text.empty() ? "without " : ", without ") + text_of(appliance_, field, clear);
        return text;
    }

    std::string list(Field field, const model::IntervalSet& values) const {
        std::string text;
        std::size_t shown = 0;
        const auto& intervals = values.intervals();
        for (const auto& interval : intervals) {
            if (shown == shown_max) return text + " and " + std::to_string(intervals.size() - shown) + " more";
            text += (shown++ == 0 ? "" : ", ") + range(field, interval);
        }
        return text;
    }

    std::string range(Field field, const model::Interval& range) const {
        const auto& [low, high] = range;
        if (field == Field::ip_protocol && low == high) return protocol_name(low);
        const auto one = [&](Field of, Value value) { return text_of(appliance_, of, value); };
        if (low == high) return one(field, low);
        const auto kind = model::info(field).kind;
        const auto size = high - low + 1;
        if (kind == model::FieldKind::address && std::has_single_bit(size) && low % size == 0)
            return one(field, low) + '/' + std::to_string(32 - std::countr_zero(size));
        if (kind == model::FieldKind::state || kind == model::FieldKind::iface) {
            // All numbers behind the Ifaces' mean that there is none.
            const auto last = kind == model::FieldKind::iface ? std::clamp<Value>(appliance_.ifaces.size(), low, high) : high;
            auto text = one(field, low);
            for (auto value = low + 1; value <= last; ++value) text += ", " + one(field, value);
            return text;
        }
        return one(field, low) + (kind == model::FieldKind::address ? " - " : "-") + one(field, high);
    }

    const symbolic::Space& space_;
    const model::Appliance& appliance_;
    const symbolic::Box& box_;
    std::array<bool, symbolic::header_complete + 1> known_{}; ///< fields that have been said
};

} // namespace

std::string describe(const symbolic::Space& space, const model::Appliance& appliance,
                     const symbolic::Box& box) {
    return Words(space, appliance, box).text();
}

std::string text_of(const model::Appliance& appliance, Field field, Value value) {
    if (model::info(field).kind != model::FieldKind::iface) return eval::show(field, value);
    return value < appliance.ifaces.size() ? appliance.ifaces[value].name : "no Iface";
}

} // namespace analysis
