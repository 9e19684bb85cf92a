#include "compiler/sema/object.hpp"

#include "compiler/sema/habits.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace sema {

namespace {

using syntax::Kind;

std::string named(const Member& member) {
    if (!member.what.empty()) return std::string(member.what);
    return member.key == nullptr ? "this" : quoted(member.key->text);
}

/// Of a number or a string; what says neither is one of the two.
std::string hint_for_truth(const syntax::Value& value) {
    const auto* string = std::get_if<syntax::String>(&value.is);
    const auto hint = hint_for_boolean(string == nullptr ? source_of(value) : string->text);
    return hint.empty() ? "write `true` or `false`" : hint;
}

void wrong_type(Context& context, const Member& member, const std::string& found, const std::string& wanted,
                std::string hint = {}) {
    const bool is_name = wanted == "the name of an Iface", is_truth = wanted == "true or false";
    if (hint.empty() && is_truth) hint = hint_for_truth(*member.value);
    if (hint.empty() && wanted != "a string" && !is_truth) hint = hint_for_string(*member.value, is_name);
    context.bad_members.insert(member.value);
    context.report_value(Kind::wrong_member_type, *member.value,
                         named(member) + " is " + wanted + ", and " + text_of(*member.value) + " is " + found,
                         std::move(hint), note_of_declaration(context, *member.value));
}

/// The address or netmask that was meant by a network, or by the length of one.
std::string hint_for_address(const Member& member, const syntax::Value& value) {
    if (member.key == nullptr) return {};
    const auto key = lower(member.key->text);
    if (const auto* cidr = std::get_if<syntax::Cidr>(&value.is)) {
        const auto mask = dotted(model::Ipv4Prefix{0, cidr->length}.mask());
        if (key == "netmask") return "write `netmask: " + mask + "`";
        if (member.beside_netmask) return "write " + quoted(dotted(cidr->ipv4));
        return "write `" + key + ": " + dotted(cidr->ipv4) +
               (key == "address" || key == "net" || key == "host" ? ", netmask: " + mask + "`" : "`");
    }
    const auto* length = std::get_if<syntax::Integer>(&value.is);
    if (length == nullptr || key != "netmask" || length->value < 0 || length->value > 32) return {};
    return "write `netmask: " +
           dotted(model::Ipv4Prefix{0, static_cast<std::uint8_t>(length->value)}.mask()) + "`";
}

/// The literal that a member comes to, when it is of that type.
template <typename Type>
const Type* literal_of(Context& context, const Member& member, const std::string& wanted,
                       std::string hint = {}) {
    const Wanting wanting(context, model::FieldKind::number); // no constant will do
    const auto settled = settle(context, *member.value);
    if (std::holds_alternative<Poison>(settled)) return nullptr;
    if (const auto* value = std::get_if<const syntax::Value*>(&settled))
        if (const auto* found = std::get_if<Type>(&(*value)->is)) return found;
    const auto* value = std::get_if<const syntax::Value*>(&settled);
    const bool is_address = std::is_same_v<Type, syntax::Address>;
    if (is_address && value != nullptr) hint = hint_for_address(member, **value);
    if (is_address && value != nullptr && hint.empty()) hint = hint_for_host_name(**value);
    wrong_type(context, member, kind_of(settled), wanted, std::move(hint));
    return nullptr;
}

} // namespace

ObjectReader::ObjectReader(Context& context, const syntax::Object& object, std::string_view what,
                           std::vector<std::string> keys, bool ignore_case)
    : object_(object), ignore_case_(ignore_case) {
    std::vector<std::pair<const syntax::Name*, std::string>> homes; // of what is one level too high
    std::map<std::string, const syntax::Pair*> first; // an object that was given by name may have two spellings
    for (const auto& pair : object.pairs) {
        const auto key = ignore_case ? lower(pair.key.text) : pair.key.text;
        if (const auto [other, is_new] = first.emplace(key, &pair); !is_new)
            context.report(Kind::set_twice, pair.key.span, quoted(pair.key.text) + " is set twice",
                           "leave one of them out: nothing is overridden",
                           {{other->second->key.span, "it is set here too"}});
        lacks_key_ |= key == syntax::left_out;
        if (key == syntax::left_out || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
        if (const auto* near_key = nearest(key, keys)) meant_.push_back(*near_key);
        auto hint = did_you_mean(key, keys);
        if (hint.empty()) hint = home_of_key(key, what);
        if ((what == "a packet" || what == "`out`") && hint.find(" belongs into ") != hint.npos) {
            homes.emplace_back(&pair.key, hint);
            continue;
        }
        if (key == "policy" || key == "default")
            hint = "what no condition decides comes to the end of a Filter: write `drop` there";
        context.report(Kind::unknown_key, pair.key.span,
                       std::string(what) + " has no " + quoted(pair.key.text),
                       hint.empty() ? "it has " + one_of(keys) : hint);
    }
    // Who writes `packet: { saddr: …, dport: … }` makes one mistake.
    std::string hint;
    for (const auto& [key, home] : homes) hint += (hint.empty() ? "" : "; ") + home;
    if (!homes.empty())
        context.report(Kind::unknown_key, homes.front().first->span,
                       std::string(what) + " has no " + quoted(homes.front().first->text), hint);
}

Member ObjectReader::operator[](std::string_view key) const {
    const auto* pair = find_pair(object_, key, ignore_case_);
    const bool has_netmask = find_pair(object_, "netmask", ignore_case_) != nullptr;
    return pair == nullptr ? Member{} : Member{&pair->key, &pair->value, {}, has_netmask};
}

bool ObjectReader::lacks(std::string_view key) const {
    return !lacks_key_ && !(*this)[key] && std::find(meant_.begin(), meant_.end(), key) == meant_.end();
}

bool may_hold_port(const Member& address) {
    return address && std::holds_alternative<syntax::Bad>(address.value->is);
}

const syntax::Object* object_of(Context& context, const Member& member, std::string hint) {
    return literal_of<syntax::Object>(context, member, "an object", std::move(hint));
}

const syntax::List* list_of(Context& context, const Member& member) {
    const auto* word = std::get_if<syntax::Path>(&member.value->is);
    const bool is_word =
        word != nullptr && word->parts.size() == 1 && is_config_word(word->parts.front().text);
    if (is_word && context.scope.find(word->parts.front().text) == nullptr) {
        wrong_type(context, member, "a single word", "a list", "write `[" + word->parts.front().text + "]`");
        return nullptr;
    }
    return literal_of<syntax::List>(context, member, "a list");
}

std::optional<std::uint32_t> address_of(Context& context, const Member& member) {
    const auto* address = literal_of<syntax::Address>(context, member, "an address");
    if (address == nullptr) return std::nullopt;
    return address->ipv4;
}

std::optional<std::uint32_t> router_of(Context& context, const Member& member) {
    const auto address = address_of(context, member);
    if (!address || *address == 0) return std::nullopt; // 0.0.0.0 says "none", as it always has
    return host_of(context, member);
}

std::optional<std::uint32_t> host_of(Context& context, const Member& member) {
    const auto address = address_of(context, member);
    if (!address) return std::nullopt;
    const char* what = *address == 0             ? "no address"
                       : *address >> 24 == 127   ? "a loopback address"
                       : *address >> 28 == 0xe   ? "a multicast address"
                       : *address == 0xffff'ffff ? "the broadcast address"
                                                 : nullptr;
    if (what == nullptr) return address;
    context.report_value(Kind::not_a_host, *member.value,
                         named(member) + " cannot be " + quoted(dotted(*address)) + ", which is " + what,
                         "write the address of a host");
    return std::nullopt;
}

namespace {

bool is_decimal(const Settled& settled) {
    const auto* value = std::get_if<const syntax::Value*>(&settled);
    return value != nullptr && std::holds_alternative<syntax::Decimal>((*value)->is);
}

} // namespace

std::optional<std::int64_t> integer_of(Context& context, const Member& member, std::int64_t min,
                                       std::int64_t max, std::string hint) {
    const Wanting wanting(context, model::FieldKind::number);
    const auto settled = settle(context, *member.value);
    if (std::holds_alternative<Poison>(settled)) return std::nullopt;
    std::optional<std::int64_t> number;
    if (const auto* value = std::get_if<const syntax::Value*>(&settled))
        if (const auto* integer = std::get_if<syntax::Integer>(&(*value)->is)) number = integer->value;
    if (!number) {
        if (hint.empty()) hint = hint_for_seconds(*member.value);
        if (hint.empty() && is_decimal(settled)) hint = "write a whole number";
        wrong_type(context, member, kind_of(settled), "a number", std::move(hint));
        return std::nullopt;
    }
    if (*number >= min && *number <= max) return number;
    context.report_value(Kind::value_out_of_range, *member.value,
                         named(member) + " cannot be " + std::to_string(*number) + ": it goes from " +
                             std::to_string(min) + " to " + std::to_string(max), std::move(hint));
    return std::nullopt;
}

std::optional<std::uint16_t> port_of(Context& context, const Member& member) {
    const auto settled = settle(context, *member.value);
    if (const auto* constant = std::get_if<const Constant*>(&settled))
        if ((*constant)->kind == model::FieldKind::port)
            return static_cast<std::uint16_t>((*constant)->value);
    const auto port = integer_of(context, member, 0, 65535);
    if (!port) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

std::optional<bool> boolean_of(Context& context, const Member& member) {
    if (const auto* path = std::get_if<syntax::Path>(&member.value->is)) {
        auto hint = hint_for_boolean(to_string(*path));
        if (!hint.empty() && context.scope.find(path->parts.front().text) == nullptr) {
            wrong_type(context, member, "a word", "true or false", std::move(hint));
            return std::nullopt;
        }
    }
    const auto* boolean = literal_of<syntax::Boolean>(context, member, "true or false");
    if (boolean == nullptr) return std::nullopt;
    return boolean->value;
}

std::optional<std::string> string_of(Context& context, const Member& member) {
    const auto* path = std::get_if<syntax::Path>(&member.value->is);
    if (path != nullptr && path->parts.size() == 1 && context.scope.find(path->parts.front().text) == nullptr) {
        const auto word = to_string(*path);
        if (context.scope.refused_names.contains(word)) return std::nullopt;
        wrong_type(context, member, "a word", "a string", "write `\"" + word + "\"`");
        return std::nullopt;
    }
    const auto* string = literal_of<syntax::String>(context, member, "a string");
    if (string == nullptr) return std::nullopt;
    return string->text;
}

std::optional<std::string> word_of(Context& context, const Member& member,
                                   const std::vector<std::string>& words) {
    if (std::holds_alternative<syntax::Bad>(member.value->is)) return std::nullopt;
    const auto* path = std::get_if<syntax::Path>(&member.value->is);
    const auto word = path == nullptr ? std::string() : lower(to_string(*path));
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    auto near = did_you_mean(word, words);
    const auto* string = std::get_if<syntax::String>(&member.value->is);
    if (string != nullptr && std::find(words.begin(), words.end(), lower(string->text)) != words.end())
        near = hint_for_string(*member.value, true);
    context.report(Kind::unknown_word, member.value->span,
                   named(member) + " cannot be " + text_of(*member.value),
                   near.empty() ? "it can be " + one_of(words) : near);
    return std::nullopt;
}

std::optional<std::uint8_t> netmask_of(Context& context, const Member& member) {
    const auto mask = address_of(context, member);
    if (!mask) return std::nullopt;
    const auto length = std::countl_one(*mask);
    if (std::popcount(*mask) == length) return static_cast<std::uint8_t>(length);
    context.report_value(Kind::bad_netmask, *member.value,
                         "the netmask " + quoted(dotted(*mask)) + " has holes",
                         "a netmask is a row of ones and then zeros, as in `255.255.255.0`");
    return std::nullopt;
}

namespace {

std::vector<std::string> iface_names(const Context& context) {
    std::vector<std::string> names;
    for (const auto& iface : context.appliance.ifaces) names.push_back(iface.name);
    return names;
}

/// Which is the Gateway's chain.
std::string hint_for_forward(const Context& context) {
    for (const auto& element : context.scope.elements())
        if (element.type == ElementType::gateway) return "write `" + element.name.text + ".forward`";
    return "`forward` is the chain of a Gateway, and there is none";
}

/// `iface.chain`, on which the function stands; empty where it stands on none.
std::string chain_with(const Context& context, model::FunctionId function) {
    const auto holds = [&](const auto& chain) { return std::ranges::find(chain, function) != chain.end(); };
    for (const auto& iface : context.appliance.ifaces)
        for (std::size_t hook = 0; hook < iface.chains.size(); ++hook)
            if (holds(iface.chains[hook])) return iface.name + "." + std::string(model::hook_names[hook]);
    const auto& gateway = context.appliance.gateway;
    if (!gateway || !holds(gateway->forward)) return {};
    for (const auto& element : context.scope.elements())
        if (element.type == ElementType::gateway) return element.name.text + ".forward";
    return {};
}

/// The chain that was meant by one word: a function that stands on it, its Iface, or what it is called.
std::string hint_for_chain(const Context& context, const std::string& word) {
    const auto* element = context.scope.find(word);
    if (element != nullptr && element->type == ElementType::gateway) return "write `" + word + ".forward`";
    if (element != nullptr && element->type == ElementType::iface)
        return "write the Iface and the chain, as in `" + word + ".prerouting`";
    if (element == nullptr && lower(word) == "forward") return hint_for_forward(context);
    const auto& ifaces = context.appliance.ifaces;
    const auto function = context.function_ids.find(element);
    std::string any_iface = ifaces.empty() ? "eth0" : ifaces.front().name;
    const auto chain = function == context.function_ids.end() ? "" : chain_with(context, function->second);
    if (!chain.empty()) return "write " + quoted(chain) + ", on which it stands";
    const bool is_hook = std::ranges::find(model::hook_names, lower(word)) != std::end(model::hook_names);
    return "write the Iface and the chain, as in `" + any_iface + "." + (is_hook ? lower(word) : "prerouting") + "`";
}

} // namespace

std::string known_ifaces(const Context& context) {
    const auto names = iface_names(context);
    return names.empty() ? std::string() : "there is " + one_of(names);
}

std::optional<model::IfaceId> iface_of(Context& context, const Member& member) {
    const auto* path = std::get_if<syntax::Path>(&member.value->is);
    if (path != nullptr && path->parts.size() == 1) {
        const auto& name = path->parts.front().text;
        const auto* element = context.scope.find(name);
        if (element != nullptr && element->type == ElementType::unsupported) return std::nullopt;
        if (element == nullptr && context.scope.refused_names.contains(name)) return std::nullopt;
        if (element == nullptr) {
            const auto near = did_you_mean(name, iface_names(context));
            if (context.scope.has_nameless_object) return std::nullopt;
            context.report(Kind::unknown_name, member.value->span, "no Iface is called " + quoted(name),
                           near.empty() ? known_ifaces(context) : near);
            return std::nullopt;
        }
        if (element->type == ElementType::untyped) {
            // `lan: eth0` gives the Iface another name.
            const auto settled = settle(context, *member.value);
            if (std::holds_alternative<Poison>(settled)) return std::nullopt;
            if (const auto* alias = std::get_if<const Element*>(&settled)) element = *alias;
        }
        if (const auto found = context.iface_ids.find(element); found != context.iface_ids.end())
            return found->second;
        context.report(Kind::not_an_iface, member.value->span,
                       quoted(name) + " is " + kind_of(*element) + ", not an Iface", known_ifaces(context),
                       {{element->name.span, "it is declared here"}});
        return std::nullopt;
    }
    if (!std::holds_alternative<syntax::Bad>(member.value->is))
        wrong_type(context, member, kind_of(*member.value), "the name of an Iface");
    return std::nullopt;
}

std::optional<model::IfaceId> iface_named(Context& context, const syntax::Path& path) {
    const syntax::Value value{path, path.span};
    return iface_of(context, {nullptr, &value});
}

std::optional<ChainName> chain_named(Context& context, const syntax::Path& path) {
    const std::vector<std::string> hooks(std::begin(model::hook_names), std::end(model::hook_names));
    const auto& owner = path.parts.front();
    const auto* element = context.scope.find(owner.text);
    const bool is_gateway = element != nullptr && element->type == ElementType::gateway;
    if (path.parts.size() != 2) {
        context.report(Kind::wrong_member_type, path.span,
                       quoted(to_string(path)) + " is no chain", hint_for_chain(context, owner.text));
        return std::nullopt;
    }
    const auto& name = path.parts.back();
    const auto word = lower(name.text);
    if (is_gateway && word == "forward") return model::ForwardChain{};
    if (is_gateway) {
        context.report(Kind::unknown_word, name.span, "the Gateway has no chain " + quoted(name.text),
                       "write `" + owner.text + ".forward`");
        return std::nullopt;
    }
    if (word == "forward" && (element == nullptr || element->type != ElementType::iface)) {
        context.report(Kind::unknown_word, path.span, quoted(to_string(path)) + " is no chain",
                       hint_for_forward(context));
        return std::nullopt;
    }
    const bool is_function = element != nullptr && context.function_ids.contains(element);
    if (is_function) {
        context.report(Kind::not_an_iface, owner.span,
                       quoted(owner.text) + " is " + kind_of(*element) + ", not an Iface",
                       hint_for_chain(context, owner.text), {{element->name.span, "it is declared here"}});
        return std::nullopt;
    }
    const auto iface = iface_named(context, {{owner}, owner.span});
    if (!iface) return std::nullopt;
    const auto found = std::ranges::find(hooks, word);
    if (found != hooks.end()) return model::IfaceChain{*iface, static_cast<model::Hook>(found - hooks.begin())};
    const auto near = word == "forward" ? hint_for_forward(context) : did_you_mean(word, hooks);
    context.report(Kind::unknown_word, name.span, "an Iface has no chain " + quoted(name.text),
                   near.empty() ? "it has " + one_of(hooks) : near);
    return std::nullopt;
}

bool is_network(const Member& member) {
    return member && std::holds_alternative<syntax::Cidr>(member.value->is);
}

std::vector<const syntax::Value*> items_of(const syntax::Value& value) {
    const auto* list = std::get_if<syntax::List>(&value.is);
    if (list == nullptr) return {&value};
    std::vector<const syntax::Value*> items;
    for (const auto& item : list->items) items.push_back(&item);
    return items;
}

} // namespace sema
