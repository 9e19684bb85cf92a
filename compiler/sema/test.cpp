// Test: packets, and what must happen to them.
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/paths.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/sema/test_packet.hpp"

#include <algorithm>

namespace sema {

namespace {

using syntax::Kind;

constexpr std::int64_t wait_max_s = 1'000'000'000;

const std::vector<std::string> step_keys = {"iface", "packet", "pcap", "state", "expect", "reason", "out", "log"};

class TestBuilder {
public:
    TestBuilder(Context& context, const Element& element) : context_(context), element_(element) {
        scenario_.name = element.name.text;
        scenario_.place = place_of(element.name.span);
    }

    std::optional<model::Scenario> build(const syntax::Object& object) {
        const auto errors = context_.diagnostics.error_count();
        const auto* steps = find_steps(object);
        const auto* own = find_step_key(object);
        if (steps != nullptr && own != nullptr)
            report(Kind::conflicting_members, own->key.span,
                   "a Test has either `steps` or one packet, and this one has both",
                   "make it a step: `steps: [{ iface: …, packet: { … }, expect: … }]`");
        std::vector<std::string> keys = {"chain", "function", "lease", "steps"};
        if (steps == nullptr || own != nullptr) keys.insert(keys.begin(), step_keys.begin(), step_keys.end());
        const ObjectReader reader(context_, object, steps == nullptr ? "a Test" : "a Test with `steps`", keys);
        scope(reader["chain"], reader["function"]);
        if (const auto member = reader["lease"]) leases(member);
        if (steps == nullptr && !reader.lacks("steps")) return std::nullopt; // it is misspelt
        if (steps == nullptr) {
            const auto step = send(reader, element_.heading, "Test " + quoted(element_.name.text));
            scenario_.steps.push_back({step, scenario_.place});
        } else if (const auto* list = list_of(context_, {&steps->key, &steps->value})) {
            for (const auto& item : list->items) add_step(item);
            if (context_.diagnostics.error_count() == errors) check_sends(*list, steps->value.span);
        }
        if (context_.diagnostics.error_count() > errors) return std::nullopt;
        return std::move(scenario_);
    }

private:
    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {}) {
        context_.report(kind, span, std::move(message), std::move(hint));
    }

    /// What narrows a Test to less than the whole appliance.
    void scope(const Member& chain, const Member& function) {
        is_narrow_ = chain || function;
        is_about_function_ = static_cast<bool>(function);
        if (chain && function)
            report(Kind::conflicting_members, function.key->span,
                   "a Test is about a `chain` or about a `function`, not both");
        if (chain) {
            const auto* path = std::get_if<syntax::Path>(&chain.value->is);
            if (path == nullptr)
                report(Kind::wrong_member_type, chain.value->span,
                       "`chain` names a chain, and " + text_of(*chain.value) + " is " + kind_of(*chain.value),
                       "write `chain: eth0.prerouting`");
            else if (const auto name = chain_named(context_, *path))
                std::visit([&](const auto& about) { scenario_.about = about; }, *name);
        }
        if (function)
            if (const auto id = function_of(context_, function)) scenario_.about = *id;
    }

    /// `steps`, or a list under a key that is misspelt for it.
    static const syntax::Pair* find_steps(const syntax::Object& object) {
        if (const auto* steps = find_pair(object, "steps", true)) return steps;
        for (const auto& pair : object.pairs)
            if (std::holds_alternative<syntax::List>(pair.value.is) &&
                misspelt(pair.key.text, {"steps"}) != nullptr)
                return &pair;
        return nullptr;
    }

    /// What belongs to a step, and stands beside `steps`.
    static const syntax::Pair* find_step_key(const syntax::Object& object) {
        for (const auto& pair : object.pairs)
            if (std::ranges::find(step_keys, lower(pair.key.text)) != step_keys.end()) return &pair;
        return nullptr;
    }

    void leases(const Member& member) {
        for (const auto* item : items_of(*member.value)) {
            const auto* object = object_of(context_, {member.key, item});
            if (object != nullptr) lease(*object, item->span);
        }
    }

    void lease(const syntax::Object& object, const syntax::Span& span) {
        const ObjectReader reader(context_, object, "a lease", {"iface", "address", "netmask", "gateway", "dns"});
        for (const auto* key : {"address", "netmask"})
            if (reader.lacks(key)) report(Kind::missing_member, span, "this lease has no " + quoted(key));
        const auto iface = leasing_iface(reader["iface"], span);
        const auto address_member = reader["address"], mask_member = reader["netmask"];
        if (!iface || !address_member || !mask_member) return;
        const auto address = host_of(context_, address_member);
        const auto mask = netmask_of(context_, mask_member);
        if (!address || !mask) return;
        model::Lease made{*iface, {*address, {0, *mask}, {}, {}}};
        made.config.network.address = *address & made.config.network.mask();
        if (const auto other = in_its_network(made)) {
            report(Kind::refused_lease, address_member.value->span,
                   "the network of this lease overlaps with that of " + quoted(context_.appliance.ifaces[*other].name) +
                       ", so it is refused",
                   "give it a network of its own");
            return;
        }
        if (const auto gateway = reader["gateway"]) made.config.gateway = router_of(context_, gateway);
        if (const auto dns = reader["dns"]) made.config.dns = address_of(context_, dns);
        scenario_.leases.push_back(made);
    }

    /// Another Iface whose network, or whose lease in this Test, shares addresses with that of a lease.
    std::optional<model::IfaceId> in_its_network(const model::Lease& lease) const {
        const auto& network = lease.config.network;
        const auto& ifaces = context_.appliance.ifaces;
        for (model::IfaceId id = 0; id < ifaces.size(); ++id)
            if (id != lease.iface && ifaces[id].ipv4 && ifaces[id].ipv4->network.overlaps(network)) return id;
        for (const auto& other : scenario_.leases)
            if (other.iface != lease.iface && other.config.network.overlaps(network)) return other.iface;
        return std::nullopt;
    }

    /// The Iface that is named, or the only one there is with DHCP.
    std::optional<model::IfaceId> leasing_iface(const Member& named, const syntax::Span& span) {
        const auto& ifaces = context_.appliance.ifaces;
        const auto leases = [](const model::Iface& iface) { return iface.config != model::IfaceConfig::fixed; };
        if (!named) {
            if (std::ranges::count_if(ifaces, leases) == 1)
                return static_cast<model::IfaceId>(std::ranges::find_if(ifaces, leases) - ifaces.begin());
            const bool none = std::ranges::none_of(ifaces, leases);
            const bool is_meant = std::ranges::any_of(
                context_.iface_ids, [&](const auto& iface) { return context_.faulty.contains(iface.first); });
            if (none && is_meant) return std::nullopt; // one of those with a mistake may be the one
            report(Kind::missing_member, span,
                   none ? "there is a lease, and no Iface uses DHCP"
                        : "this lease does not say whose it is, and several Ifaces use DHCP",
                   none ? "write `config: dhcp` in an Iface, or leave the lease out"
                        : "write `iface: …` with the name of one of them");
            return std::nullopt;
        }
        const auto id = iface_of(context_, named);
        if (!id || leases(ifaces[*id])) return id;
        if (context_.is_faulty(*id)) return std::nullopt; // DHCP may have been meant
        report(Kind::conflicting_members, named.value->span,
               quoted(ifaces[*id].name) + " has a fixed address, and leases none");
        return std::nullopt;
    }

    /// A step that was refused may have been the one that sends.
    void check_sends(const syntax::List& list, const syntax::Span& span) {
        const bool sends = std::ranges::any_of(
            scenario_.steps, [](const auto& step) { return std::holds_alternative<model::SendStep>(step.is); });
        if (sends) return;
        report(Kind::missing_member, span,
               list.items.empty() ? "this Test has no steps"
                                  : "this Test only waits, and sends no packet: it tests nothing",
               "add a step such as `{ iface: …, packet: { … }, expect: drop }`");
    }

    void add_step(const syntax::Value& item) {
        const syntax::Name name{"step", item.span};
        const auto* object = object_of(context_, {&name, &item});
        if (object == nullptr) return;
        const bool is_misspelt =
            object->pairs.size() == 1 && nearest(lower(object->pairs.front().key.text), {"wait"}) != nullptr;
        if (find_pair(*object, "wait", true) == nullptr && !is_misspelt) {
            const ObjectReader reader(context_, *object, "a step of a Test", step_keys);
            scenario_.steps.push_back({send(reader, item.span, "this step"), place_of(item.span)});
            return;
        }
        const ObjectReader reader(context_, *object, "a step that waits", {"wait"});
        const auto wait = reader["wait"];
        if (const auto seconds = wait ? integer_of(context_, wait, 0, wait_max_s) : std::nullopt)
            scenario_.steps.push_back(
                {model::WaitStep{static_cast<model::Value>(*seconds)}, place_of(item.span)});
    }

    /// What is there is read, whatever is missing: a Test with a mistake is not kept.
    model::SendStep send(const ObjectReader& reader, const syntax::Span& span, const std::string& what) {
        check_complete(reader, span, what);
        model::SendStep step;
        if (const auto member = reader["iface"]) step.iface = iface_of(context_, member);
        if (const auto member = reader["packet"])
            if (const auto* object = object_of(context_, member)) {
                step.packet = packet_of(context_, *object, "a packet");
                if (!step.iface) check_frame(*object);
            }
        if (const auto member = reader["pcap"]) step.pcap = capture(member, reader["packet"]);
        if (const auto member = reader["state"]) step.state = state(member);
        const auto expected = reader["expect"] ? expectation(reader["expect"]) : std::nullopt;
        step.expect = expected.value_or(model::Expect::drop);
        if (const auto member = reader["reason"]) step.reason = reason(member, step.expect);
        if (const auto member = reader["out"]) step.out = out(member);
        if (const auto member = reader["log"]) step.log = log(member);
        return step;
    }

    /// A function or chain sees the frame of a packet that came in, and nothing may say that it did.
    void check_frame(const syntax::Object& packet) {
        const auto* frame = find_pair(packet, "eth", true);
        const auto* chain = std::get_if<model::IfaceChain>(&scenario_.about);
        const bool comes_in =
            chain != nullptr && (chain->hook == model::Hook::prerouting || chain->hook == model::Hook::input);
        if (frame == nullptr || !is_narrow_ || comes_in) return;
        report(Kind::unused_setting, frame->key.span,
               "`eth` is not used: nothing says where the packet came in",
               "write `iface: …` with the name of an Iface");
    }

    void check_complete(const ObjectReader& reader, const syntax::Span& span, const std::string& what) {
        std::vector<std::string> missing;
        std::string cure;
        const auto need = [&](const std::string& key, const std::string& value) {
            if (!reader.lacks(key)) return;
            missing.push_back(key);
            cure += (cure.empty() ? "" : ", ") + key + ": " + value;
        };
        const auto iface = iface_of_sender(reader["packet"]);
        if (!is_narrow_) need("iface", iface.empty() ? "…" : iface);
        if (!reader["pcap"]) need("packet", "{ ip: { saddr: 10.0.0.2, daddr: 10.0.0.1 } }");
        need("expect", "accept");
        if (missing.empty()) return;
        const bool only_verdict = cure == "expect: accept";
        const bool is_open = missing.front() == "iface" && iface.empty();
        report(Kind::missing_member, span, what + " has no " + one_of(missing),
               "write `" + cure + "`" +
                   (only_verdict ? ", `expect: drop` or `expect: reject`"
                    : is_open    ? " with the name of the Iface by which the packet comes"
                                 : ""));
    }

    /// The only Iface there is, or the one in whose network the sender is; empty where neither is known.
    std::string iface_of_sender(const Member& packet) const {
        const auto& ifaces = context_.appliance.ifaces;
        if (ifaces.size() == 1) return ifaces.front().name;
        const auto* header = packet ? member_of(*packet.value, "ip") : nullptr;
        const auto* saddr = header == nullptr ? nullptr : member_of(*header, "saddr");
        const auto* address = saddr == nullptr ? nullptr : std::get_if<syntax::Address>(&behind(*saddr).is);
        const auto knows = [&](const model::Iface& iface) {
            return address != nullptr && iface.ipv4 && iface.ipv4->network.contains(address->ipv4) &&
                   iface.ipv4->address != address->ipv4;
        };
        return std::ranges::count_if(ifaces, knows) == 1 ? std::ranges::find_if(ifaces, knows)->name : std::string();
    }

    /// What a name stands for, if it is written in one step.
    const syntax::Value& behind(const syntax::Value& value) const {
        const auto* element = declared_as(context_, value);
        return element == nullptr ? value : element->value;
    }

    const syntax::Value* member_of(const syntax::Value& value, std::string_view key) const {
        const auto* object = std::get_if<syntax::Object>(&behind(value).is);
        const auto* pair = object == nullptr ? nullptr : find_pair(*object, key, true);
        return pair == nullptr ? nullptr : &pair->value;
    }

    std::optional<std::string> capture(const Member& member, const Member& packet) {
        if (packet)
            report(Kind::conflicting_members, member.key->span,
                   "a step sends one `packet`, or those of a `pcap`, not both");
        const auto name = string_of(context_, member);
        if (!name) return std::nullopt;
        const auto path = inside(context_.folders[member.value->span.file], *name);
        if (is_file(path)) return path;
        report(Kind::unreadable_file, member.value->span, quoted(path) + " cannot be read",
               "paths are relative to the file that names them");
        return std::nullopt;
    }

    std::optional<model::State> state(const Member& member) {
        if (!is_narrow_) {
            report(Kind::conflicting_members, member.key->span,
                   "the state of a flow comes from the packets before this one",
                   "send those first in `steps`, or test one `chain` or `function`");
            return std::nullopt;
        }
        const std::vector<std::string> words(model::state_names.begin(), model::state_names.end());
        const auto word = word_of(context_, member, words);
        if (!word) return std::nullopt;
        return static_cast<model::State>(std::ranges::find(words, *word) - words.begin());
    }

    std::optional<model::Expect> expectation(const Member& member) {
        using enum model::Expect;
        std::vector<model::Expect> possible = {accept, drop, reject};
        if (is_about_function_) possible.push_back(next);
        if (!is_narrow_) possible.push_back(hold);
        std::vector<std::string> words;
        for (const auto expect : possible) words.emplace_back(model::name(expect));
        const auto word = word_of(context_, member, words);
        if (!word) return std::nullopt;
        return possible[static_cast<std::size_t>(std::ranges::find(words, *word) - words.begin())];
    }

    std::optional<model::Reason> reason(const Member& member, model::Expect expect) {
        if (expect != model::Expect::drop && expect != model::Expect::reject) {
            report(Kind::conflicting_members, member.key->span,
                   "a packet that is not dropped has no `reason`", "leave it out, or expect a `drop`");
            return std::nullopt;
        }
        const std::vector<std::string> words(model::reason_names.begin(), model::reason_names.end());
        const auto word = word_of(context_, member, words);
        if (!word) return std::nullopt;
        const auto reason = model::reason_named(*word);
        if ((expect == model::Expect::reject) == (reason == model::Reason::reject)) return reason;
        report(Kind::conflicting_members, member.key->span,
               "`reject` is the `reason` of what is expected to be rejected, and of nothing else",
               expect == model::Expect::reject ? "leave it out, or expect a `drop`"
                                               : "leave it out, or expect a `reject`");
        return std::nullopt;
    }

    std::optional<model::OutSpec> out(const Member& member) {
        if (is_narrow_) {
            report(Kind::conflicting_members, member.key->span,
                   "nothing is sent on in a Test of one chain or function", "leave it out");
            return std::nullopt;
        }
        const auto* named = declared_as(context_, *member.value);
        const bool is_iface = named != nullptr && named->type == ElementType::iface;
        const auto* object = object_of(
            context_, member, is_iface ? "write `out: { iface: " + source_of(*member.value) + " }`" : "");
        if (object == nullptr) return std::nullopt;
        model::OutSpec result;
        result.packet = packet_of(context_, *object, "`out`", {"iface"});
        if (const auto* iface = find_pair(*object, "iface", true))
            result.iface = iface_of(context_, {&iface->key, &iface->value});
        return result;
    }

    std::vector<std::string> log(const Member& member) {
        std::vector<std::string> texts;
        for (const auto* item : items_of(*member.value))
            if (const auto text = string_of(context_, {member.key, item})) texts.push_back(*text);
        return texts;
    }

    Context& context_;
    const Element& element_;
    model::Scenario scenario_;
    // Also when what they name is a mistake.
    bool is_narrow_ = false;
    bool is_about_function_ = false;
};

} // namespace

void define_test(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    if (auto scenario = TestBuilder(context, element).build(*object))
        context.appliance.tests.push_back(std::move(*scenario));
}

} // namespace sema
