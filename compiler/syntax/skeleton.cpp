#include "compiler/syntax/skeleton.hpp"

#include "compiler/syntax/words.hpp"

namespace syntax {

namespace {

using K = TokenKind;

bool is_key(K kind) { return kind == K::name || kind <= K::false_; }

/// Where nothing else fits. The state is one from which the next tokens fit best.
Step misfit(Context context, const Token& token) {
    const auto kind = token.kind;
    if (kind == K::open_brace)
        return {context.at, context.holds == Holds::body ? Holds::body : Holds::object, misfit_cost};
    if (kind == K::open_bracket) return {context.at, Holds::list, misfit_cost};
    if (kind == K::open_paren) return {context.at, Holds::arguments, misfit_cost};
    const bool of_statements = context.holds == Holds::body || context.holds == Holds::file;
    if (of_statements && kind == K::name) return {At::word, {}, misfit_cost};
    if (of_statements && kind == K::if_) return {At::question, {}, misfit_cost};
    if (context.holds == Holds::object && kind == K::name) return {At::key, {}, misfit_cost};
    if (context.holds == Holds::object && kind == K::colon) return {At::value, {}, misfit_cost};
    if (!of_statements && context.holds != Holds::condition && kind == K::comma)
        return {At::start, {}, misfit_cost};
    return {context.at, {}, misfit_cost};
}

Step value(Context context, const Token& token) {
    const bool in_parentheses = context.holds == Holds::condition || context.holds == Holds::arguments;
    if (is_literal(token.kind) || token.kind == K::name) return {At::after};
    if (token.kind == K::open_brace) return {At::after, Holds::object};
    if (token.kind == K::open_bracket) return {At::after, Holds::list};
    if (token.kind == K::open_paren && context.holds == Holds::condition) return {At::after, Holds::condition};
    if (token.kind == K::open_paren) return {At::after, Holds::arguments, parenthesis_cost};
    if (in_parentheses && token.kind == K::minus) return {At::value};
    if (context.holds == Holds::condition && token.kind == K::not_) return {At::value};
    return misfit(context, token);
}

/// The tokens that make a longer value of the one before them.
std::optional<Step> longer_value(K kind) {
    if (kind == K::dot) return Step{At::member};
    if (kind == K::minus || kind == K::slash) return Step{At::value};
    if (kind == K::open_paren) return Step{At::after, Holds::arguments};
    return std::nullopt;
}

/// From the colons of a function's heading to its body.
Step heading(Context context, const Token& token) {
    const auto kind = token.kind;
    if (context.at == At::colons && kind == K::name) return {At::subtype};
    if (context.at == At::colons && context.holds == Holds::file && kind == K::open_bracket) // `web:: [80]`
        return {At::after, Holds::list, misfit_cost};
    if (context.at == At::subtype && kind == K::name) return {At::named};
    const bool has_subtype = context.at != At::colons;
    if (has_subtype && context.at != At::targeted && kind == K::open_paren)
        return {At::targeted, Holds::target};
    if (has_subtype && kind == K::open_brace) return {At::start, Holds::body};
    return misfit(context, token);
}

Step statement(Context context, const Token& token) {
    const int cost = context.at == At::decided ? undecided_cost : 0;
    if (token.kind == K::if_) return {At::question, {}, cost};
    if (token.kind != K::name) return misfit(context, token);
    return {is_verdict(token.text) ? At::decided : At::word, {}, cost};
}

Step in_body(Context context, const Token& token) {
    const auto kind = token.kind;
    switch (context.at) {
    case At::dot:
        return is_key(kind) ? Step{At::word} : misfit(context, token);
    case At::colon:
        return kind == K::colon ? Step{At::colons} : misfit(context, token);
    case At::question:
        return kind == K::open_paren ? Step{At::then, Holds::condition} : misfit(context, token);
    case At::then:
        return kind == K::open_brace ? Step{At::after_if, Holds::body} : misfit(context, token);
    case At::otherwise:
        if (kind == K::if_) return {At::question};
        return kind == K::open_brace ? Step{At::start, Holds::body} : misfit(context, token);
    case At::after_if:
        return kind == K::else_ ? Step{At::otherwise} : statement(context, token);
    case At::word:
    case At::decided:
        if (kind == K::dot) return {At::dot};
        if (kind == K::colon) return {At::colon};
        if (kind == K::open_paren) return {At::start, Holds::arguments};
        return statement(context, token);
    default:
        return statement(context, token);
    }
}

Step in_file(Context context, const Token& token) {
    const auto kind = token.kind;
    if (context.at == At::dot) return is_key(kind) ? Step{At::word} : misfit(context, token);
    if (context.at == At::member) return is_key(kind) ? Step{At::after} : misfit(context, token);
    if (context.at == At::typed || context.at == At::value) return value(context, token);
    if (context.at == At::colon) return kind == K::colon ? Step{At::colons} : value(context, token);
    if (context.at == At::word) {
        if (kind == K::name) return {At::typed};
        if (kind == K::string) return {At::start};
        if (kind == K::colon) return {At::colon};
        if (kind == K::dot) return {At::dot};
        // `web [80, 443]`: the value of a declaration whose colon is missing ends it.
        if (kind == K::open_bracket) return {At::after, Holds::list, misfit_cost};
        if (kind == K::open_brace) return {At::after, Holds::object, misfit_cost};
        if (is_literal(kind)) return {At::after, {}, misfit_cost};
        return misfit(context, token);
    }
    if (context.at == At::after)
        if (const auto longer = longer_value(kind)) return *longer;
    return kind == K::name ? Step{At::word} : misfit(context, token);
}

Step in_object(Context context, const Token& token) {
    const auto kind = token.kind;
    if (context.at == At::key) return kind == K::colon ? Step{At::value} : misfit(context, token);
    if (context.at == At::value) return value(context, token);
    if (context.at == At::member) return is_key(kind) ? Step{At::after} : misfit(context, token);
    if (context.at != At::after) return is_key(kind) ? Step{At::key} : misfit(context, token);
    if (kind == K::comma) return {At::start};
    if (const auto longer = longer_value(kind)) return *longer;
    return is_key(kind) ? Step{At::key, {}, missing_comma_cost} : misfit(context, token);
}

Step in_list(Context context, const Token& token) {
    const auto kind = token.kind;
    if (context.at == At::member) return is_key(kind) ? Step{At::after} : misfit(context, token);
    if (context.at != At::after) return value(context, token);
    if (kind == K::comma) return {At::start};
    if (const auto longer = longer_value(kind)) return *longer;
    auto result = value(context, token);
    if (result.cost == 0) result.cost = missing_comma_cost;
    return result;
}

Step in_condition(Context context, const Token& token) {
    const auto kind = token.kind;
    if (context.at == At::member) return is_key(kind) ? Step{At::after} : misfit(context, token);
    if (context.at != At::after) return value(context, token);
    if (is_relation(kind) || kind == K::and_ || kind == K::or_) return {At::value};
    if (const auto longer = longer_value(kind)) return *longer;
    return misfit(context, token);
}

Step in_target(Context context, const Token& token) {
    const auto kind = token.kind;
    if (context.at == At::member) return is_key(kind) ? Step{At::after} : misfit(context, token);
    if (context.at != At::after) return kind == K::name ? Step{At::after} : misfit(context, token);
    if (kind == K::dot) return {At::member};
    return kind == K::arrow ? Step{At::value} : misfit(context, token);
}

bool in_heading(At at) { return at >= At::colons && at <= At::targeted; }

} // namespace

Step step(Context context, const Token& token) {
    if (in_heading(context.at)) return heading(context, token);
    switch (context.holds) {
    case Holds::file:
        return in_file(context, token);
    case Holds::body:
        return in_body(context, token);
    case Holds::object:
        return in_object(context, token);
    case Holds::list:
    case Holds::arguments:
        return in_list(context, token);
    case Holds::condition:
        return in_condition(context, token);
    case Holds::target:
        return in_target(context, token);
    }
    return misfit(context, token);
}

int closing_cost(Context context) {
    const auto at = context.at;
    const bool ends_statement =
        at == At::start || at == At::word || at == At::decided || at == At::after_if;
    const bool fits = context.holds == Holds::body        ? ends_statement
                      : context.holds == Holds::condition ? at == At::after
                                                          : at == At::after || at == At::start;
    return fits ? 0 : misfit_cost;
}

std::optional<TokenKind> opener_wanted(Context context, TokenKind next, TokenKind after_next) {
    const bool pair_follows = is_key(next) && after_next == K::colon;
    const auto at = context.at;
    const bool value_follows = is_literal(next) || next == K::name || next == K::not_;
    if (in_heading(at) && at != At::colons) return K::open_brace;
    if (at == At::then || at == At::otherwise) return K::open_brace;
    if (at == At::question) return K::open_paren;
    if (context.holds == Holds::body && (at == At::word || at == At::decided) && value_follows)
        return K::open_paren;
    const bool wants_value = at == At::typed || at == At::value || (context.holds == Holds::file && at == At::colon) ||
                             ((context.holds == Holds::list || context.holds == Holds::condition) && at == At::start);
    if (!wants_value) return std::nullopt;
    if (pair_follows || at == At::typed) return K::open_brace;
    if (context.holds == Holds::condition && at == At::start) return K::open_paren;
    return next == K::open_brace || value_follows ? std::optional(K::open_bracket) : std::nullopt;
}

} // namespace syntax
