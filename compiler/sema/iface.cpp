// Iface: one attachment to a network.
#include "compiler/model/nics.hpp"
#include "compiler/sema/mac.hpp"
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;

constexpr std::string_view index_hint =
    "write `index: 0` for the first NIC, or `index: \"c0:01:0a:00:00:2a\"` for the one with that MAC";
constexpr std::int64_t nic_index_max = 254; // the data plane counts NICs in a byte
constexpr std::size_t ifaces_max = 250;
constexpr std::size_t nics_max = 16;
constexpr std::int64_t queue_packets_max = 1'000'000;

/// Of two Ifaces with one name; that is the mistake, and not what they have in common.
bool is_second(const Context& context, const Element& element) {
    return context.scope.find(element.name.text) != &element;
}

class IfaceBuilder {
public:
    IfaceBuilder(Context& context, const Element& element, const syntax::Object& object)
        : context_(context), element_(element),
          reader_(context, object, "an Iface", keys::iface),
          iface_(context.appliance.ifaces[context.iface_ids.at(&element)]) {}

    void build() {
        nic();
        if (const auto member = reader_["config"]) config(member);
        if (const auto member = reader_["vlan"]) vlan(member);
        addresses();
        if (const auto member = reader_["masquerade"]) masquerade(member);
        if (const auto member = reader_["rpf"]; member && word_of(context_, member, {"strict"}))
            iface_.strict_rpf = true;
        iface_.send_queue_limit = limit("send_queue_limit");
        iface_.buffer_limit = limit("buffer_limit");
        chain("prerouting", model::Hook::prerouting);
        chain("input", model::Hook::input);
        chain("output", model::Hook::output);
        chain("postrouting", model::Hook::postrouting);
    }

private:
    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {}) {
        context_.report(kind, span, std::move(message), std::move(hint));
    }

    void missing(const std::string& what, std::string hint) {
        report(Kind::missing_member, element_.value.span,
               "Iface " + quoted(element_.name.text) + " has no " + what, std::move(hint));
    }

    void nic() {
        const auto member = reader_["index"];
        if (!member && !reader_.lacks("index")) return;
        if (!member) return missing("`index`", std::string(index_hint));
        const auto settled = settle(context_, *member.value, std::string(index_hint));
        const auto* value = std::get_if<const syntax::Value*>(&settled);
        const auto* text = value == nullptr ? nullptr : std::get_if<syntax::String>(&(*value)->is);
        if (text == nullptr) {
            if (const auto index = integer_of(context_, member, 0, nic_index_max, std::string(index_hint)))
                set_nic(static_cast<std::uint32_t>(*index));
        } else if (const auto mac = parse_mac(text->text))
            set_nic(*mac);
        else
            report_bad_mac(context_, text_of(**value), member.value->span, std::string(index_hint));
    }

    void set_nic(std::variant<std::uint32_t, model::Mac> nic) {
        iface_.nic = nic;
        if (!is_second(context_, element_)) context_.ifaces_with_nic.insert(&element_);
    }

    void config(const Member& member) {
        const auto word = word_of(context_, member, {"dhcp", "dhcp-with-fallback", "static"});
        config_is_known_ = word.has_value();
        if (!word || *word == "static") return;
        iface_.config = *word == "dhcp" ? model::IfaceConfig::dhcp : model::IfaceConfig::dhcp_with_fallback;
    }

    void vlan(const Member& member) {
        std::vector<std::string> limits;
        for (const auto* key : {"send_queue_limit", "buffer_limit"})
            if (reader_[key]) limits.emplace_back(key);
        if (!limits.empty())
            report(Kind::conflicting_members, element_.value.span,
                   "Iface " + quoted(element_.name.text) + " is a VLAN, which has no " + one_of(limits) +
                       " of its own",
                   "set it on the Iface without `vlan` on the same NIC");
        const auto* number = std::get_if<syntax::Integer>(&member.value->is);
        const bool is_none = number != nullptr && number->value == 0;
        const auto id = integer_of(context_, member, 1, 4094,
                                   is_none ? "packets without a tag are in no VLAN: leave `vlan` out" : "");
        if (!id) {
            context_.ifaces_with_nic.erase(&element_);
            return;
        }
        iface_.vlan = static_cast<std::uint16_t>(*id);
    }

    void addresses() {
        const bool dhcp = iface_.config == model::IfaceConfig::dhcp;
        if (dhcp) check_leased();
        if (is_word_dhcp(reader_["address"])) return;
        const auto address = reader_["address"] ? host_of(context_, reader_["address"]) : std::nullopt;
        const auto mask_member = reader_["netmask"];
        const auto mask = mask_member ? netmask_of(context_, mask_member) : std::nullopt;
        const auto gateway = reader_["gateway"] ? router_of(context_, reader_["gateway"]) : std::nullopt;
        const auto dns_member = reader_["dns"];
        const auto dns = dns_member ? address_of(context_, dns_member) : std::nullopt;
        if (dhcp || !both_or_neither()) return;
        if (!reader_["address"]) return without_address();
        if (!address || !mask) return;
        model::Ipv4Prefix network{0, *mask};
        network.address = *address & network.mask();
        check_host_in(network, *address);
        iface_.ipv4 = model::Ipv4Config{*address, network, gateway, dns};
        if (gateway == address)
            report(Kind::outside_network, reader_["gateway"].value->span,
                   "the gateway " + quoted(dotted(*gateway)) + " is " + quoted(element_.name.text) +
                       " itself",
                   "write the address of the router, or leave `gateway` out");
        else if (gateway && !network.contains(*gateway))
            report(Kind::outside_network, reader_["gateway"].value->span,
                   "the gateway " + quoted(dotted(*gateway)) + " is not in the network of " +
                       quoted(element_.name.text) + ", " +
                       quoted(dotted(network.address) + "/" + std::to_string(network.length)));
    }

    /// What a lease says need not be set, and cannot be for a VLAN.
    void check_leased() {
        std::vector<std::string> keys;
        for (const auto* key : {"address", "netmask", "gateway", "dns"})
            if (reader_[key]) keys.emplace_back(key);
        const auto hint = "write `config: dhcp-with-fallback` to use it when there is no answer";
        if (reader_["vlan"] && !keys.empty())
            return report(Kind::conflicting_members, reader_["config"].value->span,
                          "a VLAN that uses DHCP cannot have " + one_of(keys), hint);
        for (const auto& key : keys)
            report(Kind::unused_setting, reader_[key].key->span,
                   quoted(key) + " is not used: the address is leased", hint);
    }

    /// Networks of one or two addresses have neither a name nor a broadcast address (RFC 3021).
    void check_host_in(const model::Ipv4Prefix& network, std::uint32_t address) {
        const bool is_first = address == network.address;
        const bool is_last = address == (network.address | ~network.mask());
        if (network.length > 30 || (!is_first && !is_last)) return;
        report(Kind::address_of_network, reader_["address"].value->span,
               quoted(dotted(address)) + " is the " + (is_first ? "address" : "broadcast address") +
                   " of the whole network " +
                   quoted(dotted(network.address) + "/" + std::to_string(network.length)) +
                   ": other hosts may refuse to answer it",
               "write one of the addresses between its first and its last");
    }

    /// `address: dhcp`, `address: "auto"`.
    bool is_word_dhcp(const Member& address) {
        const auto* path = address ? std::get_if<syntax::Path>(&address.value->is) : nullptr;
        const auto* string = address ? std::get_if<syntax::String>(&address.value->is) : nullptr;
        const auto word = path != nullptr     ? to_string(*path)
                          : string != nullptr ? string->text
                                              : std::string();
        const std::vector<std::string> words = {"dhcp", "auto", "automatic", "dynamic"};
        if (misspelt(word, words) == nullptr || (path != nullptr && context_.scope.find(word) != nullptr))
            return false;
        report(Kind::unknown_word, address.value->span, "`address` cannot be " + text_of(*address.value),
               "write `config: dhcp`");
        context_.bad_members.insert(address.value);
        return true;
    }

    bool both_or_neither() {
        const auto address = reader_["address"], netmask = reader_["netmask"];
        if (is_network(address)) return true;
        if (address && reader_.lacks("netmask"))
            missing("`netmask`, but an `address`",
                    "write `netmask: 255.255.255.0`, or whatever the network has");
        if (netmask && reader_.lacks("address"))
            missing("`address`, but a `netmask`", "write `address: …`, or leave the netmask out");
        return static_cast<bool>(address) == static_cast<bool>(netmask);
    }

    void without_address() {
        if (!config_is_known_) return;
        if (reader_.lacks("address") && element_.value_is_known)
            context_.ifaces_without_address.insert(context_.iface_ids.at(&element_));
        if (iface_.config == model::IfaceConfig::dhcp_with_fallback)
            return missing("`address` and `netmask` to fall back to", "write both, or `config: dhcp`");
        if (iface_.vlan) return missing("`address` and `netmask`", "a VLAN needs both, or `config: dhcp`");
        for (const auto* key : {"gateway", "dns"})
            if (const auto member = reader_[key])
                report(Kind::unused_setting, member.key->span,
                       quoted(key) + " is not used: the Iface has no address");
    }

    void masquerade(const Member& member) {
        iface_.masquerade = boolean_of(context_, member).value_or(false);
    }

    std::optional<std::uint32_t> limit(std::string_view key) {
        const auto member = reader_[key];
        if (!member) return std::nullopt;
        const auto packets = integer_of(context_, member, 0, queue_packets_max);
        if (!packets) return std::nullopt;
        return static_cast<std::uint32_t>(*packets);
    }

    void chain(std::string_view key, model::Hook hook) {
        const auto member = reader_[key];
        if (!member) return;
        auto& functions = iface_.chains[static_cast<std::size_t>(hook)];
        for (const auto& item : chain_of(context_, member)) functions.push_back(item.function);
    }

    Context& context_;
    const Element& element_;
    ObjectReader reader_;
    model::Iface& iface_;
    bool config_is_known_ = true;
};

std::string text_of_nic(const model::Iface& iface) {
    if (const auto* index = std::get_if<std::uint32_t>(&iface.nic)) return "NIC " + std::to_string(*index);
    return "the NIC with that MAC";
}

/// Reports the first Iface that is one too many.
void check_count(Context& context, const std::vector<const Element*>& elements) {
    std::vector<model::NicSelector> nics;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        const auto& nic = context.appliance.ifaces[i].nic;
        const bool is_new = context.ifaces_with_nic.contains(elements[i]) &&
                            std::find(nics.begin(), nics.end(), nic) == nics.end();
        if (is_new) nics.push_back(nic);
        const auto& name = elements[i]->name;
        if (nics.size() > nics_max)
            return context.report(Kind::too_many_ifaces, name.span,
                                  quoted(name.text) + " needs one NIC more than the " +
                                      std::to_string(nics_max) + " that an appliance has at most",
                                  "put several VLANs on one NIC, or divide the policy between appliances");
        if (i == ifaces_max)
            return context.report(Kind::too_many_ifaces, name.span,
                                  quoted(name.text) + " is one Iface more than the " +
                                      std::to_string(ifaces_max) + " that an appliance has at most",
                                  "divide the policy between appliances");
    }
}

syntax::Note declared_here(const Element& element) {
    return {element.name.span, quoted(element.name.text) + " is declared here"};
}

/// The value of `index`, or the name where it is set in no ordinary way.
const syntax::Span& index_of(const Element& element) {
    const auto* object = std::get_if<syntax::Object>(&element.value.is);
    const auto* index = object == nullptr ? nullptr : find_pair(*object, "index", true);
    return index == nullptr ? element.name.span : index->value.span;
}

void check_nic(Context& context, const std::vector<const Element*>& elements, std::size_t i) {
    const auto& b = context.appliance.ifaces[i];
    if (!context.ifaces_with_nic.contains(elements[i])) return;
    for (std::size_t j = 0; j < i; ++j) {
        const auto& a = context.appliance.ifaces[j];
        if (!context.ifaces_with_nic.contains(elements[j]) || a.nic != b.nic || a.vlan != b.vlan) continue;
        return context.report(Kind::duplicate_nic, index_of(*elements[i]),
                              quoted(a.name) + " and " + quoted(b.name) + " are both " +
                                  (a.vlan ? "VLAN " + std::to_string(*a.vlan) + " on " : "") + text_of_nic(a),
                              "give them different values of `index`, or different VLANs",
                              {declared_here(*elements[j])});
    }
}

/// One warning for an Iface, with all that it shares addresses with.
void check_network(Context& context, const std::vector<const Element*>& elements, std::size_t i) {
    const auto& b = context.appliance.ifaces[i];
    if (!b.ipv4) return;
    std::vector<std::string> same, overlapping;
    std::vector<syntax::Note> notes;
    for (std::size_t j = 0; j < i; ++j) {
        const auto& a = context.appliance.ifaces[j];
        if (!a.ipv4) continue;
        if (!a.ipv4->network.overlaps(b.ipv4->network)) continue;
        (a.ipv4->address == b.ipv4->address ? same : overlapping).push_back(a.name);
        notes.push_back(declared_here(*elements[j]));
    }
    if (notes.empty()) return;
    const auto one =
        same.empty() ? "the network of " + quoted(b.name) + " overlaps with that of " + all_of(overlapping)
                     : quoted(b.name) + " has the same address as " + all_of(same);
    context.report(Kind::duplicate_network, elements[i]->name.span, one,
                   "give each Iface a network of its own, so that it is clear by which one a packet leaves",
                   std::move(notes));
}

} // namespace

void declare_ifaces(Context& context) {
    for (const auto& element : context.scope.elements()) {
        if (element.type != ElementType::iface) continue;
        context.iface_ids[&element] = static_cast<model::IfaceId>(context.appliance.ifaces.size());
        auto& iface = context.appliance.ifaces.emplace_back();
        iface.name = element.name.text;
        iface.place = place_of(element.name.span);
    }
}

void define_iface(Context& context, const Element& element) {
    if (const auto* path = std::get_if<syntax::Path>(&element.value.is);
        path != nullptr && context.scope.find(path->parts.front().text) == nullptr) {
        const syntax::Name config{"config", element.value.span};
        const Member member{&config, &element.value};
        if (path->parts.size() == 1)
            word_of(context, member, {"dhcp", "dhcp-with-fallback", "static"});
        else
            settle(context, element.value);
        return;
    }
    if (const auto* object = object_value(context, element)) IfaceBuilder(context, element, *object).build();
}

void check_ifaces(Context& context) {
    std::vector<const Element*> elements(context.iface_ids.size());
    for (const auto& [element, id] : context.iface_ids) elements[id] = element;
    check_count(context, elements);
    // Those beyond the limit are one mistake; comparing all with all would take long.
    for (std::size_t i = 0; i < std::min(elements.size(), ifaces_max); ++i) {
        if (is_second(context, *elements[i])) continue;
        check_nic(context, elements, i);
        check_network(context, elements, i);
    }
}

} // namespace sema
