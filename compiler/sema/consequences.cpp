#include "compiler/sema/consequences.hpp"

#include "compiler/sema/moved.hpp"
#include "compiler/sema/question.hpp"
#include "compiler/sema/repeated.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <set>

namespace sema {

bool says_missing(syntax::Kind kind) {
    return kind == syntax::Kind::missing_member || kind == syntax::Kind::missing_verdict;
}

bool says_unknown(syntax::Kind kind) {
    using enum syntax::Kind;
    return kind == unknown_name || kind == unknown_function || kind == unknown_statement || kind == unknown_member;
}

std::vector<std::string> names_in(const std::string& message) {
    std::vector<std::string> names;
    for (std::size_t begin = message.find('`'); begin != message.npos;) {
        const auto end = message.find('`', begin + 1);
        if (end == message.npos) break;
        names.push_back(message.substr(begin + 1, std::min(end, message.find('.', begin)) - begin - 1));
        begin = message.find('`', end + 1);
    }
    return names;
}

const syntax::Declaration* declaration_of(const Programs& programs, const syntax::Span& place) {
    for (const auto& program : programs)
        for (const auto& declaration : program.declarations) {
            const auto& whole = std::visit([](const auto& is) -> const auto& { return is.span; }, declaration);
            if (encloses(whole, place)) return &declaration;
        }
    return nullptr;
}

syntax::Span span_of_declaration(const Programs& programs, const syntax::Span& place) {
    const auto* declaration = declaration_of(programs, place);
    return declaration == nullptr ? place : std::visit([](const auto& is) { return is.span; }, *declaration);
}

namespace {

using syntax::Kind;
using Messages = std::vector<syntax::Diagnostic>;

/// Mistakes that a bracket in the wrong place can make.
bool depends_on_shape(syntax::Kind kind) {
    return says_missing(kind) || kind == Kind::unknown_key ||
           kind == Kind::unreachable_statement;
}

bool is_same_line(const syntax::Span& a, const syntax::Span& b) {
    return a.file == b.file && a.begin.line == b.begin.line;
}

/// What is missing may have got out of any object around a bracket that was lost, and keys on its line into another.
bool may_come_of(const syntax::Diagnostic& diagnostic, const syntax::Span& bracket, const Programs& programs) {
    const auto whole = span_of_declaration(programs, bracket);
    if (!depends_on_shape(diagnostic.kind) || !encloses(whole, diagnostic.span)) return false;
    if (is_same_line(diagnostic.span, bracket) || diagnostic.kind == Kind::unreachable_statement) return true;
    return says_missing(diagnostic.kind) &&
           (is_same_line(diagnostic.span, whole) || encloses(diagnostic.span, bracket));
}

/// On one line no indentation tells where a lost bracket stood: what else is wrong with the shape of that
/// declaration may come from it.
Messages without_shape(Messages all, const Programs& programs) {
    std::vector<syntax::Span> torn, stops, strays;
    for (const auto& diagnostic : all)
        if (diagnostic.kind == Kind::syntax_error)
            stops.push_back(diagnostic.span);
        else if (diagnostic.kind == Kind::stray_bracket)
            strays.push_back(span_of_declaration(programs, diagnostic.span));
        else if (is_about_closing(diagnostic.kind) && !diagnostic.notes.empty() &&
                 is_same_line(diagnostic.notes.front().span, diagnostic.span))
            torn.push_back(diagnostic.notes.front().span);
    std::erase_if(all, [&](const syntax::Diagnostic& diagnostic) {
        // What closes a parenthesis whose opener belongs where the parser stopped.
        const auto is_before = [&](const syntax::Span& stop) {
            return stop < diagnostic.span && is_same_line(stop, diagnostic.span);
        };
        if (diagnostic.kind == Kind::stray_bracket && std::ranges::any_of(stops, is_before)) return true;
        // What the bracket closed may have had a condition.
        const auto is_around = [&](const syntax::Span& declaration) { return encloses(declaration, diagnostic.span); };
        if (diagnostic.kind == Kind::unreachable_statement && std::ranges::any_of(strays, is_around)) return true;
        return std::ranges::any_of(torn, [&](const auto& at) { return may_come_of(diagnostic, at, programs); });
    });
    return all;
}

/// A word that means nothing where a word of some few belongs: the message that names these says it all.
Messages without_names_of_words(Messages all) {
    std::set<syntax::Span> words;
    for (const auto& diagnostic : all)
        if (diagnostic.kind == Kind::unknown_word) words.insert(diagnostic.span);
    std::erase_if(all, [&](const syntax::Diagnostic& diagnostic) {
        return diagnostic.kind == Kind::unknown_name && words.contains(diagnostic.span);
    });
    return all;
}

/// Of two words without a comma between, one may be too much: what else is wrong with either is no news. Nor is a second
/// mistake of the very same words.
Messages without_neighbours(Messages all) {
    std::vector<syntax::Span> commas, calls;
    for (const auto& diagnostic : all)
        if (diagnostic.kind == Kind::missing_comma)
            commas.push_back(diagnostic.span);
        else if (diagnostic.kind == Kind::wrong_arguments)
            calls.push_back(diagnostic.span);
    const auto is_beside_comma = [&](const syntax::Diagnostic& diagnostic) {
        const auto touches = [&](const syntax::Span& item) {
            const auto& end = diagnostic.span.end;
            const bool is_before = end.line == item.begin.line && end.column <= item.begin.column &&
                                   end.column + 1 >= item.begin.column;
            return diagnostic.span.file == item.file && (diagnostic.span.begin == item.begin || is_before);
        };
        return diagnostic.kind != Kind::missing_comma && std::ranges::any_of(commas, touches);
    };
    if (!commas.empty()) std::erase_if(all, is_beside_comma);
    // Where what is called takes another number of arguments a comma would not help.
    const auto is_in_wrong_call = [&](const syntax::Diagnostic& comma) {
        const auto is_around = [&](const syntax::Span& call) { return encloses(call, comma.span); };
        return comma.kind == Kind::missing_comma && std::ranges::any_of(calls, is_around);
    };
    if (!commas.empty()) std::erase_if(all, is_in_wrong_call);
    return all;
}

/// What stands behind a key that there is not goes with it.
Messages without_values_of_unknown_keys(Messages all) {
    std::vector<syntax::Span> keys;
    for (const auto& one : all)
        if (one.kind == Kind::unknown_key && !one.hint.starts_with("did you mean")) keys.push_back(one.span);
    std::erase_if(all, [&](const syntax::Diagnostic& one) {
        constexpr std::uint32_t columns_apart_max = 2; // `: `
        const auto is_behind = [&](const syntax::Span& key) {
            return is_same_line(key, one.span) && key.end < one.span.begin &&
                   one.span.begin.column <= key.end.column + columns_apart_max;
        };
        return one.kind == Kind::bad_number && std::ranges::any_of(keys, is_behind);
    });
    return all;
}

/// A member that an object lacks, or that is misspelt there, is lacking wherever it is asked for.
Messages without_uses_of_missing(Messages all, const Programs& programs) {
    const auto name_of = [&](const syntax::Span& place) {
        const auto* declaration = declaration_of(programs, place);
        const auto* typed = declaration == nullptr ? nullptr : std::get_if<syntax::Typed>(declaration);
        return typed == nullptr ? std::string() : typed->name.text;
    };
    std::vector<std::pair<std::string, std::string>> lacking; // of an object, and what is said of it
    for (const auto& one : all)
        if (one.kind == Kind::missing_member || one.kind == Kind::unknown_key)
            lacking.emplace_back(name_of(one.span), one.message + one.hint);
    const auto is_use = [&](const syntax::Diagnostic& one) {
        if (one.kind != Kind::unknown_member) return false;
        const auto names = names_in(one.message);
        return names.size() == 2 && std::ranges::any_of(lacking, [&](const auto& other) {
                   return other.first == names[0] &&
                          other.second.find('`' + names[1] + '`') != std::string::npos;
               });
    };
    std::erase_if(all, is_use);
    return all;
}

/// `ip.saddr == 10.0.0.0/8 or 10.1.0.0/16`: what is said of the second is a cure for both.
Messages without_halves(Messages all) {
    std::set<std::pair<syntax::FileId, std::uint32_t>> lines;
    for (const auto& one : all)
        if (one.kind == Kind::not_a_condition && one.hint.find(" in [") != one.hint.npos)
            lines.emplace(one.span.file, one.span.begin.line);
    std::erase_if(all, [&](const syntax::Diagnostic& one) {
        return one.kind == Kind::set_in_comparison && lines.contains({one.span.file, one.span.begin.line});
    });
    return all;
}

bool calls(const std::vector<syntax::Statement>& body, const std::string& name) {
    return std::ranges::any_of(body, [&](const syntax::Statement& statement) {
        if (const auto* action = std::get_if<syntax::Action>(&statement.is))
            return action->name.parts.front().text == name;
        if (const auto* inner = std::get_if<syntax::Function>(&statement.is)) return calls(inner->body, name);
        const auto& conditional = std::get<syntax::Conditional>(statement.is);
        return calls(conditional.otherwise, name) ||
               std::ranges::any_of(conditional.arms, [&](const auto& arm) { return calls(arm.then, name); });
    });
}

bool is_called(const Programs& programs, const std::string& name) {
    return std::ranges::any_of(programs, [&](const auto& program) {
        return std::ranges::any_of(program.declarations, [&](const auto& declaration) {
            const auto* function = std::get_if<syntax::Function>(&declaration);
            return function != nullptr && calls(function->body, name);
        });
    });
}

/// Filters that stand nowhere, and that no other one calls, are what a Gateway without a chain lacks.
Messages with_filters_of_gateway(Messages all, const Programs& programs) {
    const auto gateway = std::ranges::find(all, Kind::open_gateway, &syntax::Diagnostic::kind);
    if (gateway == all.end()) return all;
    std::string names;
    std::size_t count = 0;
    const auto is_filter = [&](const syntax::Diagnostic& one) {
        const auto* declaration =
            one.kind == Kind::unused_function ? declaration_of(programs, one.span) : nullptr;
        const auto* function = declaration == nullptr ? nullptr : std::get_if<syntax::Function>(declaration);
        return function != nullptr && syntax::lower(function->type.text) == "filter" &&
               syntax::lower(function->subtype.text) == "ip";
    };
    for (const auto& one : all)
        if (is_filter(one)) {
            gateway->notes.push_back({one.span, one.message});
            const auto name = names_in(one.message).front();
            if (!is_called(programs, name)) names += (count++ > 0 ? ", " : "") + name;
        }
    if (count == 0) return all;
    gateway->hint = "write `forward: " + (count > 1 ? '[' + names + ']' : names) + "`";
    std::erase_if(all, is_filter);
    return all;
}

/// What a name was wanted for, and what a declaration declares.
enum class Sort : std::uint8_t { any, function, object, value };

Sort sort_of(const syntax::Diagnostic& unknown) {
    if (unknown.kind == Kind::unknown_function || unknown.kind == Kind::unknown_statement) return Sort::function;
    if (unknown.message.starts_with("no Iface")) return Sort::object;
    return unknown.message.starts_with("nothing is called") ? Sort::value : Sort::any;
}

Sort sort_of(const syntax::Declaration* declaration) {
    if (declaration == nullptr) return Sort::any;
    if (std::holds_alternative<syntax::Function>(*declaration)) return Sort::function;
    return std::holds_alternative<syntax::Typed>(*declaration) ? Sort::object : Sort::value;
}

/// Nothing says better what the unknown name was to be than a declaration that may have been meant to have it.
bool is_without_cure(const syntax::Diagnostic& one) {
    const bool is_cured = !one.hint.empty() && !one.hint.starts_with("did you mean") && !one.hint.starts_with("there is");
    return says_unknown(one.kind) && one.kind != Kind::unknown_member && !is_cured;
}

bool is_about_declared_name(const syntax::Diagnostic& one) {
    const auto said = one.message + one.hint;
    const auto at = said.find("` is a keyword and cannot be a name");
    const bool is_keyword = at != said.npos && at > 0 && (said[at - 1] | 0x20) >= 'a'; // and not `!`
    return one.kind == Kind::duplicate_name || one.kind == Kind::bad_name ||
           (one.kind == Kind::syntax_error && is_keyword);
}

/// A declaration with another's name, or with one that cannot be, may have been meant to have a name that is unknown:
/// where one of its sort is, that is a note of it. Of one of each it need not be of its sort.
Messages with_names_for_declarations(Messages all, const Programs& programs) {
    std::vector<std::size_t> declared, unknown;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (is_about_declared_name(all[i]))
            declared.push_back(i);
        else if (is_without_cure(all[i]))
            unknown.push_back(i);
    const bool is_only_one = declared.size() == 1 && unknown.size() == 1;
    std::vector<bool> is_told(all.size(), true);
    for (const auto i : declared) {
        if (unknown.empty()) break;
        const auto sort = sort_of(declaration_of(programs, all[i].span));
        const auto fits = [&](std::size_t other) {
            const auto& hint = all[other].hint;
            const bool is_of_sort = is_only_one || sort == Sort::any || sort_of(all[other]) == sort;
            // What resembles another name than this one is that name, misspelt.
            const bool resembles = !hint.starts_with("did you mean") || names_in(hint) == names_in(all[i].message);
            return is_of_sort && resembles;
        };
        const auto found = std::ranges::find_if(unknown, fits);
        if (found == unknown.end()) continue;
        all[i].notes.push_back({all[*found].span, all[*found].message});
        is_told[*found] = false;
        unknown.erase(found);
    }
    Messages result;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (is_told[i]) result.push_back(std::move(all[i]));
    return result;
}

} // namespace

std::vector<syntax::Diagnostic> without_consequences(std::vector<syntax::Diagnostic> all, const Programs& programs) {
    auto own = without_values_of_unknown_keys(
        without_names_of_words(without_neighbours(without_shape(std::move(all), programs))));
    own = without_halves(without_uses_of_missing(std::move(own), programs));
    auto once = with_moved(told_once(std::move(own), programs), programs);
    return with_names_for_declarations(with_filters_of_gateway(std::move(once), programs), programs);
}

} // namespace sema
