#include "compiler/sema/moved.hpp"

#include "compiler/sema/question.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace sema {

namespace {

using syntax::Kind;

/// Messages by what they are about, so that each is found at once; those that are told with another one go.
class Messages {
public:
    explicit Messages(std::vector<syntax::Diagnostic> all) : all_(std::move(all)), is_gone_(all_.size()) {}

    std::size_t size() const { return all_.size(); }
    syntax::Diagnostic& operator[](std::size_t i) { return all_[i]; }
    bool is_gone(std::size_t i) const { return is_gone_[i]; }

    /// A note of `told` says it.
    void tell_with(std::size_t told, std::size_t other) {
        all_[told].notes.push_back({all_[other].span, all_[other].message});
        is_gone_[other] = true;
    }

    std::vector<syntax::Diagnostic> left() && {
        std::vector<syntax::Diagnostic> result;
        for (std::size_t i = 0; i < all_.size(); ++i)
            if (!is_gone_[i]) result.push_back(std::move(all_[i]));
        return result;
    }

private:
    std::vector<syntax::Diagnostic> all_;
    std::vector<bool> is_gone_;
};

/// A key that its object does not have, and that is like none that it has.
bool is_odd_key(const syntax::Diagnostic& one) {
    return one.kind == Kind::unknown_key && !one.hint.starts_with("did you mean");
}

/// What an object lacks; nothing where that is one of several things.
struct Lacked {
    std::string key;
    bool is_only = true; ///< whatever else the message says
};

std::optional<Lacked> lacked_by(const syntax::Diagnostic& one) {
    const std::string_view words = " has no `";
    const auto at = one.message.find(words);
    if (one.kind != Kind::missing_member || at == one.message.npos) return std::nullopt;
    const auto begin = at + words.size(), end = one.message.find('`', begin);
    const auto path = one.message.substr(begin, end - begin);
    const auto rest = one.message.substr(end + 1);
    const bool is_one = rest.find("` and `") == rest.npos && rest.find("` or `") == rest.npos && !rest.starts_with(" or `") &&
                        !rest.starts_with(" and `");
    if (!is_one) return std::nullopt;
    return Lacked{path.substr(path.rfind('.') + 1), rest.find("`, `") == rest.npos && !rest.starts_with(", `")};
}

/// A key that stands where it does not belong is what another object lacks.
void tell_moved_keys(Messages& all) {
    std::map<std::string, std::vector<std::size_t>> lacking; ///< the first one last
    for (auto i = all.size(); i-- > 0;)
        if (const auto lacked = lacked_by(all[i]); lacked && lacked->is_only) lacking[lacked->key].push_back(i);
    for (std::size_t i = 0; i < all.size() && !lacking.empty(); ++i) {
        if (!is_odd_key(all[i])) continue;
        const auto found = lacking.find(names_in(all[i].message).back());
        if (found == lacking.end() || found->second.empty()) continue;
        all.tell_with(i, found->second.back());
        found->second.pop_back();
    }
}

/// Keys that other tools have, and that no key here is another name for.
constexpr std::array<std::string_view, 12> of_others = {"alias", "comment", "description", "enabled", "label", "metric",
                                                        "mtu", "note", "priority", "type", "weight", "zone"};

/// What a Test lacks has few other names, and what else stands in its packets and steps many.
bool is_in_test(const Programs& programs, const syntax::Span& place) {
    const auto* declaration = declaration_of(programs, place);
    const auto* typed = declaration == nullptr ? nullptr : std::get_if<syntax::Typed>(declaration);
    return typed != nullptr && syntax::lower(typed->type.text) == "test";
}

/// A key that there is not, in an object that lacks one, is that one under another name.
void tell_renamed_keys(Messages& all, const Programs& programs) {
    struct Declared {
        std::vector<std::size_t> odd, lacking;
    };
    std::map<syntax::Span, Declared> declared;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all.is_gone(i)) continue;
        if (is_odd_key(all[i]))
            declared[span_of_declaration(programs, all[i].span)].odd.push_back(i);
        else if (all[i].kind == Kind::missing_member)
            declared[span_of_declaration(programs, all[i].span)].lacking.push_back(i);
    }
    for (const auto& [place, found] : declared) {
        if (found.odd.size() != 1 || found.lacking.size() != 1) continue;
        auto &odd = all[found.odd.front()], &lacking = all[found.lacking.front()];
        const auto lacked = lacked_by(lacking);
        if (!odd.hint.starts_with("it has ") || !lacked) continue;
        if (std::ranges::find(of_others, names_in(odd.message).back()) != of_others.end()) continue;
        if (is_in_test(programs, odd.span)) continue;
        // Of an object inside of that one, or of one beside it.
        if (!encloses(lacking.span, odd.span) && lacking.span.begin > odd.span.begin) continue;
        odd.hint = "did you mean " + syntax::quoted(lacked->key) + "?";
        all.tell_with(found.odd.front(), found.lacking.front());
    }
}

/// A verdict too many in one body, and a body that lacks one: it was moved.
void tell_moved_statements(Messages& all) {
    const auto is_lacking = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::missing_verdict || one.kind == Kind::empty_body;
    };
    const auto is_odd = [](const syntax::Diagnostic& one) {
        return one.kind == Kind::unreachable_statement || one.kind == Kind::action_not_allowed ||
               (one.kind == Kind::syntax_error && one.message == "this declares nothing");
    };
    std::vector<std::size_t> lacking, odd;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all.is_gone(i)) continue;
        if (is_lacking(all[i])) lacking.push_back(i);
        if (is_odd(all[i])) odd.push_back(i);
    }
    if (lacking.size() != 1 || odd.size() != 1) return;
    const auto names = names_in(all[odd.front()].message);
    const bool is_translation = !names.empty() && (names.front() == "dnat" || names.front() == "snat");
    if (is_translation && all[lacking.front()].kind == Kind::missing_verdict) return; // a Nat needs none
    // A warning is not told in the place of an error.
    const bool is_warning = syntax::info(all[odd.front()].kind).severity != syntax::Severity::error;
    all.tell_with(is_warning ? lacking.front() : odd.front(), is_warning ? odd.front() : lacking.front());
}

} // namespace

std::vector<syntax::Diagnostic> with_moved(std::vector<syntax::Diagnostic> diagnostics, const Programs& programs) {
    Messages all(std::move(diagnostics));
    tell_moved_keys(all);
    tell_renamed_keys(all, programs);
    tell_moved_statements(all);
    return std::move(all).left();
}

} // namespace sema
