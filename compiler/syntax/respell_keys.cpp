// `{ ip.saddr: 10.0.0.2, ip.daddr: 10.0.0.1 }`: keys with dots, where an object belongs.
#include "compiler/syntax/respell.hpp"

#include <algorithm>

namespace syntax::respelling {

namespace {

struct Member {
    std::string object; ///< empty for one without a dot
    std::size_t first = 0, end = 0; ///< of its own key and value, in tokens from the next on
};

bool is_dotted_key(const Cursor& at, std::size_t i) {
    return at.is(i, K::name) && at.is(i + 1, K::dot) && at.next + i + 3 < at.tokens.size() &&
           at.token(i + 2).kind <= K::name && at.is(i + 3, K::colon);
}

/// The members up to the `}` around; none where that is not near.
std::vector<Member> members_from(const Cursor& at) {
    constexpr std::size_t tokens_max = 500;
    std::vector<Member> members;
    std::size_t depth = 0, first = 0;
    for (std::size_t i = 0; i < tokens_max && at.next + i < at.tokens.size(); ++i) {
        const auto kind = at.token(i).kind;
        if (kind == K::bad_character) return {};
        const bool closes = depth == 0 && kind == K::close_brace;
        if (depth == 0 && (closes || kind == K::comma)) {
            const bool is_dotted = is_dotted_key(at, first);
            if (i > first)
                members.push_back({is_dotted ? at.token(first).text : "", first + (is_dotted ? 2 : 0), i});
            first = i + 1;
        }
        if (closes) return members;
        if (is_open_bracket(kind)) ++depth;
        if (is_close_bracket(kind) && depth-- == 0) return {};
    }
    return {};
}

} // namespace

bool dotted_keys(Cursor& at) {
    const bool begins = at.in(K::open_brace) && !at.open.back().is_body && !at.open.back().is_braced_list &&
                        (at.before() == K::open_brace || at.before() == K::comma);
    if (!begins || !is_dotted_key(at, 0)) return false;
    auto left = members_from(at);
    if (left.empty()) return false;
    const auto span = at.token().span, key = join(span, at.token(2).span);
    const auto end = left.back().end;
    // Those of one object stand where the first of them does.
    std::string cure;
    const auto put_members = [&](const std::vector<Member>& members, bool is_told) {
        for (const auto& member : members) {
            if (&member != &members.front()) at.put(K::comma, ",", span);
            if (is_told)
                cure += (&member == &members.front() ? "" : ", ") + at.written(member.first, member.end);
            for (auto i = member.first; i < member.end; ++i) at.out.push_back(at.token(i));
        }
    };
    while (!left.empty()) {
        const auto object = left.front().object;
        const auto others = std::stable_partition(left.begin(), left.end(),
                                                  [&](const auto& one) { return one.object == object; });
        const std::vector<Member> own(left.begin(), others);
        left.erase(left.begin(), others);
        if (object.empty()) {
            put_members(own, false);
        } else {
            cure += (cure.empty() ? "" : ", ") + object + ": { ";
            at.put(K::name, object, span);
            at.put(K::colon, ":", span);
            at.put(K::open_brace, "{", span);
            put_members(own, true);
            at.put(K::close_brace, "}", span);
            cure += " }";
        }
        if (!left.empty()) at.put(K::comma, ",", span);
    }
    at.report(Kind::syntax_error, key, "a key is one word", "write `" + cure + "`");
    return at.next += end, true;
}

} // namespace syntax::respelling
