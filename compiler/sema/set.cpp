#include "compiler/sema/set.hpp"

#include "compiler/sema/habits.hpp"
#include "compiler/sema/mac.hpp"
#include "compiler/sema/members.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/foreign_comparison.hpp"

#include <algorithm>

namespace sema {

namespace {

using model::FieldKind;
using syntax::Kind;

std::vector<syntax::Note> note_about(const Leaf& leaf, const syntax::Span& use) {
    if (encloses(use, leaf.span)) return {};
    return {{leaf.span, text_of(leaf) + " stands here"}};
}

/// Where to point: at the leaf when it is written in place.
const syntax::Span& place_for(const Leaf& leaf, const syntax::Span& use) {
    return encloses(use, leaf.span) ? leaf.span : use;
}

/// An item that is written elsewhere is one mistake, however many comparisons use it.
void report_leaf(Context& context, Kind kind, const Leaf& leaf, const syntax::Span& use, std::string message,
                 std::string hint = {}) {
    const auto* literal = std::get_if<const syntax::Value*>(&leaf.is);
    const bool is_string = literal != nullptr && std::holds_alternative<syntax::String>((*literal)->is);
    if (!encloses(use, leaf.span) && !context.is_news(leaf.span, is_string, message)) return;
    context.report(kind, place_for(leaf, use), std::move(message), std::move(hint), note_about(leaf, use));
}

/// `"admins"`: a name needs no quotes.
std::string hint_for_quoted_name(const Context& context, model::Field field, const Leaf& leaf,
                                 const std::string& text, syntax::Operator sign) {
    const auto* element = context.scope.find(text);
    if (element == nullptr || element->type != ElementType::untyped) return {};
    const bool is_set = items_in(element->value).has_value();
    const bool is_equal = sign == syntax::Operator::equal, is_unequal = sign == syntax::Operator::not_equal;
    if (!is_set || leaf.list != nullptr) return "write `" + text + "` without quotes";
    if (!is_equal && !is_unequal) return {};
    return std::string(is_unequal ? "write `not " : "write `") + std::string(info(field).name) + " in " + text + "`";
}

/// An Iface among addresses: its network, which is no member of it. One address only is its own.
std::string hint_for_iface(const Context& context, const Element& iface, bool is_set) {
    if (!is_set) return "write `" + iface.name.text + ".address`";
    const auto& ipv4 = context.appliance.ifaces[context.iface_ids.at(&iface)].ipv4;
    if (!ipv4) return "write its network out, as in `10.0.0.0/24`";
    return "write `" + dotted(ipv4->network.address) + "/" + std::to_string(ipv4->network.length) +
           "` for its network, or `" + iface.name.text + ".address` for its address";
}

/// `iface.in == 10.0.0.1`
std::string hint_for_address_of_iface(const Context& context, model::Field field, std::uint32_t address,
                                      syntax::Operator sign) {
    const std::string relation = sign == syntax::Operator::not_equal ? " != " : " == ";
    for (const auto& iface : context.appliance.ifaces)
        if (iface.ipv4 && iface.ipv4->address == address)
            return "write `" + std::string(info(field).name) + relation + iface.name + "`";
    return "an Iface is asked for by its name; addresses are `ip.saddr` and `ip.daddr`";
}

/// Whether its list holds others of the kind that the property has: then the leaf is the mistake, wherever the list
/// is used.
bool is_odd_one(model::Field field, const Leaf& leaf) {
    const auto* list = leaf.list == nullptr ? nullptr : std::get_if<syntax::List>(&leaf.list->is);
    const bool asks_address = info(field).kind == FieldKind::address;
    return list != nullptr && std::ranges::any_of(list->items, [&](const syntax::Value& item) {
               const bool is_number = std::holds_alternative<syntax::Integer>(item.is) ||
                                      std::holds_alternative<syntax::IntegerRange>(item.is);
               const bool is_address = std::holds_alternative<syntax::Address>(item.is) ||
                                       std::holds_alternative<syntax::Cidr>(item.is) ||
                                       std::holds_alternative<syntax::AddressRange>(item.is);
               return asks_address ? is_address : is_number;
           });
}

std::optional<model::Interval> mismatch(Context& context, model::Field field, const Leaf& leaf,
                                        const syntax::Span& use,
                                        syntax::Operator sign = syntax::Operator::in) {
    const auto* literal = std::get_if<const syntax::Value*>(&leaf.is);
    const bool names_fit = info(field).kind == FieldKind::iface;
    const auto* string = literal == nullptr ? nullptr : std::get_if<syntax::String>(&(*literal)->is);
    const auto* element = std::get_if<const Element*>(&leaf.is);
    std::string hint;
    if (string != nullptr && info(field).kind == FieldKind::flags) hint = hint_for_flags(string->text);
    if (const auto mask = string == nullptr ? "" : syntax::condition_of_flag_mask(string->text);
        info(field).kind == FieldKind::flags && !mask.empty())
        hint = "ask `" + mask + "`";
    if (string != nullptr && field == model::Field::ip_dscp) hint = hint_for_dscp(string->text);
    if (hint.empty() && literal != nullptr) hint = hint_for_string(**literal, names_fit);
    if (hint.empty() && string != nullptr) hint = hint_for_quoted_name(context, field, leaf, string->text, sign);
    if (element != nullptr && info(field).kind == FieldKind::address) hint = hint_for_iface(context, **element, leaf.list != nullptr || sign == syntax::Operator::in);
    const auto* address = literal == nullptr ? nullptr : std::get_if<syntax::Address>(&(*literal)->is);
    if (address != nullptr && names_fit) hint = hint_for_address_of_iface(context, field, address->ipv4, sign);
    if (hint.empty() && literal != nullptr && info(field).kind == FieldKind::address)
        hint = hint_for_host_name(**literal);
    auto message = quoted(info(field).name) + " is " + std::string(with_article(info(field).kind)) + ", and " +
                   text_of(leaf) + " is " + kind_of(leaf);
    if (encloses(use, leaf.span) || !is_odd_one(field, leaf))
        report_leaf(context, Kind::type_mismatch, leaf, use, std::move(message), std::move(hint));
    else if (context.is_news(leaf.span, string != nullptr, "it is of another kind than its list"))
        context.report(Kind::type_mismatch, leaf.span, std::move(message), std::move(hint),
                       {{use, "its list is compared here"}});
    return std::nullopt;
}

/// With a value beyond the field's range, or below it.
std::string compared(syntax::Operator sign, std::int64_t value) {
    using enum syntax::Operator;
    const auto number = std::to_string(value);
    const bool asks_above = sign == greater || sign == greater_equal;
    if (!asks_above && sign != less && sign != less_equal) return " cannot equal " + number;
    const std::string side = asks_above ? "above" : "below";
    if (asks_above != (value >= 0)) return " is always " + side + ' ' + number;
    return " cannot be " + (sign == greater || sign == less ? side + ' ' + number : number + " or " + side);
}

std::optional<model::Interval> in_range(Context& context, model::Field field, const Leaf& leaf,
                                        const syntax::Span& use, syntax::Operator sign, std::int64_t low,
                                        std::int64_t high) {
    const auto& entry = info(field);
    const auto max = static_cast<std::int64_t>(entry.max());
    if (low >= 0 && high <= max)
        return model::Interval{static_cast<model::Value>(low), static_cast<model::Value>(high)};
    const auto outside = low < 0 ? low : high;
    const bool is_port = entry.kind == FieldKind::port;
    report_leaf(context, is_port ? Kind::port_out_of_range : Kind::value_out_of_range, leaf, use,
                quoted(entry.name) + compared(sign, outside) +
                    (is_port ? ": ports go from 0 to " : ": it goes from 0 to ") + std::to_string(max));
    return std::nullopt;
}

void warn_about_host_bits(Context& context, const syntax::Cidr& cidr, const syntax::Span& span) {
    const model::Ipv4Prefix whole{0, cidr.length};
    if ((cidr.ipv4 & ~whole.mask()) == 0) return;
    const auto length = "/" + std::to_string(cidr.length);
    context.report(Kind::host_bits_set, span,
                   quoted(dotted(cidr.ipv4) + length) + " has bits behind its first " +
                       std::to_string(cidr.length) + ", which are ignored",
                   "write `" + dotted(cidr.ipv4 & whole.mask()) + length + "` for the network, or `" +
                       dotted(cidr.ipv4) + "` for the one address");
}

struct IntervalOf {
    Context& context;
    model::Field field;
    const Leaf& leaf;
    const syntax::Span& use;
    syntax::Operator sign;

    using Result = std::optional<model::Interval>;
    FieldKind kind() const { return info(field).kind; }
    Result wrong() const { return mismatch(context, field, leaf, use, sign); }
    bool is_numeric() const {
        return kind() != FieldKind::address && kind() != FieldKind::boolean && kind() != FieldKind::iface &&
               kind() != FieldKind::mac;
    }

    Result operator()(const syntax::Integer& i) const {
        return is_numeric() ? in_range(context, field, leaf, use, sign, i.value, i.value) : wrong();
    }
    Result operator()(const syntax::IntegerRange& r) const {
        return is_numeric() ? in_range(context, field, leaf, use, sign, r.low, r.high) : wrong();
    }
    Result operator()(const syntax::Address& a) const {
        return kind() == FieldKind::address ? Result{{a.ipv4, a.ipv4}} : wrong();
    }
    Result operator()(const syntax::AddressRange& r) const {
        return kind() == FieldKind::address ? Result{{r.low, r.high}} : wrong();
    }
    Result operator()(const syntax::Cidr& c) const {
        if (kind() != FieldKind::address) return wrong();
        const model::Ipv4Prefix whole{0, c.length};
        warn_about_host_bits(context, c, leaf.span);
        return Result{{c.ipv4 & whole.mask(), c.ipv4 | ~whole.mask()}};
    }
    Result operator()(const syntax::Boolean& b) const {
        return kind() == FieldKind::boolean ? Result{{b.value, b.value}} : wrong();
    }
    Result operator()(const syntax::String& text) const {
        if (kind() != FieldKind::mac) return wrong();
        const auto mac = parse_mac(text.text);
        if (!mac) {
            report_bad_mac(context, text_of(leaf), place_for(leaf, use));
            return std::nullopt;
        }
        model::Value value = 0;
        for (const auto byte : *mac) value = value << 8 | byte;
        return model::Interval{value, value};
    }
    template <typename Other>
    Result operator()(const Other&) const {
        return wrong();
    }
};

/// One item of a set of flags: all flags of a list at once, or what a leaf stands for.
std::optional<model::Interval> flags_of(Context& context, model::Field field, const syntax::Value& item,
                                        const syntax::Span& use) {
    const auto settled = settle(context, item);
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    if (literal != nullptr && items_in(**literal)) {
        const auto bits = flag_bits(context, item, use);
        if (!bits) return std::nullopt;
        return model::Interval{*bits, *bits};
    }
    const auto leaves = flatten(context, item);
    if (!leaves) return std::nullopt;
    return interval_of(context, field, leaves->front(), use);
}

/// `ip.saddr in [lan, dmz]` is one mistake: their networks were meant.
bool report_ifaces(Context& context, model::Field field, const std::vector<Leaf>& leaves, const syntax::Value& set) {
    if (info(field).kind != FieldKind::address || leaves.size() < 2) return false;
    std::string networks;
    for (const auto& leaf : leaves) {
        const auto* iface = std::get_if<const Element*>(&leaf.is);
        if (iface == nullptr) return false;
        const auto& ipv4 = context.appliance.ifaces[context.iface_ids.at(*iface)].ipv4;
        if (!ipv4) return false;
        networks += (networks.empty() ? "" : ", ") + dotted(ipv4->network.address) + "/" +
                    std::to_string(ipv4->network.length);
    }
    context.report(Kind::type_mismatch, set.span,
                   quoted(info(field).name) + " is an address, and these are Ifaces",
                   "write `[" + networks + "]` for their networks");
    return true;
}

std::optional<model::IntervalSet> flag_sets(Context& context, model::Field field, const syntax::Value& set) {
    const auto settled = settle(context, set);
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    if (literal == nullptr) return std::nullopt;
    const auto items = items_in(**literal);
    std::vector<model::Interval> intervals;
    bool fine = true;
    for (const auto* item : items.value_or(std::vector{*literal})) {
        const auto interval = flags_of(context, field, *item, set.span);
        if (interval)
            intervals.push_back(*interval);
        else if (!encloses(set.span, item->span))
            return std::nullopt;
        fine &= interval.has_value();
    }
    if (!fine) return std::nullopt;
    return model::IntervalSet(std::move(intervals));
}

} // namespace

std::optional<model::Interval> interval_of(Context& context, model::Field field, const Leaf& leaf,
                                           const syntax::Span& use, syntax::Operator sign) {
    if (const auto* constant = std::get_if<const Constant*>(&leaf.is)) {
        if ((*constant)->kind != info(field).kind) return mismatch(context, field, leaf, use);
        return model::Interval{(*constant)->value, (*constant)->value};
    }
    if (const auto* element = std::get_if<const Element*>(&leaf.is)) {
        if (info(field).kind != FieldKind::iface) return mismatch(context, field, leaf, use);
        const auto id = context.iface_ids.at(*element);
        return model::Interval{id, id};
    }
    return std::visit(IntervalOf{context, field, leaf, use, sign},
                      std::get<const syntax::Value*>(leaf.is)->is);
}

std::optional<model::IntervalSet> values_of(Context& context, model::Field field, const syntax::Value& set,
                                            std::vector<model::Member>& members) {
    if (info(field).kind == FieldKind::flags) return flag_sets(context, field, set);
    const auto leaves = flatten(context, set);
    if (!leaves || report_ifaces(context, field, *leaves, set)) return std::nullopt;
    std::vector<model::Interval> intervals;
    bool fine = true;
    for (const auto& leaf : *leaves) {
        const auto interval = interval_of(context, field, leaf, set.span);
        if (interval) intervals.push_back(*interval);
        // Of a set that is written elsewhere the first wrong item is enough: all point at the same use.
        else if (!encloses(set.span, leaf.span))
            return std::nullopt;
        fine &= interval.has_value();
    }
    if (!fine) return std::nullopt;
    const auto settled = settle(context, set);
    const auto* literal = std::get_if<const syntax::Value*>(&settled);
    members = members_of(context, literal != nullptr ? **literal : set, *leaves, intervals);
    return model::IntervalSet(std::move(intervals));
}

std::optional<model::Value> flag_bits(Context& context, const syntax::Value& value, const syntax::Span& use) {
    const auto leaves = flatten(context, value);
    if (!leaves) return std::nullopt;
    model::Value bits = 0;
    for (const auto& leaf : *leaves) {
        const auto flag = interval_of(context, model::Field::tcp_flags, leaf, use);
        if (!flag) return std::nullopt;
        if (flag->low != flag->high) {
            report_leaf(context, Kind::type_mismatch, leaf, use,
                        text_of(leaf) + " is " + kind_of(leaf) + ", not a TCP flag");
            return std::nullopt;
        }
        bits |= flag->low;
    }
    return bits;
}

} // namespace sema
