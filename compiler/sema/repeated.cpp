#include "compiler/sema/repeated.hpp"

#include "compiler/sema/constants.hpp"
#include "compiler/sema/resolve.hpp"

#include <algorithm>
#include <map>

namespace sema {

namespace {

using syntax::Kind;
using Messages = std::vector<syntax::Diagnostic>;

constexpr std::size_t notes_max = 5;

/// What a declared name stands for is no set: the mistake is in its declaration.
bool is_about_named_value(const syntax::Diagnostic& diagnostic) {
    const auto names = names_in(diagnostic.message);
    if (diagnostic.kind != Kind::not_a_set || names.empty() || names.front().empty()) return false;
    const auto letter = names.front().front() | 0x20;
    return letter >= 'a' && letter <= 'z' && !is_packet_object(names.front()) &&
           constant_named(names.front()) == nullptr;
}

/// A name that means nothing is one mistake, which may be that of its declaration: the first use is told,
/// and the others are noted with it.
Messages names_told_once(Messages all) {
    std::map<std::string, std::size_t> first;
    Messages result;
    for (auto& diagnostic : all) {
        const auto names = names_in(diagnostic.message);
        const bool is_unknown =
            says_unknown(diagnostic.kind) && diagnostic.kind != Kind::unknown_member;
        const bool is_about_name = is_unknown || is_about_named_value(diagnostic);
        if (!is_about_name || names.empty()) {
            result.push_back(std::move(diagnostic));
            continue;
        }
        const auto [other, is_new] = first.try_emplace(names.front(), result.size());
        if (is_new)
            result.push_back(std::move(diagnostic));
        else if (auto& notes = result[other->second].notes; notes.size() < notes_max)
            notes.push_back({diagnostic.span, "it stands here too"});
    }
    return result;
}

/// Who writes one name of a list in quotes writes all so.
Messages with_quotes_told_once(Messages all) {
    const auto is_quoted = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::wrong_member_type && one.message.starts_with("this is") &&
               one.hint.ends_with("without quotes");
    };
    Messages result;
    for (auto& one : all) {
        constexpr std::uint32_t lines_apart_max = 1;
        const bool is_again = !result.empty() && is_quoted(one) && is_quoted(result.back());
        auto* before = is_again ? &result.back() : nullptr;
        const auto& last = before == nullptr         ? one.span
                           : before->notes.empty() ? before->span
                                                   : before->notes.back().span;
        if (before != nullptr && last.file == one.span.file &&
            last.end.line + lines_apart_max >= one.span.begin.line)
            before->notes.push_back({one.span, "this one too"});
        else
            result.push_back(std::move(one));
    }
    return result;
}

/// Properties of one header that are not there, in one function: it is of the wrong kind, or on the wrong
/// chain.
Messages properties_told_once(Messages all, const Programs& programs) {
    using Place = std::pair<syntax::FileId, syntax::Position>;
    std::map<std::pair<Place, std::string>, std::size_t> first;
    Messages result;
    for (auto& one : all) {
        if (one.kind != Kind::property_not_visible) {
            result.push_back(std::move(one));
            continue;
        }
        const auto whole = span_of_declaration(programs, one.span);
        const auto [other, is_new] =
            first.try_emplace({{whole.file, whole.begin}, names_in(one.message).front()}, result.size());
        if (is_new) {
            result.push_back(std::move(one));
            continue;
        }
        auto& told = result[other->second];
        const bool is_same =
            told.span == one.span || (!told.notes.empty() && told.notes.back().span == one.span);
        if (!is_same && told.notes.size() < notes_max) told.notes.push_back({one.span, "this one too"});
    }
    return result;
}

} // namespace

std::vector<syntax::Diagnostic> told_once(std::vector<syntax::Diagnostic> all, const Programs& programs) {
    return properties_told_once(with_quotes_told_once(names_told_once(std::move(all))), programs);
}

} // namespace sema
