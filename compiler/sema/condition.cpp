#include "compiler/sema/condition.hpp"

#include "compiler/model/subtypes.hpp"
#include "compiler/sema/sort.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;

bool is_collection(const syntax::Value& value) {
    return std::holds_alternative<syntax::List>(value.is) || std::holds_alternative<syntax::Object>(value.is);
}

/// `tcp.dport == 80 or 443`: what is meant by the comparison and the values behind it. Empty where these are
/// of another sort, and each is a condition of its own.
std::string list_hint(const Context& context, const syntax::Comparison& first,
                      const std::vector<const syntax::Value*>& further, bool is_and) {
    const auto field = model::field_named(lower(source_of(first.left)));
    const auto is_other = [&](const auto* value) {
        return !may_be_value_of(context, *field, *value) || model::field_named(lower(source_of(*value)));
    };
    if (field && std::ranges::any_of(further, is_other)) return {};
    const bool is_in = first.relation == syntax::Operator::in && !is_collection(first.right);
    if (std::ranges::any_of(further, [](const auto* value) { return is_collection(*value); })) return {};
    if (first.relation == syntax::Operator::in && is_collection(first.right) && !is_and &&
        further.size() == 1 && std::holds_alternative<syntax::Path>(first.left.is))
        return "write `" + source_of(first.left) + " in [" + source_of(*further.front()) + "]`";
    const bool is_equal = is_in || first.relation == syntax::Operator::equal;
    if (!is_equal && first.relation != syntax::Operator::not_equal) return {};
    if (!std::holds_alternative<syntax::Path>(first.left.is)) return {};
    auto list = source_of(first.right);
    for (const auto* value : further) list += ", " + source_of(*value);
    const bool are_all_flags = is_and && is_equal && lower(source_of(first.left)) == "tcp.flags";
    if (are_all_flags) return "write `tcp.flags == [" + list + "]`";
    return std::string(is_equal ? "write `" : "write `not ") + source_of(first.left) + " in [" + list + "]`";
}

/// `ip.saddr or ip.daddr in private`: what the comparison behind the properties asks is meant of each.
std::string question_for(const std::vector<syntax::Expression>& operands, std::size_t i) {
    const auto field_of = [](const syntax::Value& value) {
        return model::field_named(lower(source_of(value)));
    };
    const auto* property = std::get_if<syntax::Value>(&operands[i].is);
    const auto field = property == nullptr ? std::nullopt : field_of(*property);
    while (i < operands.size() && std::holds_alternative<syntax::Value>(operands[i].is)) ++i;
    const auto* asked = i == operands.size() ? nullptr : std::get_if<syntax::Comparison>(&operands[i].is);
    const auto other = asked == nullptr ? std::nullopt : field_of(asked->left);
    if (!field || !other || info(*field).kind != info(*other).kind) return {};
    return "write `" + source_of(*property) + ' ' + std::string(to_string(asked->relation)) + ' ' +
           source_of(asked->right) + "`";
}

/// Where the Limit says by which property packets have a bucket each.
std::vector<syntax::Note> note_of_key(const Context& context, model::LimitId limit) {
    const auto& name = context.appliance.limits[limit].name;
    const auto* element = context.scope.find(name);
    const auto* object = element == nullptr ? nullptr : std::get_if<syntax::Object>(&element->value.is);
    const auto* key = object == nullptr ? nullptr : find_pair(*object, "key", true);
    if (key == nullptr) return {};
    return {{key->value.span, "the `key` of " + quoted(name)}};
}

/// A condition without a comparison, as in `if (x)`; `meant`: a hint for one that can be none.
std::optional<model::Condition> bare(Conditions& conditions, const syntax::Value& value,
                                     std::string meant = {}) {
    auto& context = conditions.context;
    const auto place = place_of(value.span), end = end_of(value.span);
    const auto settled = settle(context, value);
    if (std::holds_alternative<Poison>(settled)) return std::nullopt;
    if (const auto* literal = std::get_if<const syntax::Value*>(&settled))
        if (const auto* boolean = std::get_if<syntax::Boolean>(&(*literal)->is))
            return model::Condition{model::Constant{boolean->value}, place, end};
    if (const auto* exceeded = std::get_if<model::Exceeded>(&settled)) {
        const auto key = context.appliance.limits[exceeded->limit].key;
        if (key &&
            !visible(context, *key, conditions.layer, value.span, note_of_key(context, exceeded->limit)))
            return std::nullopt;
        context.spans[place] = value.span;
        return model::Condition{*exceeded, place, end};
    }
    if (const auto* field = std::get_if<model::Field>(&settled)) {
        if (!visible(context, *field, conditions.layer, value.span)) return std::nullopt;
        if (info(*field).kind == model::FieldKind::boolean) {
            context.appliance.sets.push_back({"", {{1, 1}}, place});
            const auto set = static_cast<model::SetId>(context.appliance.sets.size() - 1);
            return model::Condition{model::Test{*field, set}, place, end};
        }
        context.report(
            Kind::not_a_condition, value.span,
            text_of(value) + " is " + std::string(with_article(info(*field).kind)) + ", not a condition",
            !meant.empty() ? std::move(meant)
            : info(*field).kind == model::FieldKind::flags
                ? "ask for one flag with `syn in tcp.flags`, for all with `tcp.flags == [syn, ack]`"
                : "compare it with something, as in `" + std::string(info(*field).name) + " == …`");
        return std::nullopt;
    }
    if (meant.empty()) meant = condition_for(context, value);
    const auto* element = std::get_if<const Element*>(&settled);
    if (element != nullptr && (*element)->type == ElementType::limit)
        meant = "write `" + (*element)->name.text + ".exceeded`";
    if (meant.empty() && element != nullptr && (*element)->type == ElementType::iface)
        meant = "write `iface.in == " + (*element)->name.text + "`";
    context.report(Kind::not_a_condition, value.span,
                   text_of(value) + " is " + kind_of(settled) + ", not a condition", std::move(meant));
    return std::nullopt;
}

struct Translate {
    Conditions& conditions;
    const syntax::Span& span;
    using Result = std::optional<model::Condition>;

    Result operator()(const syntax::Value& value) const { return bare(conditions, value); }
    Result operator()(const syntax::Comparison& comparison) const {
        return conditions.compare(comparison, span);
    }
    Result operator()(const syntax::Not& negation) const {
        auto operand = conditions.translate(negation.operand.front());
        if (!operand) return std::nullopt;
        model::Not made;
        made.operand.push_back(std::move(*operand));
        return model::Condition{std::move(made), place_of(span), end_of(span)};
    }
    Result operator()(const syntax::And& chain) const { return all<model::All>(chain.operands); }
    Result operator()(const syntax::Or& chain) const { return all<model::Any>(chain.operands); }

    /// Every operand is checked, also behind a wrong one. `outside`: the comparison before the first one, in
    /// the `or` around.
    template <typename Node>
    Result all(const std::vector<syntax::Expression>& operands,
               const syntax::Comparison* outside = nullptr) const {
        Node node;
        for (std::size_t i = 0; i < operands.size(); ++i) {
            const auto* before = i == 0 ? outside : last_comparison(operands[i - 1]);
            const auto further =
                before == nullptr ? std::vector<const syntax::Value*>{} : values_from(operands, i);
            const auto* chain = std::get_if<syntax::And>(&operands[i].is);
            const bool is_and = std::is_same_v<Node, model::All> && i > 0;
            auto meant = further.empty() ? question_for(operands, i) : std::string();
            auto condition =
                !meant.empty() ? bare(conditions, std::get<syntax::Value>(operands[i].is), std::move(meant))
                : !further.empty()
                    ? bare(conditions, *further.front(), list_hint(conditions.context, *before, further, is_and))
                : chain != nullptr
                    ? Translate{conditions, operands[i].span}.all<model::All>(chain->operands, before)
                    : conditions.translate(operands[i]);
            // The values behind a comparison are one mistake.
            if (!condition && !further.empty()) i += further.size() - 1;
            if (condition) node.operands.push_back(std::move(*condition));
        }
        if (node.operands.size() < operands.size()) return std::nullopt;
        return model::Condition{std::move(node), place_of(span), end_of(span)};
    }

    static const syntax::Comparison* last_comparison(const syntax::Expression& expression) {
        const auto* chain = std::get_if<syntax::And>(&expression.is);
        return std::get_if<syntax::Comparison>(chain == nullptr ? &expression.is
                                                                : &chain->operands.back().is);
    }

    static std::vector<const syntax::Value*> values_from(const std::vector<syntax::Expression>& operands,
                                                         std::size_t first) {
        std::vector<const syntax::Value*> values;
        for (auto i = first; i < operands.size(); ++i) {
            const auto* value = std::get_if<syntax::Value>(&operands[i].is);
            if (value == nullptr) break;
            values.push_back(value);
        }
        return values;
    }
};

/// Of a property of packets that do not come here: what they have instead, and where it would be known.
std::string hint_for_other_layer(model::Field field, model::Layer layer) {
    const std::string own(info(field).name);
    const auto same = lower(model::subtype_of(layer)) + own.substr(own.find('.'));
    const auto outside = "outside of this `" + std::string(model::subtype_of(layer)) + "` function, in one for " +
                         std::string(model::subtype_of(info(field).layer)) + ", ask for " + quoted(own);
    return model::field_named(same) ? "write " + quoted(same) + ", or " + outside : outside;
}

} // namespace

std::optional<model::Field> visible(Context& context, model::Field field, model::Layer layer,
                                    const syntax::Span& span, std::vector<syntax::Note> notes) {
    const auto of = info(field).layer;
    const bool everywhere = of == model::Layer::meta || of == model::Layer::eth || of == model::Layer::ip ||
                            layer == model::Layer::meta;
    if (everywhere || of == layer || context.question == span.file) return field;
    const auto name = std::string(model::subtype_of(of));
    context.report(Kind::property_not_visible, span,
                   quoted(info(field).name) + " exists only in " + name + " packets, and here are " +
                       (layer == model::Layer::ip ? "all kinds" : std::string(model::subtype_of(layer)) + " packets"),
                   layer == model::Layer::ip ? "put it into `" + std::string(context.function_type) + "::" + name + " { … }`"
                                             : hint_for_other_layer(field, layer),
                   std::move(notes));
    return std::nullopt;
}

std::optional<model::Condition> Conditions::translate(const syntax::Expression& expression) {
    return std::visit(Translate{*this, expression.span}, expression.is);
}

} // namespace sema
