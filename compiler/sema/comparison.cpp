// One comparison: which of its sides are fields, sets and constants, and what it tests.
#include "compiler/sema/condition.hpp"
#include "compiler/sema/habits.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/set.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <bit>

namespace sema {

namespace {

using model::FieldKind;
using syntax::Kind;
using syntax::Operator;
using Result = std::optional<model::Condition>;

/// One side, its names followed.
struct Side {
    const syntax::Value& value;
    Settled settled;

    const model::Field* field() const { return std::get_if<model::Field>(&settled); }
    const syntax::Value* literal() const {
        const auto* found = std::get_if<const syntax::Value*>(&settled);
        return found == nullptr ? nullptr : *found;
    }
    const Leased* leased() const { return std::get_if<Leased>(&settled); }
    bool is_set() const {
        const auto* v = literal();
        if (v == nullptr) return false;
        return std::holds_alternative<syntax::List>(v->is) || std::holds_alternative<syntax::Object>(v->is) ||
               std::holds_alternative<syntax::Cidr>(v->is) ||
               std::holds_alternative<syntax::IntegerRange>(v->is) ||
               std::holds_alternative<syntax::AddressRange>(v->is) ||
               std::holds_alternative<syntax::DecimalRange>(v->is);
    }
    Leaf leaf() const {
        if (const auto* constant = std::get_if<const Constant*>(&settled)) return {*constant, value.span};
        if (const auto* element = std::get_if<const Element*>(&settled)) return {*element, value.span};
        return {literal(), literal()->span};
    }
};

model::Relation relation_of(Operator sign) { return static_cast<model::Relation>(sign); }

Operator mirrored(Operator sign) {
    switch (sign) {
    case Operator::less:
        return Operator::greater;
    case Operator::greater:
        return Operator::less;
    case Operator::less_equal:
        return Operator::greater_equal;
    case Operator::greater_equal:
        return Operator::less_equal;
    default:
        return sign;
    }
}

bool is_order(Operator sign) {
    return sign != Operator::equal && sign != Operator::not_equal && sign != Operator::in;
}

/// The values v of the field for which `v sign value` holds.
model::IntervalSet satisfying(Operator sign, model::Value value, model::Value max) {
    const model::IntervalSet equal{{value, value}};
    const model::IntervalSet less = value == 0 ? model::IntervalSet{} : model::IntervalSet{{0, value - 1}};
    switch (sign) {
    case Operator::not_equal:
        return equal.complement(max);
    case Operator::less:
        return less;
    case Operator::greater:
        return model::IntervalSet{{0, value}}.complement(max);
    case Operator::less_equal:
        return model::IntervalSet{{0, value}};
    case Operator::greater_equal:
        return less.complement(max);
    default:
        return equal;
    }
}

/// Kinds whose values can stand on both sides of one comparison.
bool comparable(FieldKind a, FieldKind b) {
    const auto is_plain = [](FieldKind k) {
        return k == FieldKind::number || k == FieldKind::port || k == FieldKind::protocol ||
               k == FieldKind::icmp_type;
    };
    return a == b || ((a == FieldKind::number || b == FieldKind::number) && is_plain(a) && is_plain(b));
}

/// A comparison between constants is decided here.
struct Folded {
    enum class Type { integer, address, boolean, string, decimal } type;
    std::optional<FieldKind> kind; ///< of a constant of the language
    std::int64_t number = 0;
    double fraction = 0;
    std::string text;
};

std::optional<Folded> folded(const Leaf& leaf) {
    if (const auto* constant = std::get_if<const Constant*>(&leaf.is))
        return Folded{
            Folded::Type::integer, (*constant)->kind, static_cast<std::int64_t>((*constant)->value), 0, {}};
    if (std::holds_alternative<const Element*>(leaf.is)) return std::nullopt;
    const auto& is = std::get<const syntax::Value*>(leaf.is)->is;
    if (const auto* i = std::get_if<syntax::Integer>(&is))
        return Folded{Folded::Type::integer, {}, i->value, 0, {}};
    if (const auto* a = std::get_if<syntax::Address>(&is))
        return Folded{Folded::Type::address, {}, a->ipv4, 0, {}};
    if (const auto* b = std::get_if<syntax::Boolean>(&is))
        return Folded{Folded::Type::boolean, {}, b->value, 0, {}};
    if (const auto* s = std::get_if<syntax::String>(&is))
        return Folded{Folded::Type::string, {}, 0, 0, s->text};
    if (const auto* d = std::get_if<syntax::Decimal>(&is))
        return Folded{Folded::Type::decimal, {}, 0, d->value, {}};
    return std::nullopt;
}

class Comparer {
public:
    Comparer(Conditions& conditions, const syntax::Comparison& comparison, const syntax::Span& span)
        : conditions_(conditions), context_(conditions.context), comparison_(comparison),
          span_(span), left_{comparison.left, settle(context_, comparison.left)},
          right_{comparison.right, settle(context_, comparison.right, hint_for_unknown())} {}

    Result run() {
        const auto is_poison = [](const Side& side) { return std::holds_alternative<Poison>(side.settled); };
        if (is_poison(left_) || is_poison(right_)) return std::nullopt;
        if (!usable(left_, right_) | !usable(right_, left_)) return std::nullopt;
        const bool is_visible = visible_here(left_) & visible_here(right_);
        auto made = translated(); // what it is compared with may be wrong as well
        return is_visible ? std::move(made) : std::nullopt;
    }

private:
    Result translated() {
        if (left_.leased() || right_.leased()) return lease();
        if (comparison_.relation == Operator::in) return membership();
        if (left_.is_set() || right_.is_set()) return set_relation();
        if (left_.field() && right_.field()) return two_fields();
        if (left_.field()) return against(*left_.field(), comparison_.relation, right_.leaf());
        if (right_.field()) return against(*right_.field(), mirrored(comparison_.relation), left_.leaf());
        return constants();
    }

    bool visible_here(const Side& side) {
        return !side.field() || visible(context_, *side.field(), conditions_.layer, side.value.span);
    }

    /// Of a name on the right.
    std::string hint_for_unknown() const {
        const auto* field = left_.field();
        const auto* element = std::get_if<const Element*>(&left_.settled);
        if (element != nullptr && (*element)->type == ElementType::limit) return hint_for_limit(**element);
        return field != nullptr && info(*field).kind == FieldKind::iface ? known_ifaces(context_) : "";
    }

    bool usable(const Side& side, const Side& other) {
        if (const auto* element = std::get_if<const Element*>(&side.settled)) {
            const auto kind = other.field() ? std::optional(info(*other.field()).kind) : std::nullopt;
            const bool is_iface = (*element)->type == ElementType::iface;
            if (is_iface && kind == FieldKind::iface) return true;
            report(Kind::not_a_value, side.value.span,
                   text_of(side.value) + " is " + kind_of(side.settled) + ", which cannot be compared",
                   hint_for_element(**element, other));
            return false;
        }
        if (std::holds_alternative<model::Exceeded>(side.settled)) {
            report(Kind::not_a_value, side.value.span,
                   text_of(side.value) + " is a condition by itself, and cannot be compared",
                   hint_for_exceeded(side, other));
            return false;
        }
        return true;
    }

    /// Compared with `true` or `false` it is clear which of the two is meant.
    std::string hint_for_exceeded(const Side& side, const Side& other) const {
        const auto name = to_string(std::get<syntax::Path>(side.value.is));
        const auto* truth =
            other.literal() == nullptr ? nullptr : std::get_if<syntax::Boolean>(&other.literal()->is);
        if (truth == nullptr || is_order(comparison_.relation) || comparison_.relation == Operator::in)
            return "ask `" + name + "`, or `not " + name + "`";
        const bool is_meant = truth->value == (comparison_.relation == Operator::equal);
        return "write `" + std::string(is_meant ? "" : "not ") + name + "`";
    }

    static std::string hint_for_limit(const Element& limit) {
        return "its rate stands in the Limit: write `" + limit.name.text + ".exceeded`";
    }

    std::string hint_for_element(const Element& element, const Side& other) const {
        if (element.type == ElementType::limit) return hint_for_limit(element);
        if (element.type != ElementType::iface || !other.field()) return {};
        const auto sign = comparison_.relation;
        if (*other.field() == model::Field::vlan_id && !is_order(sign))
            return std::string("write `iface.in ") + (sign == Operator::not_equal ? "!=" : "==") + ' ' +
                   element.name.text + "`";
        return info(*other.field()).kind == FieldKind::address ? hint_for_iface(element, *other.field()) : "";
    }

    /// An Iface has an address, and a network that is not a member.
    std::string hint_for_iface(const Element& element, model::Field field) const {
        const auto address = element.name.text + ".address";
        const auto& ipv4 = context_.appliance.ifaces[context_.iface_ids.at(&element)].ipv4;
        const auto property = std::string(info(field).name);
        const bool is_in = comparison_.relation == Operator::in,
                   is_unequal = comparison_.relation == Operator::not_equal;
        if (!is_in && !is_unequal && comparison_.relation != Operator::equal)
            return "write `" + address + "` for its address";
        const auto one =
            "write `" + property + (is_unequal ? " != " : " == ") + address + "` for its address";
        if (!ipv4) return one;
        return one + ", or `" + (is_unequal ? "not " : "") + property + " in " +
               dotted(ipv4->network.address) + "/" + std::to_string(ipv4->network.length) +
               "` for its network";
    }

    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {},
                std::vector<syntax::Note> notes = {}) {
        context_.report(kind, span, std::move(message), std::move(hint), std::move(notes));
    }

    template <typename Kind> Result made(Kind is) const {
        for (const auto* side : {&left_, &right_})
            if (side->field() && info(*side->field()).kind == FieldKind::iface)
                context_.spans[place_of(span_)] = span_; // it may be read where it is not known yet
        return model::Condition{std::move(is), place_of(span_), end_of(span_)};
    }

    model::SetId add_set(std::string name, model::IntervalSet values, const syntax::Span& span) {
        context_.appliance.sets.push_back({std::move(name), std::move(values), place_of(span)});
        return static_cast<model::SetId>(context_.appliance.sets.size() - 1);
    }

    Result test(model::Field field, model::IntervalSet values) {
        warn_if_constant(field, values);
        return made(model::Test{field, add_set("", std::move(values), span_)});
    }

    /// The values that the field can have where the comparison stands, and a reason.
    std::pair<model::Interval, std::string> possible(model::Field field) const {
        if (field == model::Field::ip_version) return {{4, 4}, "only IPv4 packets come here"};
        const auto layer = conditions_.layer;
        if (field == model::Field::ip_protocol && layer != model::Layer::ip && layer != model::Layer::meta) {
            const auto number = model::protocol_number(layer);
            return {{number, number}, "only packets of one protocol come here"};
        }
        const auto max = info(field).max();
        if (info(field).kind == FieldKind::state) return {{0, max}, "these are all states of a flow"};
        if (info(field).kind == FieldKind::address)
            return {{0, max}, quoted(info(field).name) + " goes from 0.0.0.0 to 255.255.255.255"};
        return {{0, max}, quoted(info(field).name) + " goes from 0 to " + std::to_string(max)};
    }

    /// What the comparison alone tells, without looking at what stands around it.
    void warn_if_constant(model::Field field, const model::IntervalSet& values) {
        const auto [range, why] = possible(field);
        const auto scale = info(field).scale;
        bool some = false, all = false;
        for (const auto& [low, high] : values.intervals()) {
            const auto first = std::max(low, range.low), last = std::min(high, range.high);
            some |= first <= last && last / scale * scale >= first;
            all |= low <= range.low && high >= range.high;
        }
        if (values.empty() && comparison_.relation == Operator::in)
            return; // an empty set has its own message
        if (!some)
            report(Kind::never_true, span_,
                   "this is never true: " +
                       (scale > 1 && range.low == 0 ? why + " in steps of " + std::to_string(scale) : why));
        else if (all)
            report(Kind::always_true, span_, "this is always true: " + why);
    }

    /// A comparison of what is written in place: a named value may be there to be changed.
    Result decided(bool holds) {
        const auto is_named = [](const Side& side) {
            return std::holds_alternative<syntax::Path>(side.value.is) &&
                   !std::holds_alternative<const Constant*>(side.settled);
        };
        if (!is_named(left_) && !is_named(right_))
            report(holds ? Kind::always_true : Kind::never_true, span_,
                   holds ? "this is always true, whatever the packet"
                         : "this is never true, whatever the packet",
                   "compare a property of the packet, as in `ip.ttl == 64`");
        return made(model::Constant{holds});
    }

    /// A leased value stands by itself on one side of a comparison with an address.
    Result lease() {
        const auto& side = left_.leased() ? left_ : right_;
        const auto& other = left_.leased() ? right_ : left_;
        const auto leased = *side.leased();
        if (comparison_.relation == Operator::in || !other.field()) {
            report(Kind::not_a_value, side.value.span,
                   text_of(side.value) + " is known only when it is leased, and can only be compared with a "
                                         "packet property",
                   "write `ip.daddr == " + to_string(std::get<syntax::Path>(side.value.is)) + "`");
            return std::nullopt;
        }
        const auto field = *other.field();
        if (info(field).kind != FieldKind::address) {
            report(Kind::type_mismatch, span_,
                   quoted(info(field).name) + " is " + std::string(with_article(info(field).kind)) + ", and " +
                       text_of(side.value) + " is an address");
            return std::nullopt;
        }
        const auto sign = left_.leased() ? mirrored(comparison_.relation) : comparison_.relation;
        return made(model::CompareLease{field, relation_of(sign), leased.iface, leased.member});
    }

    Result membership() {
        if (left_.is_set()) {
            const bool flags = right_.field() && info(*right_.field()).kind == FieldKind::flags;
            report(Kind::set_on_the_left, left_.value.span,
                   text_of(left_.value) + " is " + kind_of(left_.settled) +
                       ", and only a single value can be in something",
                   flags ? "test one flag each: `syn in tcp.flags and ack in tcp.flags`"
                         : "write the property first: `ip.saddr in …`");
            return std::nullopt;
        }
        if (right_.field() && info(*right_.field()).kind == FieldKind::flags && !left_.field()) {
            const auto bits = interval_of(context_, *right_.field(), left_.leaf(), left_.value.span);
            if (!bits || !is_one_flag(bits->low)) return std::nullopt;
            return made(
                model::Test{*right_.field(), add_set("", {{bits->low, bits->low}}, span_), bits->low});
        }
        if (left_.field() && right_.field() && !comparable(info(*left_.field()).kind, info(*right_.field()).kind))
            return two_fields(); // which says that
        if (!right_.is_set()) {
            report(Kind::not_a_set, comparison_.operator_span,
                   text_of(right_.value) + " is " + describe(right_) + ", not a set", hint_for_non_set(),
                   note_of_declaration(context_, right_.value));
            return std::nullopt;
        }
        if (left_.field()) return field_in_set(*left_.field());
        return constant_in_set();
    }

    std::string hint_for_non_set() const {
        const auto* field = left_.field();
        if (field != nullptr && info(*field).kind == FieldKind::flags)
            return "write `" + source_of(right_.value) + " in tcp.flags`";
        const auto* literal = right_.literal();
        const auto habit = literal == nullptr ? std::string() : hint_for_string(*literal);
        if (!habit.empty()) return habit;
        if (const auto declared = hint_for_quoted_name(); !declared.empty()) return declared;
        const auto equal = "write `" + source_of(left_.value) + " == " + source_of(right_.value) + "`";
        return right_.field() ? equal : equal + ", or a list: `[" + source_of(right_.value) + ", …]`";
    }

    /// `in "admins"`: a name needs no quotes.
    std::string hint_for_quoted_name() const {
        const auto* literal = right_.literal();
        const auto* string = literal == nullptr ? nullptr : std::get_if<syntax::String>(&literal->is);
        const auto* element = string == nullptr ? nullptr : context_.scope.find(string->text);
        if (element == nullptr || element->name.text != string->text) return {};
        const auto* field = left_.field();
        const bool asks_iface = field != nullptr && info(*field).kind == FieldKind::iface;
        if (element->type == ElementType::iface && asks_iface)
            return "write `" + source_of(left_.value) + " == " + string->text + "`";
        if (element->type != ElementType::untyped) return {};
        return "write `" + source_of(left_.value) + " in " + string->text + "`";
    }

    bool is_one_flag(model::Value bits) {
        if (std::has_single_bit(bits)) return true;
        report(Kind::value_out_of_range, left_.value.span,
               text_of(left_.value) + " is not one TCP flag, as it must be on the left of `in`",
               bits == 0 ? "write `tcp.flags == 0` for packets without flags"
                         : "test one flag each: `syn in tcp.flags and ack in tcp.flags`");
        return false;
    }

    static std::string describe(const Side& side) {
        return side.field() ? std::string(with_article(info(*side.field()).kind)) : kind_of(side.settled);
    }

    Result field_in_set(model::Field field) {
        const auto* literal = right_.literal();
        const bool named = std::holds_alternative<syntax::Path>(right_.value.is);
        const auto key = std::pair(literal, info(field).kind);
        // Ports of TCP and UDP have one range, numbers have many: those are checked each time.
        const bool shareable = named && info(field).kind != FieldKind::number;
        const auto known = conditions_.named_sets.find(key);
        if (shareable && known != conditions_.named_sets.end()) {
            warn_if_constant(field, context_.appliance.sets[known->second].values);
            return made(model::Test{field, known->second});
        }
        std::vector<model::Member> members;
        auto values = values_of(context_, field, right_.value, members);
        if (!values) return std::nullopt;
        if (values->empty()) report(Kind::empty_set, right_.value.span, "nothing is in an empty set");
        warn_if_constant(field, *values);
        const auto set = named ? add_set(to_string(std::get<syntax::Path>(right_.value.is)),
                                         std::move(*values), literal->span)
                               : add_set("", std::move(*values), right_.value.span);
        context_.appliance.sets[set].members = std::move(members);
        if (shareable) conditions_.named_sets.emplace(key, set);
        return made(model::Test{field, set});
    }

    Result set_relation() {
        const auto& set = left_.is_set() ? left_ : right_;
        const auto& other = left_.is_set() ? right_ : left_;
        const bool flags = other.field() && info(*other.field()).kind == FieldKind::flags;
        if (flags && !is_order(comparison_.relation) &&
            std::holds_alternative<syntax::List>(set.literal()->is)) {
            const auto bits = flag_bits(context_, set.value, set.value.span);
            if (!bits) return std::nullopt;
            return test(*other.field(), satisfying(comparison_.relation, *bits, info(*other.field()).max()));
        }
        std::string hint;
        const bool is_iface = other.field() && info(*other.field()).kind == FieldKind::iface;
        if (is_iface && !std::holds_alternative<syntax::List>(set.literal()->is))
            hint = quoted(info(*other.field()).name) + " is compared with the name of an Iface; addresses are `ip.saddr` and "
                   "`ip.daddr`";
        else if (!flags && comparison_.relation == Operator::equal && !left_.is_set())
            hint = "write `" + source_of(left_.value) + " in " + source_of(right_.value) + "`";
        else if (!flags && comparison_.relation == Operator::not_equal && !left_.is_set())
            hint = "write `not " + source_of(left_.value) + " in " + source_of(right_.value) + "`";
        report(Kind::set_in_comparison, comparison_.operator_span,
               "`" + std::string(to_string(comparison_.relation)) + "` compares single values, and " +
                   text_of(set.value) + " is " + kind_of(set.settled),
               hint);
        return std::nullopt;
    }

    Result two_fields() {
        const auto a = *left_.field(), b = *right_.field();
        if (!comparable(info(a).kind, info(b).kind)) {
            report(Kind::type_mismatch, span_,
                   quoted(info(a).name) + " is " + std::string(with_article(info(a).kind)) + ", and " +
                       quoted(info(b).name) + " is " + std::string(with_article(info(b).kind)));
            return std::nullopt;
        }
        if (!ordered(a)) return std::nullopt;
        if (a == b) {
            const bool always = holds(std::partial_ordering::equivalent);
            report(always ? Kind::always_true : Kind::never_true, span_,
                   std::string(always ? "this is always true: " : "this is never true: ") +
                       quoted(info(a).name) + " is compared with itself");
        }
        return made(model::Compare{a, relation_of(comparison_.relation), b});
    }

    bool ordered(model::Field field) {
        const auto kind = info(field).kind;
        const bool has_order = kind != FieldKind::state && kind != FieldKind::boolean &&
                               kind != FieldKind::iface && kind != FieldKind::mac;
        if (!is_order(comparison_.relation) || has_order) return true;
        report(Kind::no_order, comparison_.operator_span,
               quoted(info(field).name) + " is " + std::string(with_article(kind)) +
                   ", and these have no order",
               "compare with `==` or `!=`");
        return false;
    }

    Result against(model::Field field, Operator sign, const Leaf& leaf) {
        const auto& side = left_.field() ? right_ : left_;
        const auto value = interval_of(context_, field, leaf, side.value.span, sign);
        if (!value || !ordered(field)) return std::nullopt;
        return test(field, satisfying(sign, value->low, info(field).max()));
    }

    /// Where the two sides get their values from, when that is elsewhere.
    std::vector<syntax::Note> origins(const Leaf& a, const Leaf& b) const {
        std::vector<syntax::Note> notes;
        for (const auto* leaf : {&a, &b})
            if (!encloses(span_, leaf->span)) notes.push_back({leaf->span, text_of(*leaf) + " stands here"});
        return notes;
    }

    bool same_type(const Leaf& a, const Leaf& b) {
        const auto x = folded(a), y = folded(b);
        if (x && y && x->type == y->type && (!x->kind || !y->kind || x->kind == y->kind)) return true;
        const auto* constant = std::get_if<const Constant*>(&b.is);
        const bool is_property = std::holds_alternative<const Constant*>(a.is) && constant != nullptr;
        report(Kind::type_mismatch, span_,
               text_of(a) + " is " + kind_of(a) + ", and " + text_of(b) + " is " + kind_of(b),
               is_property ? hint_for_bare(**constant) : "", origins(a, b));
        return false;
    }

    Result constants() {
        const auto a = left_.leaf(), b = right_.leaf();
        if (!same_type(a, b)) return std::nullopt;
        const auto x = *folded(a), y = *folded(b);
        const bool unordered = x.type == Folded::Type::boolean || x.type == Folded::Type::string;
        if (is_order(comparison_.relation) && unordered) {
            report(Kind::no_order, comparison_.operator_span,
                   text_of(a) + " is " + kind_of(a) + ", and these have no order",
                   "compare with `==` or `!=`");
            return std::nullopt;
        }
        const auto order = std::tie(x.number, x.fraction, x.text) <=> std::tie(y.number, y.fraction, y.text);
        return decided(holds(order));
    }

    bool holds(std::partial_ordering order) const {
        switch (comparison_.relation) {
        case Operator::equal:
            return order == 0;
        case Operator::not_equal:
            return order != 0;
        case Operator::less:
            return order < 0;
        case Operator::greater:
            return order > 0;
        case Operator::less_equal:
            return order <= 0;
        default:
            return order >= 0;
        }
    }

    Result constant_in_set() {
        const auto leaves = flatten(context_, right_.value);
        if (!leaves) return std::nullopt;
        bool found = false;
        for (const auto& leaf : *leaves) {
            const auto inside = is_in(left_.leaf(), leaf);
            if (!inside) return std::nullopt;
            found |= *inside;
        }
        return decided(found);
    }

    std::optional<bool> is_in(const Leaf& value, const Leaf& item) {
        const auto x = folded(value);
        const auto* literal = std::get_if<const syntax::Value*>(&item.is);
        if (literal != nullptr && x) {
            const auto& is = (*literal)->is;
            if (const auto* r = std::get_if<syntax::IntegerRange>(&is); r && x->type == Folded::Type::integer)
                return x->number >= r->low && x->number <= r->high;
            if (const auto* r = std::get_if<syntax::AddressRange>(&is); r && x->type == Folded::Type::address)
                return x->number >= r->low && x->number <= r->high;
            if (const auto* c = std::get_if<syntax::Cidr>(&is); c && x->type == Folded::Type::address) {
                const auto mask = model::Ipv4Prefix{0, c->length}.mask();
                return ((static_cast<std::uint32_t>(x->number) ^ c->ipv4) & mask) == 0;
            }
            if (const auto* r = std::get_if<syntax::DecimalRange>(&is); r && x->type == Folded::Type::decimal)
                return x->fraction >= r->low && x->fraction <= r->high;
        }
        if (!same_type(value, item)) return std::nullopt;
        const auto y = *folded(item);
        return std::tie(x->number, x->fraction, x->text) == std::tie(y.number, y.fraction, y.text);
    }

    Conditions& conditions_;
    Context& context_;
    const syntax::Comparison& comparison_;
    const syntax::Span& span_;
    Side left_;
    Side right_;
};

/// The property that is compared, if one is.
std::optional<model::Field> field_compared(const syntax::Comparison& comparison) {
    for (const auto* side : {&comparison.left, &comparison.right})
        if (const auto* path = std::get_if<syntax::Path>(&side->is))
            if (const auto field = model::field_named(lower(to_string(*path)))) return field;
    return std::nullopt;
}

} // namespace

std::optional<model::Condition> Conditions::compare(const syntax::Comparison& comparison,
                                                    const syntax::Span& span) {
    const Wanting wanting(context, field_compared(comparison));
    return Comparer(*this, comparison, span).run();
}

} // namespace sema
