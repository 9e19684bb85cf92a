#include "codegen/nft/conditions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace codegen::nft {

namespace {

using model::Field;
using model::FieldKind;
using model::IntervalSet;
using model::Value;

constexpr std::size_t alternatives_max = 256;

const Alternatives always = {Term{}};

IntervalSet join(const IntervalSet& a, const IntervalSet& b) {
    auto all = a.intervals();
    all.insert(all.end(), b.intervals().begin(), b.intervals().end());
    return IntervalSet(std::move(all));
}

IntervalSet meet(const IntervalSet& a, const IntervalSet& b) {
    std::vector<model::Interval> common;
    for (const auto& x : a.intervals())
        for (const auto& y : b.intervals())
            common.push_back({std::max(x.low, y.low), std::min(x.high, y.high)}); // empty when low > high
    return IntervalSet(std::move(common));
}

bool same_subject(const Match& a, const Match& b) { return a.field == b.field && a.mask == b.mask; }

class Reader {
public:
    Reader(const model::Appliance& appliance, const Known& known, std::vector<Problem>& problems)
        : appliance_(appliance), known_(known), problems_(problems) {}

    Alternatives read(const model::Condition& condition, bool wanted) {
        return std::visit([&](const auto& kind) { return say(kind, wanted, condition.place); }, condition.is);
    }

private:
    Alternatives say(const model::Constant& constant, bool wanted, const model::Place&) {
        return constant.value == wanted ? always : Alternatives{};
    }

    Alternatives say(const model::Test& test, bool wanted, const model::Place& place) {
        const auto& info = model::info(test.field);
        const auto& set = appliance_.sets.at(test.set);
        const Value mask = test.mask & info.max();
        const auto values = wanted ? set.values : set.values.complement(info.max());
        const auto holds = [&](Value value) { return values.contains(value) ? always : Alternatives{}; };
        switch (test.field) {
        case Field::ip_version:
            return holds(4);
        case Field::ip_frag_off:
            return holds(0); // conntrack has put fragments together
        case Field::vlan_id:
            return by_vlan(values);
        case Field::ip_options:
            return options(values);
        case Field::iface_out:
            if (known_.egress) return holds(*known_.egress);
            break;
        default:
            break;
        }
        if (info.layer == model::Layer::eth && !known_.has_ethernet) {
            refuse(place, fmt::format("nftables cannot read `{}` in output and postrouting", info.name),
                   "test it in prerouting, input or forward");
            return always;
        }
        if (values.empty()) return {};
        if (mask == info.max() && values.complement(info.max()).empty()) return always;
        const auto named = set.name.empty() ? std::nullopt : std::optional(test.set);
        return {{{.field = test.field, .mask = mask, .values = values, .set = named, .negated = !wanted}}};
    }

    /// Each Iface has one VLAN, and packets made here none.
    Alternatives by_vlan(const IntervalSet& values) const {
        std::vector<model::Interval> ifaces;
        for (Value id = 0; id < appliance_.ifaces.size(); ++id)
            if (values.contains(appliance_.ifaces[id].vlan.value_or(0))) ifaces.push_back({id, id});
        if (values.contains(0)) ifaces.push_back({model::no_iface, model::no_iface});
        const Value max = model::info(Field::iface_in).max();
        const IntervalSet in(std::move(ifaces));
        if (in.empty()) return {};
        if (in.size() == appliance_.ifaces.size() + 1) return always;
        return {{{.field = Field::iface_in, .mask = max, .values = in}}};
    }

    /// Options are what makes a header longer than 20 bytes.
    static Alternatives options(const IntervalSet& values) {
        const bool with = values.contains(1), without = values.contains(0);
        if (with == without) return with ? always : Alternatives{};
        const Value max = model::info(Field::ip_hdrlength).max();
        const IntervalSet bytes = with ? IntervalSet{{21, max}} : IntervalSet{{0, 20}};
        return {{{.field = Field::ip_hdrlength, .mask = max, .values = bytes}}};
    }

    Alternatives say(const model::Compare& compare, bool wanted, const model::Place& place) {
        const bool of_ifaces = model::info(compare.left).kind == FieldKind::iface;
        const bool equality = compare.relation == model::Relation::equal;
        if (!of_ifaces || (!equality && compare.relation != model::Relation::not_equal)) {
            refuse(place,
                   fmt::format("nftables cannot compare `{}` with `{}`", model::info(compare.left).name,
                               model::info(compare.right).name),
                   "compare each with a constant");
            return always;
        }
        Alternatives found;
        std::vector<Value> values = {model::no_iface};
        for (Value id = 0; id < appliance_.ifaces.size(); ++id) values.push_back(id);
        for (const auto left : values)
            for (const auto right : values)
                if ((left == right) == (equality == wanted)) pair(found, compare, left, right);
        return found;
    }

    void pair(Alternatives& found, const model::Compare& compare, Value left, Value right) const {
        const auto max = model::info(compare.left).max();
        Term term;
        for (const auto& [field, value] : {std::pair(compare.left, left), std::pair(compare.right, right)}) {
            if (field == Field::iface_out && known_.egress) {
                if (value != *known_.egress) return;
                continue;
            }
            term.push_back({.field = field, .mask = max, .values = {{value, value}}});
        }
        found.push_back(std::move(term));
    }

    Alternatives say(const model::CompareLease&, bool, const model::Place& place) {
        refuse(place, "nftables cannot compare with a leased address", "give the Iface a static address");
        return always;
    }
    Alternatives say(const model::Exceeded& exceeded, bool, const model::Place& place) {
        const auto& limit = appliance_.limits.at(exceeded.limit);
        refuse(place,
               fmt::format("nftables cannot keep the Limit `{}`: {}", limit.name,
                           limit.key ? "its meters count keys beyond their size differently"
                                     : "each rule that a condition becomes there would ask it anew"),
               "leave the Limit out, and add a rule with `limit rate` to the ruleset by hand");
        return always;
    }
    Alternatives say(const model::Not& negation, bool wanted, const model::Place&) {
        return read(negation.operand.at(0), !wanted);
    }
    Alternatives say(const model::All& all, bool wanted, const model::Place& place) {
        return wanted ? conjunction(all.operands, true, place) : disjunction(all.operands, false, place);
    }
    Alternatives say(const model::Any& any, bool wanted, const model::Place& place) {
        return wanted ? disjunction(any.operands, true, place) : conjunction(any.operands, false, place);
    }

    Alternatives conjunction(const std::vector<model::Condition>& operands, bool wanted,
                             const model::Place& place) {
        Alternatives all = always;
        for (const auto& operand : operands) {
            const auto more = read(operand, wanted);
            Alternatives product;
            for (const auto& a : all)
                for (const auto& b : more)
                    if (auto term = both(a, b)) product.push_back(std::move(*term));
            all = std::move(product);
            if (too_many(all, place)) return always;
        }
        return all;
    }

    Alternatives disjunction(const std::vector<model::Condition>& operands, bool wanted,
                             const model::Place& place) {
        Alternatives any;
        for (const auto& operand : operands)
            for (auto& term : read(operand, wanted)) add(any, std::move(term));
        if (too_many(any, place) || std::ranges::any_of(any, &Term::empty)) return always;
        return any;
    }

    /// Two tests of one field are one, as in `ct.state == established or ct.state == related`.
    static void add(Alternatives& any, Term term) {
        if (!any.empty() && any.back().size() == 1 && term.size() == 1 &&
            same_subject(any.back()[0], term[0])) {
            auto& last = any.back()[0];
            last = {.field = last.field, .mask = last.mask, .values = join(last.values, term[0].values)};
            if (last.values.complement(model::info(last.field).max()).empty()) any.back().clear();
        } else {
            any.push_back(std::move(term));
        }
    }

    bool too_many(const Alternatives& all, const model::Place& place) {
        if (all.size() <= alternatives_max) return false;
        refuse(place, fmt::format("this condition makes more than {} rules of nftables", alternatives_max),
               "nest `if`s in place of `and` between `or`s");
        return true;
    }

    void refuse(const model::Place& place, std::string what, std::string cure) {
        problems_.push_back({place, std::move(what), std::move(cure)});
    }

    const model::Appliance& appliance_;
    const Known& known_;
    std::vector<Problem>& problems_;
};

class Finder {
public:
    Finder(const model::Appliance& appliance, Field field) : appliance_(appliance), field_(field) {}

    bool in(const model::Block& steps) const {
        return std::ranges::any_of(steps, [&](const model::Step& s) {
            return std::visit([&](const auto& k) { return in(k); }, s.is);
        });
    }

private:
    bool in(const model::Branch& b) const { return in(b.condition) || in(b.then) || in(b.otherwise); }
    bool in(const model::Enter& enter) const { return in(enter.body); }
    bool in(const model::Call& call) const { return in(appliance_.functions.at(call.function).body); }
    bool in(const model::Log&) const { return false; }
    bool in(const model::Verdict&) const { return false; }

    bool in(const std::vector<model::Condition>& conditions) const {
        return std::ranges::any_of(conditions, [&](const model::Condition& c) { return in(c); });
    }
    bool in(const model::Condition& condition) const {
        if (const auto* test = std::get_if<model::Test>(&condition.is)) return test->field == field_;
        if (const auto* compare = std::get_if<model::Compare>(&condition.is))
            return compare->left == field_ || compare->right == field_;
        if (const auto* negation = std::get_if<model::Not>(&condition.is)) return in(negation->operand);
        if (const auto* all = std::get_if<model::All>(&condition.is)) return in(all->operands);
        const auto* any = std::get_if<model::Any>(&condition.is);
        return any != nullptr && in(any->operands);
    }

    const model::Appliance& appliance_;
    Field field_;
};

} // namespace

bool tests(const model::Appliance& appliance, model::FunctionId function, Field field) {
    return Finder(appliance, field).in(appliance.functions.at(function).body);
}

Alternatives alternatives(const model::Appliance& appliance, const Known& known,
                          const model::Condition& condition, std::vector<Problem>& problems) {
    return Reader(appliance, known, problems).read(condition, true);
}

std::optional<Term> both(const Term& a, const Term& b) {
    Term term = a;
    for (const auto& match : b) {
        const auto known = std::ranges::find_if(term, [&](const Match& m) { return same_subject(m, match); });
        if (known == term.end()) {
            term.push_back(match);
            continue;
        }
        const auto values = meet(known->values, match.values);
        if (values.empty()) return std::nullopt;
        if (values == known->values) {
            known->whole_header |= match.whole_header;
            continue;
        }
        const bool whole = known->whole_header || match.whole_header;
        if (values == match.values)
            *known = match;
        else
            *known = {.field = match.field, .mask = match.mask, .values = values};
        known->whole_header = whole;
    }
    return term;
}

} // namespace codegen::nft
