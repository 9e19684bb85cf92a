#include "compiler/sema/moved.hpp"

#include "compiler/sema/question.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;
using Messages = std::vector<syntax::Diagnostic>;

/// A key that stands where it does not belong is what another object lacks.
Messages with_moved_keys(Messages all) {
    const auto is_misplaced = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::unknown_key && !one.hint.starts_with("did you mean");
    };
    if (std::ranges::find(all, Kind::missing_member, &syntax::Diagnostic::kind) == all.end()) return all;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_misplaced(all[i])) continue;
        const auto key = names_in(all[i].message).back();
        const auto lacking = std::ranges::find_if(all, [&](const auto& other) {
            // And not one of several that it lacks.
            const bool is_of_key =
                (other.message.ends_with(" has no " + syntax::quoted(key)) &&
                 other.message.find("`, `") == std::string::npos) ||
                other.message.find(" has no " + syntax::quoted(key) + ", but") != std::string::npos;
            return other.kind == Kind::missing_member && is_of_key;
        });
        if (lacking == all.end()) continue;
        all[i].notes.push_back({lacking->span, lacking->message});
        const auto index = static_cast<std::size_t>(lacking - all.begin());
        all.erase(lacking);
        if (index <= i) --i;
    }
    return all;
}

/// Whether nothing else than its own kind of object is said to have the key, or one like it.
bool is_without_home(const syntax::Diagnostic& one) {
    return one.kind == Kind::unknown_key && one.hint.starts_with("it has ");
}

/// A key that there is not, in an object that lacks one, is that one under another name.
Messages with_renamed_keys(Messages all, const Programs& programs) {
    const auto of = [&](const syntax::Diagnostic& one) {
        return span_of_declaration(programs, one.span).begin;
    };
    const auto only_one = [&](const auto& is_such, const syntax::Diagnostic& beside) {
        auto found = all.end();
        for (auto one = all.begin(); one != all.end(); ++one) {
            if (!is_such(*one) || one->span.file != beside.span.file || of(*one) != of(beside)) continue;
            if (found != all.end()) return all.end();
            found = one;
        }
        return found;
    };
    const auto lacks = [](const syntax::Diagnostic& one) { return one.kind == Kind::missing_member; };
    const auto is_odd = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::unknown_key && !one.hint.starts_with("did you mean");
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_without_home(all[i]) || only_one(is_odd, all[i]) == all.end()) continue;
        const auto lacking = only_one(lacks, all[i]);
        if (lacking == all.end()) continue;
        const auto at = lacking->message.find(" has no `");
        if (at == lacking->message.npos) continue;
        const auto lacked = lacking->message.substr(at + std::string_view(" has no `").size());
        const auto path = lacked.substr(0, lacked.find('`'));
        const auto key = path.substr(path.rfind('.') + 1); // of `servers.pool` the last
        // Of an object inside of that one, or of one beside it.
        const bool is_other =
            !encloses(lacking->span, all[i].span) && lacking->span.begin > all[i].span.begin;
        const bool is_one = lacking->message.find("` and `") == lacking->message.npos &&
                            lacking->message.find("` or `") == lacking->message.npos;
        if (is_other || !is_one) continue;
        all[i].hint = "did you mean " + syntax::quoted(key) + "?";
        all[i].notes.push_back({lacking->span, lacking->message});
        const auto index = static_cast<std::size_t>(lacking - all.begin());
        all.erase(lacking);
        if (index <= i) --i;
    }
    return all;
}

/// A statement too many in one body, and a body that lacks one: it was moved.
Messages with_moved_statements(Messages all) {
    const auto is_lacking = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::missing_verdict || one.kind == Kind::empty_body;
    };
    const auto is_odd = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::unreachable_statement || one.kind == Kind::action_not_allowed ||
               (one.kind == Kind::syntax_error && one.message == "this declares nothing");
    };
    if (std::ranges::count_if(all, is_lacking) != 1 || std::ranges::count_if(all, is_odd) != 1) return all;
    auto lacking = std::ranges::find_if(all, is_lacking), odd = std::ranges::find_if(all, is_odd);
    // A warning is not told in the place of an error.
    const bool is_warning = syntax::info(odd->kind).severity != syntax::Severity::error;
    const auto told = is_warning ? lacking : odd, noted = is_warning ? odd : lacking;
    told->notes.push_back({noted->span, noted->message});
    all.erase(noted);
    return all;
}

} // namespace

std::vector<syntax::Diagnostic> with_moved(std::vector<syntax::Diagnostic> all, const Programs& programs) {
    return with_moved_statements(with_renamed_keys(with_moved_keys(std::move(all)), programs));
}

} // namespace sema
