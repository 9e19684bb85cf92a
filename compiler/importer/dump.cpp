#include "compiler/importer/dump.hpp"

#include "compiler/syntax/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace importer {

namespace {

/// Deeper than any expression of nft; what walks expressions recurses.
constexpr int depth_max = 64;

struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Control characters as their escapes.
std::string printable(std::string_view text) {
    const auto quoted = syntax::quoted(text);
    return quoted.substr(1, quoted.size() - 2);
}

Json parse(std::string_view text) {
    const auto watch = [](int depth, Json::parse_event_t, Json&) {
        if (depth > depth_max)
            throw Malformed(fmt::format("this is no ruleset: it nests more than {} deep", depth_max));
        return true;
    };
    try {
        return Json::parse(text, watch);
    } catch (const Json::exception& error) {
        // The library's own words, without its name for them.
        const std::string_view what = error.what();
        const auto at = what.find("] ");
        throw Malformed(
            fmt::format("this is no JSON: {}", printable(what.substr(at == what.npos ? 0 : at + 2))));
    }
}

/// An object of the dump, and how it is called in messages.
class Object {
public:
    Object(const Json& json, std::string name) : json_(json), name_(std::move(name)) {
        if (!json.is_object()) throw Malformed(fmt::format("{} is no object", name_));
    }

    std::string text(const char* key) const {
        const auto* member = member_of(json_, key);
        if (member == nullptr || !member->is_string() || member->get_ref<const std::string&>().empty())
            throw Malformed(fmt::format("{} has no `{}` that is a text", name_, key));
        return *member;
    }
    std::int64_t number(const char* key) const {
        const auto* member = member_of(json_, key);
        if (member == nullptr || !member->is_number_integer())
            throw Malformed(fmt::format("{} has no `{}` that is a whole number", name_, key));
        return *member;
    }
    /// One text or a list of them; empty where there is none.
    std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> all;
        const auto* member = member_of(json_, key);
        if (member == nullptr) return all;
        for (const auto& one : member->is_array() ? *member : Json::array({*member})) {
            if (!one.is_string()) throw Malformed(fmt::format("`{}` of {} is no text", key, name_));
            all.push_back(one);
        }
        return all;
    }
    std::vector<Json> list(const char* key) const {
        const auto* member = member_of(json_, key);
        if (member == nullptr) return {};
        if (!member->is_array()) throw Malformed(fmt::format("`{}` of {} is no list", key, name_));
        return *member;
    }
    bool has(const char* key) const { return member_of(json_, key) != nullptr; }
    const std::string& name() const { return name_; }

private:
    const Json& json_;
    std::string name_;
};

Table& table_of(Dump& dump, const Object& object) {
    const auto family = object.text("family");
    const auto name = object.text("table");
    for (auto& table : dump.tables)
        if (table.family == family && table.name == name) return table;
    throw Malformed(fmt::format("{} is in table {}, which the ruleset does not have", object.name(),
                                syntax::quoted(family + " " + name)));
}

Base read_base(const Object& object) {
    Base base{.type = object.text("type"),
              .hook = object.text("hook"),
              .priority = object.number("prio"),
              .devices = object.texts("dev")};
    if (object.has("policy")) {
        const auto policy = object.text("policy");
        if (policy != "accept" && policy != "drop")
            throw Malformed(fmt::format("{} has the policy {}", object.name(), syntax::quoted(policy)));
        base.drops = policy == "drop";
    }
    return base;
}

void read_chain(Dump& dump, const Object& object) {
    auto& table = table_of(dump, object);
    const auto name = object.text("name");
    if (table.chain(name) != nullptr)
        throw Malformed(fmt::format("chain {} is there twice", syntax::quoted(name)));
    Chain chain{.name = name};
    if (object.has("hook")) chain.base = read_base(object);
    table.chains.push_back(std::move(chain));
}

void read_set(Dump& dump, const Object& object) {
    auto& table = table_of(dump, object);
    Set set{.name = object.text("name"), .types = object.texts("type"), .elements = object.list("elem")};
    for (const auto& flag : object.texts("flags")) set.changes |= flag == "timeout" || flag == "dynamic";
    if (!table.sets.emplace(set.name, set).second)
        throw Malformed(fmt::format("set {} is there twice", syntax::quoted(set.name)));
}

void read_rule(Dump& dump, const Object& object) {
    auto& table = table_of(dump, object);
    const auto name = object.text("chain");
    const auto chain = std::ranges::find(table.chains, name, &Chain::name);
    if (chain == table.chains.end())
        throw Malformed(fmt::format("{} is in chain {}, which its table does not have", object.name(),
                                    syntax::quoted(name)));
    const auto which = object.has("handle") ? fmt::format("handle {}", object.number("handle"))
                                            : fmt::format("rule {}", chain->rules.size() + 1);
    Rule rule{.place =
                  printable(fmt::format("table {} {}, chain {}, {}", table.family, table.name, name, which)),
              .comment = object.has("comment") ? object.text("comment") : "",
              .expressions = object.list("expr")};
    chain->rules.push_back(std::move(rule));
}

void read_object(Dump& dump, std::string_view kind, const Object& object) {
    if (kind == "table") {
        dump.tables.push_back({.family = object.text("family"), .name = object.text("name")});
    } else if (kind == "chain") {
        read_chain(dump, object);
    } else if (kind == "set" || kind == "map") {
        read_set(dump, object);
    } else if (kind == "rule") {
        read_rule(dump, object);
    }
    // Counters, quotas, helpers, flow tables: the rules that use them say what they are for.
}

Dump read(const Json& json) {
    const auto* list = member_of(json, "nftables");
    if (list == nullptr || !list->is_array())
        throw Malformed("this is no ruleset: it has no list `nftables`, as `nft -j list ruleset` prints it");
    Dump dump;
    std::size_t place = 0;
    for (const auto& entry : *list) {
        const auto [kind, content] = tagged(entry);
        ++place;
        if (content == nullptr)
            throw Malformed(fmt::format("entry {} of `nftables` is no object with one member", place));
        const auto name = fmt::format("entry {} of `nftables` ({})", place, printable(kind));
        if (kind == "limit") {
            const Object object(*content, name);
            table_of(dump, object).limits.emplace(object.text("name"), *content);
        } else if (kind != "metainfo") {
            read_object(dump, kind, Object(*content, name));
        }
    }
    return dump;
}

} // namespace

const Chain* Table::chain(const std::string& wanted) const {
    const auto found = std::ranges::find(chains, wanted, &Chain::name);
    return found == chains.end() ? nullptr : &*found;
}

const Set* Table::set(const std::string& wanted) const {
    const auto found = sets.find(wanted);
    return found == sets.end() ? nullptr : &found->second;
}

ReadDump read_dump(std::string_view text) {
    try {
        return {read(parse(text)), {}};
    } catch (const Malformed& error) {
        return {{}, error.what()};
    }
}

Tagged tagged(const Json& json) {
    if (!json.is_object() || json.size() != 1) return {};
    return {json.begin().key(), &json.begin().value()};
}

std::string text_of(const Json& object, const char* key) {
    const auto* member = member_of(object, key);
    return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

const Json* member_of(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

std::string shown(const Json& json) {
    constexpr std::size_t length_max = 160;
    auto text = json.dump(-1, ' ', true); // nothing but ASCII, so that it may be cut anywhere
    if (text.size() > length_max) text.replace(length_max, text.npos, "...");
    return text;
}

} // namespace importer
