#include "compiler/sema/function.hpp"

#include "compiler/model/subtypes.hpp"
#include "compiler/sema/condition.hpp"
#include "compiler/sema/habits.hpp"
#include "compiler/sema/log.hpp"
#include "compiler/sema/nat_arguments.hpp"
#include "compiler/sema/subtype.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sema {

namespace {

using model::FunctionKind;
using model::Layer;
using model::subtype_of;
using syntax::Kind;

constexpr std::array<std::string_view, 7> actions = {"accept", "drop", "reject", "log",
                                                     "syslog", "dnat", "snat"};
constexpr std::size_t nested_arms_max = 64;       // of a chain of `else if` that keeps its shape
constexpr std::ptrdiff_t passing_arms_max = 1000; // that can be passed without a verdict

std::string_view kind_name(FunctionKind kind) { return kind == FunctionKind::filter ? "Filter" : "Nat"; }

/// What a body says of itself in messages: an Assert decides like a Filter, about packets that never come.
enum class Role : std::uint8_t { filter, nat, assertion };

constexpr std::string_view role_names[] = {"Filter", "Nat", "Assert"};

/// Whether a statement there, however deep, does what only functions of this kind do.
bool acts_as(FunctionKind kind, const std::vector<syntax::Statement>& statements) {
    return std::ranges::any_of(statements, [&](const syntax::Statement& statement) {
        if (const auto* inner = std::get_if<syntax::Function>(&statement.is)) return acts_as(kind, inner->body);
        if (const auto* conditional = std::get_if<syntax::Conditional>(&statement.is)) {
            const auto arm_acts = [&](const syntax::Arm& arm) { return acts_as(kind, arm.then); };
            return std::ranges::any_of(conditional->arms, arm_acts) || acts_as(kind, conditional->otherwise);
        }
        const auto word = lower(std::get<syntax::Action>(statement.is).name.parts.front().text);
        const bool translates = word == "dnat" || word == "snat";
        return kind == FunctionKind::nat ? translates : syntax::is_verdict(word);
    });
}

class FunctionBuilder {
public:
    using NamedSets = std::map<std::pair<const syntax::Value*, model::FieldKind>, model::SetId>;

    FunctionBuilder(Context& context, Role role, NamedSets& named_sets)
        : context_(context), role_(role),
          kind_(role == Role::nat ? FunctionKind::nat : FunctionKind::filter), named_sets_(named_sets) {
        context.function_type = role_names[static_cast<std::size_t>(role)];
    }

    /// The body of a declared function.
    model::Block whole(const std::vector<syntax::Statement>& statements, Layer layer) {
        does_as_headed_ = acts_as(kind_, statements);
        return body(statements, layer);
    }

    /// The body of a function or an arm. That one is empty has been said.
    model::Block body(const std::vector<syntax::Statement>& statements, Layer layer) {
        auto result = block(statements, layer);
        if (statements.empty()) result.push_back({refused(), {}});
        return result;
    }

    model::Block block(const std::vector<syntax::Statement>& statements, Layer layer) {
        model::Block result;
        for (const auto& statement : statements) {
            const auto* const before = &statement == statements.data() ? nullptr : &statement - 1;
            follows_unknown_ = before != nullptr && before == unknown_ &&
                               before->span.begin.line == statement.span.begin.line;
            if (const auto* conditional = std::get_if<syntax::Conditional>(&statement.is)) {
                add(result, *conditional, layer);
                context_.spans[place_of(statement.span)] = statement.span;
                continue;
            }
            const auto* inner = std::get_if<syntax::Function>(&statement.is);
            auto step = inner != nullptr
                            ? translate(*inner, layer)
                            : translate(std::get<syntax::Action>(statement.is), statement.span, layer);
            if (std::exchange(is_unknown_, false)) unknown_ = &statement;
            if (!step) step = refused();
            context_.spans[place_of(statement.span)] = inner == nullptr ? statement.span : inner->heading();
            result.push_back({std::move(*step), place_of(statement.span)});
        }
        return result;
    }

private:
    using StepKind = std::variant<model::Branch, model::Enter, model::Call, model::Log, model::Verdict>;
    using Made = std::optional<StepKind>;

    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {},
                std::vector<syntax::Note> notes = {}) {
        context_.report(kind, span, std::move(message), std::move(hint), std::move(notes));
    }

    /// A statement whose mistake has been reported: the call of a function that may decide or not.
    model::Call refused() {
        context_.functions_have_holes = true;
        if (!context_.refused_statement) {
            context_.refused_statement = static_cast<model::FunctionId>(context_.appliance.functions.size());
            context_.appliance.functions.push_back({"", FunctionKind::filter, Layer::ip, {}, {}});
            context_.unknown_functions.insert(*context_.refused_statement);
        }
        return {*context_.refused_statement};
    }

    /// A log with a mistake still decides nothing.
    model::Log refused_log() {
        context_.functions_have_holes = true;
        return {};
    }

    /// Each arm is the `else` of the one before it. What executes a policy recurses into blocks, so that a
    /// long chain is laid flat where it can be: what follows an arm that ends in a verdict is its `else` as
    /// well.
    void add(model::Block& result, const syntax::Conditional& conditional, Layer layer) {
        auto arms = arms_of(conditional, layer);
        auto rest = block(conditional.otherwise, layer);
        const bool is_long = arms.size() > nested_arms_max;
        const auto nests = [&](const model::Step& arm) {
            const auto& then = std::get<model::Branch>(arm.is).then;
            return !is_long || then.empty() || !std::holds_alternative<model::Verdict>(then.back().is);
        };
        if (std::ranges::count_if(arms, nests) > passing_arms_max) {
            report(Kind::nesting_too_deep, conditional.arms.front().span,
                   "more than " + std::to_string(passing_arms_max) +
                       " branches of this `if` do not end in a verdict",
                   "decide in the branches, or put the further ones into a function");
            result.push_back({refused(), {}});
            return;
        }
        std::reverse(rest.begin(), rest.end()); // the last step first
        for (auto arm = arms.rbegin(); arm != arms.rend(); ++arm) {
            if (nests(*arm)) {
                auto& otherwise = std::get<model::Branch>(arm->is).otherwise;
                std::move(rest.rbegin(), rest.rend(), std::back_inserter(otherwise));
                rest.clear();
            }
            rest.push_back(std::move(*arm));
        }
        std::move(rest.rbegin(), rest.rend(), std::back_inserter(result));
    }

    model::Block arms_of(const syntax::Conditional& conditional, Layer layer) {
        model::Block arms;
        for (const auto& arm : conditional.arms) {
            Conditions conditions{context_, layer, named_sets_};
            auto condition = conditions.translate(arm.condition);
            auto then = body(arm.then, layer);
            context_.spans[place_of(arm.span)] = arm.span;
            if (!condition) { // either way may be taken
                context_.functions_have_holes = true;
                condition = {model::Constant{true}, place_of(arm.condition.span)};
            }
            context_.spans[condition->place] = arm.condition.span;
            arms.push_back({model::Branch{std::move(*condition), std::move(then), {}}, place_of(arm.span)});
        }
        return arms;
    }

    Made translate(const syntax::Function& inner, Layer layer) {
        const std::string own_name(role_names[static_cast<std::size_t>(role_)]);
        const auto type = lower(inner.type.text);
        const bool fits = type == lower(own_name) || type == lower(kind_name(kind_));
        if (!fits)
            report(Kind::wrong_function_type, inner.type.span,
                   (role_ == Role::assertion ? "an " : "a ") + own_name + " holds " + own_name +
                       " functions only",
                   type == "assert" ? "Asserts stand outside of functions"
                   : type == "nat" && role_ == Role::filter
                       ? "declare it outside, `Nat::" + inner.subtype.text +
                             " name { … }`, and name it on `prerouting`"
                       : "write `" + own_name + "::" + inner.subtype.text + "`");
        if (inner.target && fits)
            report(Kind::type_misused, inner.target->span, "only an `Assert` is about a chain or a path");
        const auto known = layer_of(context_, inner.subtype);
        const auto own = known.value_or(reading_layer(inner.subtype));
        if (known && !can_hold(layer, own))
            report(Kind::wrong_subtype, inner.subtype.span,
                   "no " + std::string(subtype_of(own)) + " packet comes here: only " +
                       std::string(subtype_of(layer)) + " packets do",
                   "move it out of the " + std::string(subtype_of(layer)) + " function");
        // Whatever is wrong with the heading, the body may have mistakes of its own.
        const bool is_nat = type == "nat" && kind_ == FunctionKind::filter;
        FunctionBuilder other(context_, is_nat ? Role::nat : Role::filter, named_sets_);
        other.misfit_is_said_ = true; // by the heading, which its actions may contradict
        auto& builder = fits || (type != "nat" && type != "filter") ? *this : other;
        auto made = builder.body(inner.body, own == Layer::ip ? layer : own);
        if (!fits || !known) return std::nullopt;
        return model::Enter{own, std::move(made)};
    }

    Made translate(const syntax::Action& action, const syntax::Span& span, Layer layer) {
        const auto& name = action.name.parts.front();
        const auto word = lower(name.text);
        if (name.text == syntax::left_out) return std::nullopt;
        if (action.name.parts.size() > 1) {
            report(Kind::unknown_statement, action.name.span,
                   quoted(to_string(action.name)) + " is no statement");
            return std::nullopt;
        }
        const auto* element = context_.scope.find(name.text);
        // `reject` is younger than the others: a function of that name goes first.
        if (word == "reject" && element != nullptr) return call(action, *element, layer);
        if (word == "accept" || word == "drop" || word == "reject") return verdict(action, word, span);
        if (word == "dnat" || word == "snat") return translation(action, word, span, layer);
        if ((word == "log" || word == "syslog") && !may_log(name)) return refused_log();
        if (word == "log" || word == "syslog") return log(action, word, span, layer);
        if (element != nullptr) return call(action, *element, layer);
        is_unknown_ = true;
        const auto names = [&] {
            std::vector<std::string> result(actions.begin(), actions.end());
            for (const auto& function : context_.appliance.functions) result.push_back(function.name);
            return result;
        };
        auto hint = hint_for_statement(word);
        if (hint.empty()) hint = context_.suggestions.among(context_.functions.size(), name.text, names);
        // Words in a row are a line of another language, and one mistake; but for those that are misspelt.
        const bool may_be_nameless = context_.scope.has_nameless_function && hint_for_statement(word).empty();
        if (may_be_nameless && action.arguments.empty()) return std::nullopt;
        if (!follows_unknown_ || !action.arguments.empty() || hint.starts_with("did you mean"))
            report(Kind::unknown_statement, name.span,
                   quoted(name.text) + " is neither an action nor a function", hint);
        return std::nullopt;
    }

    /// No packet ever meets an Assert, so there is nothing to write down.
    bool may_log(const syntax::Name& action) {
        if (role_ != Role::assertion) return true;
        report(Kind::action_not_allowed, action.span,
               "an Assert is proved when the policy is compiled, and has nothing to log", "leave it out");
        return false;
    }

    bool allowed_in(FunctionKind kind, const std::string& word, const syntax::Span& span) {
        if (kind == kind_) return true;
        if (role_ == Role::assertion) {
            report(Kind::action_not_allowed, span,
                   quoted(word) + " translates, and an Assert only says what is decided",
                   "write `accept`, `drop` or `reject`");
            return false;
        }
        if (misfit_is_said_) return false;
        misfit_is_said_ = !does_as_headed_; // the function is of another kind than was meant
        report(Kind::action_not_allowed, span,
               quoted(word) + " is for " + std::string(kind_name(kind)) + " functions, and this is a " +
                   std::string(kind_name(kind_)),
               kind_ == FunctionKind::nat
                   ? "a Nat translates and accepts by itself; put decisions into a Filter"
                   : "put it into a Nat function on " + std::string(word == "dnat" ? "`prerouting`" : "`postrouting`"));
        return false;
    }

    model::Verdict statement(model::Statement made) {
        auto& appliance = context_.appliance;
        auto& list = role_ == Role::assertion ? appliance.claims : appliance.statements;
        list.push_back(std::move(made));
        const auto before = role_ == Role::assertion ? appliance.statements.size() : 0;
        return {static_cast<model::StatementId>(before + list.size() - 1)};
    }

    Made verdict(const syntax::Action& action, const std::string& word, const syntax::Span& span) {
        if (!allowed_in(FunctionKind::filter, word, action.name.span)) return std::nullopt;
        if (!action.arguments.empty())
            report(Kind::wrong_arguments, span, quoted(word) + " takes no arguments", "write " + quoted(word));
        const auto what = word == "accept" ? model::Action::accept
                          : word == "drop" ? model::Action::drop
                                           : model::Action::reject;
        return statement({what, {}, {}, place_of(span)});
    }

    Made translation(const syntax::Action& action, const std::string& word, const syntax::Span& span,
                     Layer layer) {
        if (!allowed_in(FunctionKind::nat, word, action.name.span)) return std::nullopt;
        const auto arguments = nat_arguments(context_, action, word);
        if (!arguments) return std::nullopt;
        if (arguments->port && layer == Layer::icmp)
            report(Kind::unused_setting, action.arguments.back().span, "ICMP packets have no port to translate",
                   arguments->address ? "write `" + word + "(" + dotted(*arguments->address) + ")`"
                                      : "translate to an address, as in `" + word + "(10.0.0.5)`");
        const auto what = word == "dnat" ? model::Action::dnat : model::Action::snat;
        return statement({what, arguments->address, arguments->port, place_of(span)});
    }

    Made log(const syntax::Action& action, const std::string& word, const syntax::Span& span, Layer layer) {
        auto made =
            word == "log" ? log_of(context_, action, span, layer) : syslog_of(context_, action, span, layer);
        return made ? std::move(*made) : refused_log();
    }

    Made call(const syntax::Action& action, const Element& element, Layer layer) {
        const auto& span = action.name.span;
        if (element.type == ElementType::unsupported) return std::nullopt;
        const auto found = context_.function_ids.find(&element);
        if (found == context_.function_ids.end()) {
            is_unknown_ = true;
            if (follows_unknown_) return std::nullopt;
            report(Kind::unknown_statement, span,
                   quoted(element.name.text) + " is " + kind_of(element) + ", not a Filter or Nat", {},
                   {{element.name.span, "it is declared here"}});
            return std::nullopt;
        }
        const auto id = found->second;
        const auto& callee = context_.appliance.functions[id];
        if (!action.arguments.empty())
            report(Kind::wrong_arguments, join(span, action.arguments.back().span), "functions take no arguments",
                   "write " + quoted(element.name.text));
        if (callee.kind != kind_)
            report(Kind::wrong_function_type, span,
                   quoted(callee.name) + " is a " + std::string(kind_name(callee.kind)) + ", and a " +
                       std::string(kind_name(kind_)) + " calls " + std::string(kind_name(kind_)) +
                       " functions only",
                   "name " + quoted(callee.name) + " on the chain instead", {{element.name.span, "it is declared here"}});
        else if (!can_hold(layer, callee.layer))
            report(Kind::wrong_subtype, span,
                   quoted(callee.name) + " is for " + std::string(subtype_of(callee.layer)) +
                       " packets, and here are only " + std::string(subtype_of(layer)) + " packets",
                   "call it outside of the " + std::string(subtype_of(layer)) + " function",
                   {{element.name.span, "it is declared here"}});
        else
            return model::Call{id};
        return std::nullopt;
    }

    Context& context_;
    Role role_;
    FunctionKind kind_;
    NamedSets& named_sets_;
    const syntax::Statement* unknown_ = nullptr; ///< the last one whose first word means nothing
    bool follows_unknown_ = false;               ///< on its line
    bool is_unknown_ = false;
    bool does_as_headed_ = false; ///< in some statement
    bool misfit_is_said_ = false; ///< that its actions are for functions of another kind
};

/// A Nat for all packets that only decides was to be a Filter, a Filter that only translates a Nat: each is read as that.
FunctionKind function_kind(Context& context, const Element& element) {
    const auto& function = *element.function;
    const auto headed = element.type == ElementType::nat ? FunctionKind::nat : FunctionKind::filter;
    const auto other = headed == FunctionKind::nat ? FunctionKind::filter : FunctionKind::nat;
    // On a chain a Filter is for all packets.
    const bool may_be_other = other == FunctionKind::nat || reading_layer(function.subtype) == Layer::ip;
    if (!may_be_other || acts_as(headed, function.body) || !acts_as(other, function.body)) return headed;
    context.report(Kind::action_not_allowed, function.type.span,
                   quoted(element.name.text) +
                       (other == FunctionKind::nat ? " translates, and a Filter only decides"
                                                   : " decides, and a Nat only translates"),
                   "write `" + std::string(kind_name(other)) + "::" + function.subtype.text + " " + element.name.text + "`");
    return other;
}

} // namespace

bool is_action(std::string_view word) { return std::ranges::find(actions, lower(word)) != actions.end(); }

void declare_functions(Context& context) {
    for (const auto& element : context.scope.elements()) {
        if (element.type != ElementType::filter && element.type != ElementType::nat) continue;
        const auto layer = layer_of(context, *element.function);
        const auto kind = function_kind(context, element);
        context.function_ids[&element] = static_cast<model::FunctionId>(context.functions.size());
        context.functions.push_back(&element);
        if (!layer) context.unknown_functions.insert(context.function_ids[&element]);
        context.appliance.functions.push_back(
            {element.name.text, kind, layer.value_or(Layer::ip), {}, place_of(element.name.span)});
    }
}

void define_functions(Context& context) {
    FunctionBuilder::NamedSets named_sets;
    for (std::size_t id = 0; id < context.functions.size(); ++id) {
        const auto& function = *context.functions[id]->function;
        const auto kind = context.appliance.functions[id].kind;
        const bool is_known = !context.unknown_functions.contains(static_cast<model::FunctionId>(id));
        const auto layer = is_known ? context.appliance.functions[id].layer : reading_layer(function.subtype);
        FunctionBuilder builder(context, kind == FunctionKind::nat ? Role::nat : Role::filter, named_sets);
        auto body = builder.whole(function.body, layer);
        context.appliance.functions[id].body = std::move(body);
    }
}

std::optional<model::Assert> assertion_of(Context& context, const Element& element) {
    const auto& subtype = element.function->subtype;
    const auto known = layer_of(context, *element.function);
    const auto layer = known.value_or(reading_layer(subtype));
    FunctionBuilder::NamedSets named_sets;
    FunctionBuilder builder(context, Role::assertion, named_sets);
    auto body = builder.body(element.function->body, layer);
    if (!known) return std::nullopt;
    return model::Assert{element.name.text, place_of(element.name.span), layer, {}, std::move(body)};
}

} // namespace sema
