// Ranges as others write them.
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/respell.hpp"

namespace syntax::respelling {

namespace {

bool is_end(K kind) { return kind == K::address || kind == K::integer; }

/// The first or last address of the network that is written from `first` on; empty for what is none.
std::string end_of_network(const Token* first, bool is_last) {
    const auto address = parse_address(first[0].text);
    const auto& digits = first[2].text;
    if (!address || digits.size() > 2 || std::stoul(digits) > 32) return {};
    const auto free_bits = static_cast<std::uint32_t>((std::uint64_t{1} << (32 - std::stoul(digits))) - 1);
    const auto bits = is_last ? *address | free_bits : *address & ~free_bits;
    std::string text;
    for (const auto shift : {24, 16, 8, 0})
        text += (text.empty() ? "" : ".") + std::to_string(bits >> shift & 255U);
    return text;
}

/// `10.0.0.1 to 10.0.0.9`, `10.0.0.1 .. 10.0.0.9`, `10.0.0.1:10.0.0.9`.
bool joined_otherwise(Cursor& at) {
    const auto left = at.before();
    const bool is_word = one_of(at.word_at(0), {"to", "until", "through", "bis"}) && !at.open.empty() &&
                         !at.open.back().is_body;
    const bool is_key =
        at.in(K::open_brace) && at.out.size() > 1 && at.out[at.out.size() - 2].kind != K::colon;
    const bool is_colon = at.is(0, K::colon) && left == K::address && !is_key;
    const bool are_dots = at.is(0, K::dot) && at.is(1, K::dot);
    const std::size_t last = are_dots ? 2 : 1;
    if (!is_end(left) || (!is_word && !is_colon && !are_dots) || !at.is(last, left)) return false;
    const auto span = join(at.token().span, at.token(last - 1).span);
    at.report(Kind::syntax_error, span, "a range has a `-` between its ends",
              "write `" + at.out.back().text + "-" + at.token(last).text + "`");
    at.put(K::minus, "-", span);
    return at.next += last, true;
}

/// `10.0.0.0/24-10.0.1.0/24`: from the first address of the one to the last of the other.
bool between_networks(Cursor& at) {
    const auto size = at.out.size();
    const bool is_one = at.is(0, K::minus) && at.is(1, K::address) && at.is(2, K::slash) &&
                        at.is(3, K::integer) && size > 2 && at.before() == K::integer &&
                        at.out[size - 2].kind == K::slash && at.out[size - 3].kind == K::address;
    if (!is_one) return false;
    const auto low = end_of_network(&at.out[size - 3], false), high = end_of_network(&at.token(1), true);
    const auto span = join(at.out[size - 3].span, at.token(3).span);
    at.report(Kind::syntax_error, span, "the ends of a range are addresses, and no networks",
              low.empty() || high.empty() ? "write the addresses, as in `10.0.0.0-10.0.1.255`"
                                          : "write `" + low + "-" + high + "`");
    at.out.resize(size - 3);
    at.put(K::name, left_out, span);
    return at.next += 4, true;
}

/// `1-2-3`.
bool third_end(Cursor& at) {
    const auto size = at.out.size();
    const bool is_one = at.is(0, K::minus) && size > 2 && is_end(at.before()) &&
                        at.out[size - 2].kind == K::minus && is_end(at.out[size - 3].kind) &&
                        at.is_literal_at(1);
    if (!is_one) return false;
    at.report(Kind::syntax_error, at.token().span, "a range has two ends",
              "write one as `80-443`, and several values as a list, `[80, 443]`");
    return at.next += 2, true;
}

} // namespace

bool ranges(Cursor& at) { return joined_otherwise(at) || between_networks(at) || third_end(at); }

} // namespace syntax::respelling
