#include "compiler/syntax/keyless.hpp"

#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace syntax {

namespace {

struct Home {
    std::string_view member;
    std::string_view key;
};

constexpr std::array homes = {
    Home{"established", "timeout"}, Home{"confirmed", "timeout"}, Home{"unconfirmed", "timeout"},
    Home{"packet", "steps"},        Home{"pcap", "steps"},        Home{"wait", "steps"},
    Home{"ip", "packet"},           Home{"tcp", "packet"},        Home{"udp", "packet"},
    Home{"icmp", "packet"},         Home{"saddr", "ip"},          Home{"daddr", "ip"},
    Home{"ttl", "ip"},              Home{"flags", "tcp"},         Home{"algorithm", "servers"},
    Home{"pool", "servers"},
};

/// The first member of the object, or of the first one in the list.
std::string_view first_member(const Value& value) {
    if (const auto* list = std::get_if<List>(&value.is))
        return list->items.empty() ? std::string_view() : first_member(list->items.front());
    const auto* object = std::get_if<Object>(&value.is);
    if (object == nullptr) return {};
    for (const auto& pair : object->pairs)
        if (!home_of_member(pair.key.text).empty()) return pair.key.text;
    return {};
}

} // namespace

std::string_view home_of_member(std::string_view member) {
    const auto found = std::ranges::find(homes, lower(member), &Home::member);
    return found == homes.end() ? std::string_view() : found->key;
}

namespace {

/// `steps: { … }, { … }`: several values, of which the first has the key.
bool continues_list(Object& object, std::vector<Value>& values, Diagnostics& diagnostics) {
    if (object.pairs.empty() || lower(object.pairs.back().key.text) != "steps") return false;
    auto& value = object.pairs.back().value;
    if (!std::holds_alternative<Object>(value.is)) return false;
    diagnostics.report({Kind::missing_bracket, {value.span.file, value.span.begin, value.span.begin},
                        "a `[` is missing here", {}, "write `steps: […]`"});
    const auto whole = join(value.span, values.back().span);
    values.insert(values.begin(), std::move(value));
    value = {List{std::move(values)}, whole};
    return true;
}

} // namespace

void add_keyless(Object& object, std::vector<Value> values, bool said, Diagnostics& diagnostics) {
    if (continues_list(object, values, diagnostics)) return;
    const auto whole = join(values.front().span, values.back().span);
    const Span first{whole.file, whole.begin, {whole.begin.line, whole.begin.column + 1}};
    const bool is_list = values.size() > 1 || std::holds_alternative<List>(values.front().is);
    const auto home = home_of_member(first_member(values.front()));
    const bool is_meant = !home.empty() && (home == "steps" || !is_list) &&
                          std::ranges::none_of(object.pairs, [&](const auto& pair) { return pair.key.text == home; });
    const std::string key(is_meant ? home : "name");
    const bool is_written_list = values.size() == 1 && is_list;
    if (!said)
        diagnostics.report({Kind::missing_name, first, "this member has no name",
                            {},
                            "write `" + key + (is_list || home == "steps" ? ": […]`" : ": { … }`")});
    auto value = values.size() == 1 && (is_written_list || home != "steps") ? std::move(values.front())
                                                                            : Value{List{std::move(values)}, whole};
    object.pairs.push_back({{std::string(is_meant ? home : left_out), first}, std::move(value)});
}

} // namespace syntax
