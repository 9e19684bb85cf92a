#include "compiler/sema/resolve.hpp"

#include "compiler/sema/habits.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sema {

namespace {

using syntax::Kind;

/// One level deeper in values, as long as it lives.
class Deeper {
public:
    explicit Deeper(Context& context) : context_(context) { ++context.depth; }
    ~Deeper() { --context_.depth; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

private:
    Context& context_;
};

class Following {
public:
    Following(Context& context, const syntax::Path& path) : context_(context), deeper_(context) {
        context.following.push_back(&path);
    }
    ~Following() { context_.following.pop_back(); }
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;

private:
    Context& context_;
    Deeper deeper_;
};

/// True when what stands here lies too deep to be followed; the names that lead here are poison then.
bool too_deep(Context& context, const syntax::Span& span) {
    if (context.depth < value_depth_max) return false;
    context.poisoned.insert(context.following.begin(), context.following.end());
    if (!context.depth_is_reported)
        context.report(Kind::nesting_too_deep, span,
                       "with the names that lead here followed, this is nested more than " +
                           std::to_string(value_depth_max) + " deep",
                       "let fewer names lead to each other");
    context.depth_is_reported = true;
    return true;
}

/// True when the name is poison because it leads back to itself.
bool leads_back(Context& context, const syntax::Path& path) {
    if (context.poisoned.contains(&path)) return true;
    const auto start = std::find(context.following.begin(), context.following.end(), &path);
    if (start == context.following.end()) return false;
    std::vector<const syntax::Path*> cycle(start, context.following.end());
    // The same cycle is found from any of its names: it is reported at the one that stands first.
    const auto first = std::min_element(cycle.begin(), cycle.end(),
                                        [](const auto* a, const auto* b) { return a->span < b->span; });
    std::rotate(cycle.begin(), first, cycle.end());
    std::vector<syntax::Note> notes;
    for (std::size_t i = 1; i < cycle.size(); ++i)
        notes.push_back({cycle[i]->span, "which leads to " + quoted(to_string(*cycle[i]))});
    auto hint = cycle.size() == 1 ? hint_for_host_name({*cycle.front(), {}}) : std::string();
    if (hint.empty()) hint = "give one of them a value of its own";
    context.report(Kind::reference_cycle, cycle.front()->span,
                   quoted(to_string(*cycle.front())) + " leads back to itself", std::move(hint),
                   std::move(notes));
    context.poisoned.insert(cycle.begin(), cycle.end());
    return true;
}

std::vector<std::string> known_names(const Context& context) {
    auto names = context.scope.names();
    for (auto& name : constant_names(context.wanted_kind)) names.push_back(std::move(name));
    return names;
}

/// Of `trys.exceeded` and `ipv4.saddr` the member says what the name before it was to be.
std::string hint_for_owner(const Context& context, const syntax::Path& path) {
    const auto& owner = path.parts.front().text;
    const auto& member = path.parts[1].text;
    const bool is_limit = lower(member) == "exceeded";
    const bool is_iface =
        std::ranges::find(model::ipv4_member_names, lower(member)) != std::end(model::ipv4_member_names);
    if (!is_limit && !is_iface) return hint_for_value(owner + '.' + member);
    std::vector<std::string> names;
    for (const auto& element : context.scope.elements())
        if (element.type == (is_limit ? ElementType::limit : ElementType::iface))
            names.push_back(element.name.text);
    if (names.size() == 1) return "did you mean " + quoted(names.front()) + "?";
    if (const auto near = did_you_mean(owner, names); !near.empty() || !names.empty())
        return near.empty() ? "there is " + one_of(names) : near;
    return is_limit ? "declare it: `Limit " + owner + " { rate: 10, per: minute, key: ip.saddr }`" : "";
}

/// Of a word that has a meaning elsewhere, as a value of the property that is asked for.
std::string hint_for_wanted(const Context& context, std::string_view word) {
    if (context.wanted_field == model::Field::ip_dscp) return hint_for_dscp(word);
    const bool is_truth = lower(word) == "true" || lower(word) == "false";
    const bool may_be = context.wanted_kind ? context.wanted_kind == model::FieldKind::boolean : is_truth;
    return may_be ? hint_for_boolean(word) : "";
}

/// `unreachable`, of `dest-unreachable`: the only value of the property that has this part.
std::string hint_for_part(const Context& context, std::string_view word) {
    if (!context.wanted_field) return {};
    std::vector<std::string> found;
    for (const auto& name : constant_names(context.wanted_kind))
        if (name.ends_with('-' + lower(word))) found.push_back(name);
    return found.size() == 1 ? "did you mean " + quoted(found.front()) + "?" : "";
}

Settled unknown(Context& context, const syntax::Path& path, const std::string& hint_of_user = {}) {
    const auto& name = path.parts.front();
    if (context.scope.refused_names.contains(name.text)) return Poison{};
    const auto near = context.suggestions.nearest_among(context.scope.elements().size(), name.text,
                                                        [&] { return known_names(context); });
    const bool is_other_case = lower(near) == lower(name.text);
    auto hint = path.parts.size() > 1      ? hint_for_host_name({path, path.span})
                : is_other_case            ? std::string()
                : context.wanted_field     ? hint_for_compared(name.text)
                                           : hint_for_value(name.text);
    if (auto wanted = hint_for_wanted(context, name.text); !wanted.empty()) hint = std::move(wanted);
    const bool is_upper = std::ranges::none_of(name.text, [](char c) { return c >= 'a' && c <= 'z'; });
    if (hint.empty() && is_upper && context.wanted_kind == model::FieldKind::flags)
        hint = hint_for_flags(name.text);
    if (hint.empty() && path.parts.size() > 1) hint = hint_for_owner(context, path);
    if (hint.empty() && !near.empty()) hint = "did you mean " + quoted(near) + "?";
    if (hint.empty()) hint = hint_for_part(context, name.text);
    if (hint.empty()) hint = hint_of_user;
    if (!context.scope.has_nameless_object)
        context.report(Kind::unknown_name, name.span, "nothing is called " + quoted(name.text),
                       std::move(hint));
    return Poison{};
}

/// The first so many parts.
syntax::Path beginning(const syntax::Path& path, std::size_t parts) {
    return {{path.parts.begin(), path.parts.begin() + static_cast<std::ptrdiff_t>(parts)}, {}};
}

/// `ip.dport`: what is written exactly so of something else is that, and not a property misspelt.
std::string hint_for_other_owner(std::string_view property) {
    std::vector<std::string> owners;
    for (const auto& entry : model::field_table)
        if (entry.name.substr(entry.name.find('.') + 1) == property) owners.emplace_back(entry.name);
    return owners.empty() ? "" : "did you mean " + one_of(owners) + "?";
}

Settled packet_property(Context& context, const syntax::Path& path) {
    const auto object = lower(path.parts.front().text);
    if (!is_packet_object(object)) return unknown(context, path);
    if (path.parts.size() > 2) {
        const auto property = to_string(beginning(path, 2));
        const auto field = model::field_named(lower(property));
        const auto* asked = constant_named(path.parts[2].text); // `tcp.flags.syn`
        const bool fits =
            field && asked != nullptr && path.parts.size() == 3 && asked->kind == info(*field).kind;
        const bool is_vlan = object == "iface" && lower(path.parts[2].text) == "vlan";
        context.report(Kind::unknown_member, path.span, quoted(property) + " has no members",
                       fits      ? hint_for_bare(*asked)
                       : is_vlan ? "did you mean `vlan.id`?"
                                 : "write " + quoted(property));
        return Poison{};
    }
    if (const auto field = model::field_named(object + '.' + lower(path.parts[1].text))) return *field;
    std::vector<std::string> names;
    for (const auto& entry : model::field_table)
        if (entry.name.starts_with(object + '.')) names.emplace_back(entry.name.substr(object.size() + 1));
    auto near = hint_for_property(object, path.parts[1].text);
    if (near.empty()) near = did_you_mean(path.parts[1].text, names);
    if (near.empty()) near = hint_for_other_owner(lower(path.parts[1].text));
    context.report(Kind::unknown_property, path.parts[1].span,
                   quoted(object) + " has no property " + quoted(path.parts[1].text),
                   near.empty() ? "it has " + one_of(names) : near);
    return Poison{};
}

/// `lan.network`: that is no member, and has to be written out.
std::string hint_for_network(const Context& context, const Element& iface, const std::string& member) {
    const auto word = lower(member);
    const bool is_network = word == "network" || word == "net" || word == "subnet" || word == "prefix";
    const auto& ipv4 = context.appliance.ifaces[context.iface_ids.at(&iface)].ipv4;
    if (!is_network) return {};
    if (!ipv4) return "a network is written out, as in `10.0.0.0/24`";
    return "write the network out: `" + dotted(ipv4->network.address) + "/" +
           std::to_string(ipv4->network.length) + "`";
}

/// Members that the appliance only knows when it runs.
std::optional<Settled> runtime_member(const Context& context, const Element& element,
                                      const syntax::Object& object, const std::string& member) {
    const auto name = lower(member);
    if (element.type == ElementType::limit && name == "exceeded")
        return model::Exceeded{context.limit_ids.at(&element)};
    if (element.type != ElementType::iface) return std::nullopt;
    const auto* config = find_pair(object, "config", true);
    const auto* word = config == nullptr ? nullptr : std::get_if<syntax::Path>(&config->value.is);
    if (word == nullptr || !lower(to_string(*word)).starts_with("dhcp")) return std::nullopt;
    const auto* found = std::ranges::find(model::ipv4_member_names, name);
    if (found == std::end(model::ipv4_member_names)) return std::nullopt;
    return Leased{context.iface_ids.at(&element),
                  static_cast<model::Ipv4Member>(found - std::begin(model::ipv4_member_names))};
}

Settled no_member(Context& context, const syntax::Path& path, std::size_t part, const Element& element,
                  const syntax::Object& object) {
    const auto names = [&] {
        std::vector<std::string> keys;
        if (element.type == ElementType::limit) keys.emplace_back("exceeded");
        for (const auto leased : model::ipv4_member_names)
            if (!find_pair(object, leased, true) && runtime_member(context, element, object, std::string(leased)))
                keys.emplace_back(leased);
        for (const auto& pair : object.pairs) keys.push_back(pair.key.text);
        return keys;
    };
    // A key of the object may be that, misspelt, which has been said; or the address is leased.
    const bool is_of_iface = element.type == ElementType::iface && !find_pair(object, "address", true) &&
                             std::ranges::find(model::ipv4_member_names, lower(path.parts[part].text)) !=
                                 std::end(model::ipv4_member_names);
    const bool is_misspelt = is_of_iface || misspelt(path.parts[part].text, names()) != nullptr;
    if (context.faulty.contains(&element) && is_misspelt) return Poison{};
    // `u.exceeded` is there, and has none itself.
    if (runtime_member(context, element, object, path.parts[part].text)) {
        const auto owner = to_string(beginning(path, part + 1));
        context.report(Kind::no_members, path.span, quoted(owner) + " has no members", "write " + quoted(owner));
        return Poison{};
    }
    auto hint = element.type == ElementType::iface ? hint_for_network(context, element, path.parts[part].text)
                                                   : std::string();
    // What it says takes the place of the whole path, a member that of this one.
    const auto span = hint.empty() ? path.parts[part].span : join(path.span, path.parts[part].span);
    if (hint.empty())
        hint = context.suggestions.among(object.pairs.size(), path.parts[part].text, names);
    constexpr std::size_t shown_max = 8;
    if (const auto all = names(); hint.empty() && !all.empty() && all.size() <= shown_max)
        hint = "it has " + all_of(all);
    context.report(Kind::unknown_member, span,
                   quoted(to_string(beginning(path, part))) + " has no member " +
                       quoted(path.parts[part].text),
                   std::move(hint));
    return Poison{};
}

Settled member(Context& context, const Element& element, const syntax::Path& path) {
    if (element.type == ElementType::unsupported || !element.value_is_known) return Poison{};
    if (is_function(element.type)) {
        context.report(Kind::no_members, path.span,
                       quoted(element.name.text) + " is a " + std::string(name_of(element.type)) +
                           " and has no members");
        return Poison{};
    }
    const auto* value = &element.value;
    for (std::size_t i = 1; i < path.parts.size(); ++i) {
        const auto settled = settle(context, *value);
        if (std::holds_alternative<Poison>(settled)) return Poison{};
        const auto* literal = std::get_if<const syntax::Value*>(&settled);
        const auto* object = literal == nullptr ? nullptr : std::get_if<syntax::Object>(&(*literal)->is);
        const auto* alias = std::get_if<syntax::Path>(&value->is);
        const bool has_members = object != nullptr || std::holds_alternative<const Element*>(settled);
        if (element.type == ElementType::untyped && alias != nullptr && has_members) {
            context.report(Kind::no_members, path.span,
                           quoted(to_string(beginning(path, i))) + " is only another name for " +
                               quoted(to_string(*alias)) + ", and has no members of its own",
                           "write `" + to_string(*alias) + "." + path.parts[i].text + "`",
                           {{alias->span, "its value"}});
            return Poison{};
        }
        if (object == nullptr) {
            context.report(Kind::no_members, path.span,
                           quoted(to_string(beginning(path, i))) + " is " + kind_of(settled) +
                               " and has no members",
                           "write " + quoted(to_string(beginning(path, i))),
                           {{value->span, "its value"}});
            return Poison{};
        }
        const bool is_last = i + 1 == path.parts.size();
        if (auto found = runtime_member(context, element, *object, path.parts[i].text); found && is_last)
            return *found;
        const bool any_case = keys_ignore_case(element.type);
        const auto& keys = context.keys.try_emplace({object, any_case}, *object, any_case).first->second;
        const auto index = keys.find(path.parts[i].text);
        if (!index) return no_member(context, path, i, element, *object);
        value = &object->pairs[*index].value;
        if (context.bad_members.contains(value)) return Poison{};
    }
    context.asked_members.insert(place_of(value->span));
    return settle(context, *value);
}

Settled follow(Context& context, const syntax::Path& path, const std::string& hint) {
    if (leads_back(context, path) || too_deep(context, path.span)) return Poison{};
    const Following guard(context, path);
    const auto& first = path.parts.front();
    if (auto* element = context.scope.find(first.text)) {
        element->is_used = true;
        if (path.parts.size() > 1) return member(context, *element, path);
        if (element->type == ElementType::unsupported) return Poison{};
        if (element->type != ElementType::untyped) return element;
        return settle(context, element->value);
    }
    if (path.parts.size() > 1) return packet_property(context, path);
    if (const auto* constant = constant_named(first.text)) return constant;
    return unknown(context, path, hint);
}

bool is_collection(const syntax::Value& value) {
    return std::holds_alternative<syntax::List>(value.is) || std::holds_alternative<syntax::Object>(value.is);
}

/// Flattens a set. A named collection counts once, however often it is named, so that the work stays linear.
class Flattener {
public:
    explicit Flattener(Context& context) : context_(context) {}

    bool append(const syntax::Value& value) {
        const auto settled = settle(context_, value);
        if (std::holds_alternative<Poison>(settled)) return false;
        if (const auto* constant = std::get_if<const Constant*>(&settled)) {
            leaves.push_back({*constant, value.span, value.span, list_});
            return true;
        }
        if (const auto* element = std::get_if<const Element*>(&settled);
            element != nullptr && (*element)->type == ElementType::iface) {
            leaves.push_back({*element, value.span, value.span, list_});
            return true;
        }
        const auto* literal = std::get_if<const syntax::Value*>(&settled);
        if (literal == nullptr) {
            if (std::holds_alternative<model::Field>(settled)) {
                report_without_packet(context_, value, "compare it by itself, as in `… == " + source_of(value) + "`");
                return false;
            }
            const bool leased = std::holds_alternative<Leased>(settled);
            context_.report(Kind::not_a_value, value.span,
                            text_of(value) + " is " + kind_of(settled) + ", which no set can hold",
                            leased ? "compare it by itself, as in `ip.daddr == " + to_string(std::get<syntax::Path>(value.is)) + "`" : "");
            return false;
        }
        if (!is_collection(**literal)) {
            leaves.push_back({*literal, (*literal)->span, value.span, list_});
            return true;
        }
        // While the items of a named list are read, its name is being followed: it must not hold itself.
        // What a name brings in again, or brings in of this very set, is no second mention of its items.
        if (done_.contains(*literal)) return true;
        const auto* path = std::get_if<syntax::Path>(&value.is);
        std::optional<Following> guard;
        if (path != nullptr) guard.emplace(context_, *path);
        const bool fine = append_items(**literal);
        done_.insert(*literal);
        return fine;
    }

    std::vector<Leaf> leaves;

private:
    bool append_items(const syntax::Value& collection) {
        if (too_deep(context_, collection.span)) return false;
        const Deeper deeper(context_);
        const bool is_list = std::holds_alternative<syntax::List>(collection.is);
        const auto* const around = std::exchange(list_, is_list ? &collection : nullptr);
        bool fine = true;
        if (const auto* list = std::get_if<syntax::List>(&collection.is))
            for (const auto& item : list->items) fine &= append(item);
        if (const auto* object = std::get_if<syntax::Object>(&collection.is))
            for (const auto& pair : object->pairs) fine &= append(pair.value);
        list_ = around;
        return fine;
    }

    Context& context_;
    const syntax::Value* list_ = nullptr; ///< whose items are being read
    std::set<const syntax::Value*> done_;
};

/// Follows every name in a value; what it comes to is judged where it is used.
class NameCheck {
public:
    explicit NameCheck(Context& context) : context_(context) {}

    void check(const syntax::Value& value) {
        if (const auto* path = std::get_if<syntax::Path>(&value.is)) return check_path(value, *path);
        if (is_collection(value)) check_items(value);
    }

private:
    void check_items(const syntax::Value& collection) {
        if (too_deep(context_, collection.span)) return;
        const Deeper deeper(context_);
        if (const auto* list = std::get_if<syntax::List>(&collection.is))
            for (const auto& item : list->items) check(item);
        if (const auto* object = std::get_if<syntax::Object>(&collection.is))
            for (const auto& pair : object->pairs) check(pair.value);
    }

    void check_path(const syntax::Value& value, const syntax::Path& path) {
        const bool known = context_.scope.find(path.parts.front().text) != nullptr;
        if (!known && path.parts.size() == 1 && is_config_word(path.parts.front().text)) return;
        const auto settled = settle(context_, value);
        if (std::holds_alternative<model::Field>(settled)) {
            report_without_packet(context_, value);
            context_.poisoned.insert(&path);
        }
        if (const auto* element = std::get_if<const Element*>(&settled))
            return check_element(path, **element);
        const auto* literal = std::get_if<const syntax::Value*>(&settled);
        if (literal == nullptr || !is_collection(**literal) || done_.contains(*literal)) return;
        const Following guard(context_, path);
        check(**literal);
        done_.insert(*literal);
    }

    /// A function is no value. What other untyped elements name was reported there.
    void check_element(const syntax::Path& path, const Element& element) {
        const auto* root = context_.scope.find(path.parts.front().text);
        if (!is_function(element.type) || root->type == ElementType::untyped) return;
        context_.report(Kind::not_a_value, path.span,
                        quoted(to_string(path)) + " is " + kind_of(element) + ", which is no value",
                        "chains name functions, as in `prerouting: " + element.name.text +
                            "`, and functions call each other");
        context_.poisoned.insert(&path);
    }

    Context& context_;
    std::set<const syntax::Value*> done_;
};

std::string decimal(double value) {
    auto text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? text + '0' : text;
}

struct TextOf {
    std::string operator()(const syntax::Bad&) const { return "this"; }
    std::string operator()(const syntax::Boolean& b) const { return b.value ? "true" : "false"; }
    std::string operator()(const syntax::Integer& i) const { return std::to_string(i.value); }
    std::string operator()(const syntax::Decimal& d) const { return decimal(d.value); }
    std::string operator()(const syntax::String& s) const { return '"' + s.text + '"'; }
    std::string operator()(const syntax::Address& a) const { return dotted(a.ipv4); }
    std::string operator()(const syntax::Cidr& c) const {
        return dotted(c.ipv4) + '/' + std::to_string(c.length);
    }
    std::string operator()(const syntax::IntegerRange& r) const {
        return std::to_string(r.low) + '-' + std::to_string(r.high);
    }
    std::string operator()(const syntax::AddressRange& r) const {
        return dotted(r.low) + '-' + dotted(r.high);
    }
    std::string operator()(const syntax::DecimalRange& r) const {
        return decimal(r.low) + '-' + decimal(r.high);
    }
    std::string operator()(const syntax::Path& p) const { return to_string(p); }
    std::string operator()(const syntax::List&) const { return "[…]"; }
    std::string operator()(const syntax::Object&) const { return "{…}"; }
    std::string operator()(const syntax::Call& c) const { return to_string(c.callee) + "(…)"; }
};

constexpr std::array<std::string_view, 14> value_kinds = {
    "a mistake",  "true or false", "a number",           "a decimal number",     "a string",
    "an address", "a network",     "a range of numbers", "a range of addresses", "a range of decimal numbers",
    "a name",     "a list",        "an object",          "a list from a file"};

} // namespace

std::string dotted(std::uint32_t address) {
    return std::to_string(address >> 24) + '.' + std::to_string(address >> 16 & 255) + '.' +
           std::to_string(address >> 8 & 255) + '.' + std::to_string(address & 255);
}

void report_without_packet(Context& context, const syntax::Value& value, std::string hint) {
    context.report(Kind::property_without_packet, value.span,
                   text_of(value) + " has a value only in a condition or a log", std::move(hint));
}

Settled settle(Context& context, const syntax::Value& value, const std::string& hint) {
    if (std::holds_alternative<syntax::Bad>(value.is)) return Poison{};
    if (const auto* path = std::get_if<syntax::Path>(&value.is)) return follow(context, *path, hint);
    return &value;
}

std::optional<std::vector<Leaf>> flatten(Context& context, const syntax::Value& value) {
    Flattener flattener(context);
    if (!flattener.append(value)) return std::nullopt;
    return std::move(flattener.leaves);
}

std::optional<std::vector<const syntax::Value*>> items_in(const syntax::Value& value) {
    std::vector<const syntax::Value*> items;
    if (const auto* list = std::get_if<syntax::List>(&value.is))
        for (const auto& item : list->items) items.push_back(&item);
    else if (const auto* object = std::get_if<syntax::Object>(&value.is))
        for (const auto& pair : object->pairs) items.push_back(&pair.value);
    else
        return std::nullopt;
    return items;
}

const Element* declared_as(const Context& context, const syntax::Value& value) {
    const auto* path = std::get_if<syntax::Path>(&value.is);
    return path == nullptr || path->parts.size() > 1 ? nullptr : context.scope.find(path->parts.front().text);
}

std::vector<syntax::Note> note_of_declaration(const Context& context, const syntax::Value& value) {
    const auto* path = std::get_if<syntax::Path>(&value.is);
    const auto* element = path == nullptr ? nullptr : context.scope.find(path->parts.front().text);
    if (element == nullptr) return {};
    return {{element->name.span, quoted(element->name.text) + " is declared here"}};
}

std::string source_of(const syntax::Value& value) { return std::visit(TextOf{}, value.is); }

std::string text_of(const syntax::Value& value) { return quoted(source_of(value)); }

std::string text_of(const Leaf& leaf) {
    if (const auto* constant = std::get_if<const Constant*>(&leaf.is)) return quoted((*constant)->name);
    if (const auto* element = std::get_if<const Element*>(&leaf.is)) return quoted((*element)->name.text);
    return text_of(*std::get<const syntax::Value*>(leaf.is));
}

std::string kind_of(const syntax::Value& value) { return std::string(value_kinds[value.is.index()]); }

std::string kind_of(const Leaf& leaf) {
    if (const auto* constant = std::get_if<const Constant*>(&leaf.is)) {
        if ((*constant)->kind == model::FieldKind::flags) return "a TCP flag";
        return std::string(with_article((*constant)->kind));
    }
    if (const auto* element = std::get_if<const Element*>(&leaf.is)) return kind_of(**element);
    return kind_of(*std::get<const syntax::Value*>(leaf.is));
}

std::string kind_of(const Element& element) {
    if (element.type == ElementType::untyped) return kind_of(element.value);
    const bool runs = element.type == ElementType::filter || element.type == ElementType::nat;
    return with_article(element.type) + (runs ? " function" : "");
}

std::string kind_of(const Settled& settled) {
    if (const auto* value = std::get_if<const syntax::Value*>(&settled)) return kind_of(**value);
    if (const auto* constant = std::get_if<const Constant*>(&settled)) return kind_of(Leaf{*constant, {}});
    if (std::holds_alternative<model::Field>(settled)) return "a packet property";
    if (std::holds_alternative<Leased>(settled)) return "known only when it is leased";
    if (std::holds_alternative<model::Exceeded>(settled)) return "a condition";
    if (const auto* element = std::get_if<const Element*>(&settled)) return kind_of(**element);
    return "a mistake";
}

void check_names(Context& context) {
    NameCheck check(context);
    for (const auto& element : context.scope.elements())
        if (element.type == ElementType::untyped) check.check(element.value);
}

} // namespace sema
