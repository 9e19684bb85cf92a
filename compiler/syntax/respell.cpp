// What people write who come from another language, or from English: `elseif`, `a not in b`, `x <> y`,
// `Filter:IP f`. It is clear what each of these means, so the message says how it is written here, and the
// parser sees what was meant. No legal program has any of these, whatever its layout.
#include "compiler/syntax/respell.hpp"

#include <algorithm>
#include <utility>

namespace syntax {

namespace {

using respelling::Cursor;
using K = TokenKind;

bool respelt(Cursor& at) {
    using namespace respelling;
    if (merge_conflict(at) || doubled_opener(at) || typeless(at) || names(at) || ways(at) || comparisons(at) || places(at) ||
        asserts(at) || ranges(at) || logs(at) || operators(at) || nested_headings(at) || conditions(at) || lists(at))
        return true;
    if (nameless_member(at) || missing_value(at) || members(at) || doubled_values(at)) return true;
    return at.is(0, K::name) && (doubled_key(at) || dotted_keys(at) || parted_key(at) || words(at) ||
                                 headings(at) || declarations(at));
}

} // namespace

Tokens respell(const Tokens& tokens, Diagnostics& diagnostics) {
    Cursor at{tokens, diagnostics};
    find_odd_names(at);
    const auto count = [&](K kind) { return std::ranges::count(tokens, kind, &Token::kind); };
    at.braces_match = count(K::open_brace) == count(K::close_brace);
    at.lists_match = count(K::open_bracket) == count(K::close_bracket);
    at.out.reserve(tokens.size());
    while (at.next < tokens.size()) {
        if (at.close_before == at.next) at.put(K::close_paren, ")", at.token().span), at.open.pop_back();
        if (!respelt(at)) at.take();
    }
    return std::move(at.out);
}

} // namespace syntax
