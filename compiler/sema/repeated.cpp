#include "compiler/sema/repeated.hpp"

#include "compiler/sema/constants.hpp"
#include "compiler/sema/resolve.hpp"

#include <algorithm>
#include <map>
#include <set>

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

/// `Iface http`, and ports that are asked for by that name: the first of these is told, and why.
Messages with_hidden_constants(Messages all) {
    std::map<std::string, syntax::Note> hidden; // by what is said of the name where it is used
    for (const auto& one : all)
        if (one.kind == Kind::name_hides && one.message.find("hides the constant") != std::string::npos)
            hidden['`' + names_in(one.message).front() + "` is an Iface"] = {one.span, one.message};
    for (const auto& [use, hides] : hidden) {
        const auto is_use = [&](const syntax::Diagnostic& one) {
            return (one.kind == Kind::type_mismatch || one.kind == Kind::not_a_value) &&
                   one.message.find(use) != one.message.npos;
        };
        const auto first = std::ranges::find_if(all, is_use);
        if (first == all.end()) continue;
        first->notes.push_back(hides);
        const auto is_told = [&](const syntax::Diagnostic& one) {
            if (one.kind == Kind::name_hides) return one.span == hides.span;
            if (!is_use(one) || one.span == first->span) return false;
            if (first->notes.size() < notes_max) first->notes.push_back({one.span, "it stands here too"});
            return true;
        };
        Messages rest;
        std::vector<bool> told;
        for (const auto& one : all) told.push_back(is_told(one));
        for (std::size_t i = 0; i < all.size(); ++i)
            if (!told[i]) rest.push_back(std::move(all[i]));
        all = std::move(rest);
    }
    return all;
}

/// Its only address: of `[10.0.0.1]` and `10.0.0.1/32`; nothing for what holds more, or other things.
const syntax::Value* only_address_in(const syntax::Value& value) {
    const auto* list = std::get_if<syntax::List>(&value.is);
    if (list == nullptr || list->items.size() != 1) return nullptr;
    return std::holds_alternative<syntax::Address>(list->items.front().is) ? &list->items.front() : nullptr;
}

std::string address_meant_by(const syntax::Value& value) {
    const auto* cidr = std::get_if<syntax::Cidr>(&value.is);
    if (cidr != nullptr && cidr->length == 32) return dotted(cidr->ipv4);
    const auto* only = only_address_in(value);
    return only == nullptr ? std::string() : source_of(*only);
}

/// `dnat(web)`
bool wants_address(const syntax::Diagnostic& one) {
    return one.kind == Kind::wrong_arguments && one.message.find(", not an address") != one.message.npos;
}

/// The name that is used as an address, and is none.
std::string used_as_address(const syntax::Diagnostic& one) {
    const bool is_argument = wants_address(one);
    const bool is_compared = one.kind == Kind::set_in_comparison;
    const auto names = names_in(one.message);
    return (is_argument || is_compared) && !names.empty() ? names.back() : "";
}

/// `web: [10.0.0.1]`, which is used as an address wherever it is: its value is the mistake.
Messages with_uses_of_one_address(Messages all, const Programs& programs) {
    std::map<std::string, const syntax::Value*> values;
    for (const auto& program : programs)
        for (const auto& declaration : program.declarations)
            if (const auto* one = std::get_if<syntax::Untyped>(&declaration);
                one != nullptr && one->path.parts.size() == 1 && !address_meant_by(one->value).empty())
                values[one->path.parts.front().text] = &one->value;
    if (values.empty()) return all;
    // Of one that is only compared, the comparison may be the mistake.
    std::set<std::string> wanted;
    for (const auto& one : all)
        if (wants_address(one)) wanted.insert(used_as_address(one));
    std::map<std::string, syntax::Diagnostic> told;
    for (const auto& one : all) {
        const auto found = values.find(used_as_address(one));
        if (found == values.end() || !wanted.contains(found->first)) continue;
        const auto& [name, value] = *found;
        const auto message = quoted(name) + " is used as an address, and is " + kind_of(*value);
        const auto hint = "write `" + name + ": " + address_meant_by(*value) + "`";
        auto& whole = told.try_emplace(name, syntax::Diagnostic{one.kind, value->span, message, {}, hint})
                          .first->second;
        if (whole.notes.size() < notes_max) whole.notes.push_back({one.span, "it is used here"});
    }
    const auto is_replaced = [&](const syntax::Diagnostic& one) {
        const auto is_of = [&](const auto& other) { return encloses(other.second.span, one.span); };
        return told.contains(used_as_address(one)) ||
               (one.kind == Kind::syntax_error && std::ranges::any_of(told, is_of));
    };
    std::erase_if(all, is_replaced);
    for (auto& [name, whole] : told) all.push_back(std::move(whole));
    if (!told.empty()) std::ranges::stable_sort(all, {}, &syntax::Diagnostic::span);
    return all;
}

/// What a name stands for that two declarations have is not known where it is used.
Messages without_uses_of_doubled(Messages all) {
    std::set<std::string> doubled;
    for (const auto& one : all)
        if (one.kind == Kind::duplicate_name) doubled.insert(names_in(one.message).front());
    if (doubled.empty()) return all;
    std::erase_if(all, [&](const syntax::Diagnostic& one) {
        using enum Kind;
        const bool is_of_use = one.kind == not_a_value || one.kind == type_mismatch || one.kind == not_a_set ||
                               one.kind == set_in_comparison || one.kind == wrong_arguments || one.kind == no_members ||
                               one.kind == not_an_iface || one.kind == not_a_condition || one.kind == wrong_member_type ||
                               one.kind == unknown_member || one.kind == unknown_statement;
        return is_of_use && std::ranges::any_of(names_in(one.message),
                                                [&](const auto& name) { return doubled.contains(name); });
    });
    return all;
}

/// `core: { forward: f }` beside `Gateway core`: that it has no type is no second mistake.
Messages without_types_of_doubled(Messages all) {
    std::set<syntax::Span> doubled;
    for (const auto& one : all)
        if (one.kind == Kind::duplicate_name) doubled.insert(one.span);
    std::erase_if(all, [&](const syntax::Diagnostic& one) {
        return one.kind == Kind::syntax_error && doubled.contains(one.span);
    });
    return all;
}

} // namespace

std::vector<syntax::Diagnostic> told_once(std::vector<syntax::Diagnostic> all, const Programs& programs) {
    auto single = without_types_of_doubled(without_uses_of_doubled(std::move(all)));
    auto named = with_hidden_constants(with_uses_of_one_address(std::move(single), programs));
    return properties_told_once(with_quotes_told_once(names_told_once(std::move(named))), programs);
}

} // namespace sema
