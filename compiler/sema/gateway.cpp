// Gateway: routes between Ifaces, and the chain of forwarded packets.
#include "compiler/sema/gateway_routes.hpp"
#include "compiler/sema/habits.hpp"
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/words.hpp"

#include <limits>
#include <map>

namespace sema {

namespace {

using syntax::Kind;

class GatewayBuilder {
public:
    GatewayBuilder(Context& context, const Element& element) : context_(context), element_(element) {
        gateway_.place = place_of(element.name.span);
    }

    void from_list(const syntax::List& list) {
        for (const auto& item : list.items)
            if (const auto* object = route_object(item)) route(nullptr, item.span, *object);
        finish();
    }

    void from_object(const syntax::Object& object) {
        for (const auto& pair : object.pairs) {
            // A route may well be called `connected`: an object is one, a list of Ifaces is not.
            const bool is_route = std::holds_alternative<syntax::Object>(pair.value.is);
            const auto key = is_route ? lower(pair.key.text) : meant(pair.key);
            const Member member{&pair.key, &pair.value};
            if (key == "forward")
                forward(member);
            else if (key == "send_time_exceeded")
                gateway_.send_time_exceeded = boolean_of(context_, member).value_or(true);
            else if (key == "connected" && !is_route)
                connected(pair.value);
            else if (!routes(pair))
                if (const auto* members = route_object(pair.value, &pair.key))
                    route(&pair.key, pair.value.span, *members);
        }
        finish();
    }

private:
    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {}) {
        context_.report(kind, span, std::move(message), std::move(hint));
    }

    /// `routes: { world: { … } }`, or a list of them: they stand in the Gateway itself, and are read all the same.
    bool routes(const syntax::Pair& pair) {
        const auto items = items_in(pair.value);
        const auto* object = std::get_if<syntax::Object>(&pair.value.is);
        const auto is_object = [](const auto* item) { return std::holds_alternative<syntax::Object>(item->is); };
        if (!items || items->empty() || !std::ranges::all_of(*items, is_object)) return false;
        const auto is_of_route = [](const auto& member) { return keys::contains(keys::route, lower(member.key.text)); };
        if (object != nullptr && std::ranges::any_of(object->pairs, is_of_route)) return false;
        const auto name = object == nullptr ? std::string("r1") : object->pairs.front().key.text;
        report(Kind::unknown_key, pair.key.span, "a Gateway has no " + quoted(pair.key.text),
               "routes stand in the Gateway itself: write `" + name + ": { … }` there");
        for (const auto* item : *items) route(nullptr, item->span, std::get<syntax::Object>(item->is));
        return true;
    }

    /// The setting that a key is, or is misspelt for; what is none of them is a route's.
    std::string meant(const syntax::Name& key) {
        const auto word = lower(key.text);
        const auto* setting = misspelt(word, keys::settings);
        if (setting == nullptr || *setting == word) return word;
        report(Kind::unknown_key, key.span, "a Gateway has no " + quoted(key.text),
               "did you mean " + quoted(*setting) + "?");
        return *setting;
    }

    const syntax::Object* route_object(const syntax::Value& value, const syntax::Name* key = nullptr) {
        const auto* path = std::get_if<syntax::Path>(&value.is);
        if (key != nullptr && lower(key->text) == "policy" && path != nullptr &&
            syntax::is_verdict(to_string(*path))) {
            report(Kind::unknown_key, key->span, "a Gateway has no " + quoted(key->text),
                   "what no condition decides comes to the end of the Filter on `forward`: write " +
                       quoted(to_string(*path)) + " there");
            return nullptr;
        }
        const auto home = key == nullptr ? std::string() : home_of_key(key->text, "a Gateway");
        const bool is_word = path != nullptr && context_.scope.find(path->parts.front().text) == nullptr;
        const auto settled = is_word && !home.empty() ? Settled{&value} : settle(context_, value);
        if (std::holds_alternative<Poison>(settled)) return nullptr;
        if (const auto* literal = std::get_if<const syntax::Value*>(&settled))
            if (const auto* object = std::get_if<syntax::Object>(&(*literal)->is)) return object;
        if (!home.empty()) {
            report(Kind::unknown_key, key->span, "a Gateway has no " + quoted(key->text), home);
            return nullptr;
        }
        report(Kind::wrong_member_type, value.span,
               "a route is an object, and " + text_of(value) + " is " + kind_of(settled),
               setting_for(value, settled));
        return nullptr;
    }

    /// What a value was to be that is no route: a chain of Filters, or Ifaces.
    std::string setting_for(const syntax::Value& value, const Settled& settled) {
        const std::string route = "write `{ net: 10.0.0.0, netmask: 255.0.0.0, iface: eth0 }`";
        const auto* element = std::get_if<const Element*>(&settled);
        if (element != nullptr && (*element)->type == ElementType::filter)
            return "write `forward: " + source_of(value) + "`";
        std::string names;
        const auto* list = std::get_if<syntax::List>(&value.is);
        for (const auto& item : list == nullptr ? std::vector<syntax::Value>{} : list->items) {
            const auto* path = std::get_if<syntax::Path>(&item.is);
            const bool is_name = path != nullptr && path->parts.size() == 1;
            const auto* named = is_name ? context_.scope.find(path->parts.front().text) : nullptr;
            const auto type = named == nullptr ? ElementType::untyped : named->type;
            if (type != ElementType::iface && type != ElementType::filter) return route;
            const auto* setting = type == ElementType::iface ? "connected: [" : "forward: [";
            names += (names.empty() ? setting : ", ") + source_of(item);
        }
        return names.empty() ? route : "write `" + names + "]`";
    }

    void forward(const Member& member) {
        for (const auto& item : chain_of(context_, member)) {
            gateway_.forward.push_back(item.function);
            const auto& function = context_.appliance.functions[item.function];
            if (function.kind == model::FunctionKind::nat)
                report(Kind::wrong_function_type, item.value->span,
                       quoted(function.name) + " is a Nat, and `forward` takes Filters",
                       "put it on a `prerouting` or `postrouting` chain");
        }
    }

    void add_route(model::Route route, const syntax::Span& span) {
        gateway_.routes.push_back(std::move(route));
        route_spans_.push_back(span);
    }

    /// The list that a name stands for; what is no such name stands for itself.
    const syntax::Value& list_behind(const syntax::Value& value) {
        const auto* path = std::get_if<syntax::Path>(&value.is);
        const auto* element = path == nullptr ? nullptr : context_.scope.find(path->parts.front().text);
        if (element == nullptr || element->type != ElementType::untyped) return value;
        const auto settled = settle(context_, value);
        const auto* literal = std::get_if<const syntax::Value*>(&settled);
        return literal != nullptr && std::holds_alternative<syntax::List>((*literal)->is) ? **literal : value;
    }

    /// The Ifaces' own networks.
    void connected(const syntax::Value& value) {
        std::map<model::IfaceId, syntax::Span> named;
        for (const auto* item : items_of(list_behind(value))) {
            const auto id = iface_of(context_, {nullptr, item});
            if (!id) continue;
            if (const auto [first, is_new] = named.emplace(*id, item->span); !is_new) {
                context_.report(Kind::named_twice, item->span, text_of(*item) + " stands here twice",
                                "leave one of them out", {{first->second, "the first one"}});
                continue;
            }
            const auto& iface = context_.appliance.ifaces[*id];
            const bool leased = iface.config != model::IfaceConfig::fixed;
            if (leased || iface.ipv4)
                add_route({.name = "",
                           .place = place_of(item->span),
                           .destination = iface.ipv4 ? iface.ipv4->network : model::Ipv4Prefix{},
                           .iface = *id,
                           .nexthop = std::nullopt,
                           .cost = 1,
                           .connected = true},
                          item->span);
            else if (context_.ifaces_without_address.contains(*id))
                report(Kind::missing_member, item->span,
                       "Iface " + quoted(iface.name) + " has no network to route to",
                       "give it `address` and `netmask`");
        }
    }

    /// `key`: what it is called, if it has a name; `span`: what it says.
    void route(const syntax::Name* key, const syntax::Span& span, const syntax::Object& object) {
        const auto errors = context_.diagnostics.error_count();
        const ObjectReader reader(context_, object, "a route", keys::route);
        const auto net = reader["net"], host = reader["host"], netmask = reader["netmask"],
                   iface = reader["iface"];
        if (net && host)
            report(Kind::conflicting_members, host.key->span,
                   "a route is to a `net` or to a `host`, not both");
        const auto destination = net ? net : host;
        const auto address = destination ? address_of(context_, destination) : std::nullopt;
        std::string missing;
        if (reader.lacks("net") && reader.lacks("host")) missing = " no `net` or `host`";
        if (reader.lacks("netmask") && (!destination || address))
            missing += (missing.empty() ? "" : " and") + std::string(" no `netmask`");
        const bool is_iface_as_nexthop = iface_as_nexthop(reader);
        if (reader.lacks("iface") && !is_iface_as_nexthop)
            missing += (missing.empty() ? "" : " and") + std::string(" no `iface`");
        if (!missing.empty())
            report(Kind::missing_member, span,
                   (key == nullptr ? "this route" : "route " + quoted(key->text)) + " has" + missing,
                   host && missing == " no `netmask`"
                       ? "write `netmask: 255.255.255.255`"
                       : "a route is `{ net: 10.0.0.0, netmask: 255.0.0.0, iface: eth0 }`, with a `nexthop` "
                         "where another router comes first");
        const auto length = netmask ? netmask_of(context_, netmask) : std::nullopt;
        std::optional<model::IfaceId> id;
        if (iface) id = iface_of(context_, iface);
        const auto nexthop =
            reader["nexthop"] && !is_iface_as_nexthop ? router_of(context_, reader["nexthop"]) : std::nullopt;
        const auto cost = reader["cost"] ? integer_of(context_, reader["cost"], 0,
                                                      std::numeric_limits<std::uint32_t>::max())
                                         : std::nullopt;
        if (id && nexthop) check_nexthop(reader["nexthop"], *id, *nexthop);
        if (!address || !length || !id) return;
        model::Route made;
        const auto& place = key == nullptr ? span : key->span;
        made.name = key == nullptr ? "" : key->text;
        made.place = place_of(place);
        made.destination = masked(destination, address.value(), length.value());
        made.iface = id.value();
        made.nexthop = nexthop;
        made.cost = static_cast<std::uint32_t>(cost.value_or(1));
        const bool is_sound = context_.diagnostics.error_count() == errors && !context_.is_faulty(made.iface);
        if (reader.lacks("nexthop") && is_sound) check_way(iface, made);
        add_route(std::move(made), place);
    }

    /// `nexthop: lan`, which is told.
    bool iface_as_nexthop(const ObjectReader& reader) {
        const auto nexthop = reader["nexthop"];
        const auto* element = nexthop ? declared_as(context_, *nexthop.value) : nullptr;
        if (element == nullptr || element->type != ElementType::iface) return false;
        context_.report(Kind::wrong_member_type, nexthop.value->span,
                        "`nexthop` is an address, and " + text_of(*nexthop.value) + " is an Iface",
                        reader.lacks("iface")
                            ? "write `iface: " + element->name.text + "`"
                            : "write the address of the next router, or leave it out where there is none",
                        note_of_declaration(context_, *nexthop.value));
        return true;
    }

    /// Without a next hop packets go to the Iface's gateway, but for those to its own network.
    void check_way(const Member& member, const model::Route& route) {
        const auto& iface = context_.appliance.ifaces[route.iface];
        if (iface.config != model::IfaceConfig::fixed || !iface.ipv4 || iface.ipv4->gateway) return;
        const auto& network = iface.ipv4->network;
        const auto& to = route.destination;
        if (to.length >= network.length && network.contains(to.address)) return;
        report(Kind::outside_network, member.value->span,
               "there is neither a `nexthop` here nor a `gateway` in " + quoted(iface.name) +
                   ": only what is in its own network, " +
                   quoted(dotted(network.address) + "/" + std::to_string(network.length)) + ", is reached",
               "write `nexthop: …` with the address of the next router");
    }

    model::Ipv4Prefix masked(const Member& member, std::uint32_t address, std::uint8_t length) {
        model::Ipv4Prefix prefix{0, length};
        prefix.address = address & prefix.mask();
        if (prefix.address != address)
            report(Kind::host_bits_set, member.value->span,
                   quoted(dotted(address)) + " has bits beyond its netmask, which are ignored",
                   "the network is " + quoted(dotted(prefix.address) + "/" + std::to_string(length)));
        return prefix;
    }

    void check_nexthop(const Member& member, model::IfaceId id, std::uint32_t nexthop) {
        for (const auto& own : context_.appliance.ifaces)
            if (own.ipv4 && own.ipv4->address == nexthop)
                return report(
                    Kind::outside_network, member.value->span,
                    quoted(dotted(nexthop)) + " is the address of our own Iface " + quoted(own.name),
                    "a next hop is another router; without one packets go straight to their destination");
        const auto& iface = context_.appliance.ifaces[id];
        if (iface.ipv4 && !iface.ipv4->network.contains(nexthop))
            report(Kind::outside_network, member.value->span,
                   "the next hop " + quoted(dotted(nexthop)) + " is not in the network of " +
                       quoted(iface.name) + ", " +
                       quoted(dotted(iface.ipv4->network.address) + "/" +
                              std::to_string(iface.ipv4->network.length)));
    }

    void finish() {
        check_routes(context_, gateway_, route_spans_);
        context_.appliance.gateway = std::move(gateway_);
    }

    Context& context_;
    const Element& element_;
    model::Gateway gateway_;
    std::vector<syntax::Span> route_spans_;
};

} // namespace

void define_gateway(Context& context, const Element& element) {
    if (const auto* list = std::get_if<syntax::List>(&element.value.is))
        return GatewayBuilder(context, element).from_list(*list);
    if (const auto* object = std::get_if<syntax::Object>(&element.value.is))
        return GatewayBuilder(context, element).from_object(*object);
    report_no_object(context, element, "an object or a list of routes");
}

} // namespace sema
