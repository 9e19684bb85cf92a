// Test: packets, and what must happen to them.
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/set.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema {

namespace {

using model::Layer;
using syntax::Kind;

constexpr std::array<std::string_view, 5> narrow_keys = {"chain", "function", "state", "lease", "pcap"};
constexpr std::int64_t wait_max_s = 1'000'000'000;

/// The fields that an object `layer: { … }` can set, and the keys of it that have to wait.
std::vector<std::string> keys_of(const std::string& layer) {
    std::vector<std::string> keys;
    for (const auto& field : model::field_table)
        if (field.layer != Layer::meta && field.name.starts_with(layer + '.'))
            keys.emplace_back(field.name.substr(layer.size() + 1));
    return keys;
}

class TestBuilder {
public:
    explicit TestBuilder(Context& context) : context_(context) {}

    std::optional<model::Scenario> build(const Element& element, const syntax::Object& object) {
        model::Scenario scenario{element.name.text, place_of(element.name.span), {}};
        if (refused(object)) return std::nullopt;
        const auto* steps = find_pair(object, "steps", true);
        if (steps == nullptr) {
            if (auto step = send(object, element.name.span, "Test " + quoted(element.name.text)))
                scenario.steps.push_back({std::move(*step), place_of(element.name.span)});
            return scenario;
        }
        if (const auto* own = find_step_key(object)) {
            report(Kind::conflicting_members, own->key.span,
                   "a Test has either `steps` or one packet, and this one has both",
                   "make it a step: `steps: [{ iface: …, packet: { … }, expect: … }]`");
            return std::nullopt;
        }
        const ObjectReader reader(context_, object, "a Test with `steps`", {"steps"});
        const auto* list = list_of(context_, {&steps->key, &steps->value});
        if (list == nullptr) return std::nullopt;
        const auto errors = context_.diagnostics.error_count();
        for (const auto& item : list->items) add_step(item, scenario);
        const bool sends = std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const auto& step) {
            return std::holds_alternative<model::SendStep>(step.is);
        });
        // A step that was refused may have been the one that sends.
        if (!sends && context_.diagnostics.error_count() == errors)
            report(Kind::missing_member, steps->value.span,
                   list->items.empty() ? "this Test has no steps"
                                       : "this Test only waits, and sends no packet: it tests nothing",
                   "add a step such as `{ iface: …, packet: { … }, expect: drop }`");
        return scenario;
    }

private:
    void report(Kind kind, const syntax::Span& span, std::string message, std::string hint = {}) {
        context_.report(kind, span, std::move(message), std::move(hint));
    }

    /// What narrows a Test to less than the whole appliance comes later.
    bool refused(const syntax::Object& object) {
        bool found = false;
        for (const auto& pair : object.pairs)
            if (std::find(narrow_keys.begin(), narrow_keys.end(), lower(pair.key.text)) !=
                narrow_keys.end()) {
                context_.not_yet_supported("Test { " + lower(pair.key.text) + ": … }", pair.key.span);
                found = true;
            }
        return found;
    }

    /// What belongs to a step, and stands beside `steps`.
    static const syntax::Pair* find_step_key(const syntax::Object& object) {
        for (const auto& pair : object.pairs)
            for (const std::string_view key : {"iface", "packet", "expect", "reason", "out", "log"})
                if (lower(pair.key.text) == key) return &pair;
        return nullptr;
    }

    void add_step(const syntax::Value& item, model::Scenario& scenario) {
        const syntax::Name name{"step", item.span};
        const auto* object = object_of(context_, {&name, &item});
        if (object == nullptr || refused(*object)) return;
        if (find_pair(*object, "wait", true) == nullptr) {
            if (auto step = send(*object, item.span, "this step"))
                scenario.steps.push_back({std::move(*step), place_of(item.span)});
            return;
        }
        const ObjectReader reader(context_, *object, "a step that waits", {"wait"});
        const auto seconds = integer_of(context_, reader["wait"], 0, wait_max_s);
        if (seconds)
            scenario.steps.push_back(
                {model::WaitStep{static_cast<model::Value>(*seconds)}, place_of(item.span)});
    }

    std::optional<model::SendStep> send(const syntax::Object& object, const syntax::Span& span,
                                        const std::string& what) {
        const ObjectReader reader(context_, object, "a step of a Test",
                                  {"iface", "packet", "expect", "reason", "out", "log"});
        bool complete = true;
        for (const auto* key : {"iface", "packet", "expect"})
            if (!reader[key]) {
                if (reader.lacks(key)) report(Kind::missing_member, span, what + " has no " + quoted(key));
                complete = false;
            }
        if (!complete) return std::nullopt;
        model::SendStep step;
        const auto iface = iface_of(context_, reader["iface"]);
        step.iface = iface.value_or(0);
        step.packet = packet(reader["packet"]);
        const auto expected = word_of(context_, reader["expect"], {"accept", "drop", "reject"});
        if (expected)
            step.expect = *expected == "accept" ? model::Expect::accept
                          : *expected == "drop" ? model::Expect::drop
                                                : model::Expect::reject;
        if (const auto member = reader["reason"]; member && expected)
            step.reason = reason(member, step.expect);
        if (const auto member = reader["out"]) step.out = out(member);
        if (const auto member = reader["log"]) step.log = log(member);
        return step;
    }

    std::optional<model::Reason> reason(const Member& member, model::Expect expect) {
        if (expect == model::Expect::accept) {
            report(Kind::conflicting_members, member.key->span, "a packet that is accepted has no `reason`",
                   "leave it out, or expect a `drop`");
            return std::nullopt;
        }
        const std::vector<std::string> words(model::reason_names.begin(), model::reason_names.end());
        const auto word = word_of(context_, member, words);
        return word ? model::reason_named(*word) : std::nullopt;
    }

    std::optional<model::OutSpec> out(const Member& member) {
        const auto* object = object_of(context_, member);
        if (object == nullptr) return std::nullopt;
        model::OutSpec result;
        if (const auto* iface = find_pair(*object, "iface", true))
            result.iface = iface_of(context_, {&iface->key, &iface->value});
        read_packet(*object, "`out`", true, result.packet);
        return result;
    }

    std::vector<std::string> log(const Member& member) {
        std::vector<std::string> texts;
        for (const auto* item : items_of(*member.value))
            if (const auto text = string_of(context_, {member.key, item})) texts.push_back(*text);
        return texts;
    }

    model::PacketSpec packet(const Member& member) {
        model::PacketSpec result;
        if (const auto* object = object_of(context_, member)) read_packet(*object, "a packet", false, result);
        return result;
    }

    void read_packet(const syntax::Object& object, std::string_view what, bool with_iface,
                     model::PacketSpec& packet) {
        std::vector<std::string> keys = {"ip", "tcp", "udp", "icmp", "payload"};
        if (with_iface) keys.insert(keys.begin(), "iface");
        syntax::Object known;
        for (const auto& pair : object.pairs) {
            const auto key = lower(pair.key.text);
            if (key == "eth" || key == "vlan" || key == "options")
                context_.not_yet_supported("packet: { " + key + ": … }", pair.key.span);
            else
                known.pairs.push_back(pair);
        }
        const ObjectReader reader(context_, known, what, keys);
        if (const auto member = reader["ip"]) read_fields(member, packet);
        const std::array<std::pair<std::string_view, Layer>, 3> transports = {
            {{"tcp", Layer::tcp}, {"udp", Layer::udp}, {"icmp", Layer::icmp}}};
        for (const auto& [key, layer] : transports) {
            const auto member = reader[key];
            if (!member) continue;
            if (packet.transport)
                report(Kind::conflicting_members, member.key->span,
                       "a packet has one of `tcp`, `udp` and `icmp`");
            packet.transport = layer;
            read_fields(member, packet);
        }
        if (const auto member = reader["payload"]) packet.payload = string_of(context_, member);
    }

    void read_fields(const Member& member, model::PacketSpec& packet) {
        const auto layer = lower(member.key->text);
        const auto* object = object_of(context_, member);
        if (object == nullptr) return;
        syntax::Object known;
        for (const auto& pair : object->pairs) {
            if (lower(pair.key.text) == "options")
                context_.not_yet_supported("packet: { " + layer + ": { options: … } }", pair.key.span);
            else
                known.pairs.push_back(pair);
        }
        const ObjectReader reader(context_, known, quoted(layer), keys_of(layer));
        for (const auto& pair : known.pairs)
            if (const auto field = model::field_named(layer + '.' + lower(pair.key.text));
                field && info(*field).layer != Layer::meta)
                if (const auto value = field_value(*field, pair.value))
                    packet.fields.push_back({*field, *value});
    }

    std::optional<model::Value> field_value(model::Field field, const syntax::Value& value) {
        if (info(field).kind == model::FieldKind::flags) return flag_bits(context_, value, value.span);
        const auto leaves = flatten(context_, value);
        if (!leaves) return std::nullopt;
        const auto interval =
            leaves->size() == 1 ? interval_of(context_, field, leaves->front(), value.span) : std::nullopt;
        if (leaves->size() == 1 && !interval) return std::nullopt;
        if (!interval || interval->low != interval->high) {
            report(Kind::wrong_member_type, value.span,
                   quoted(info(field).name) + " of a packet has one value, and " + text_of(value) +
                       " has not");
            return std::nullopt;
        }
        if (interval->low % info(field).scale == 0) return interval->low;
        report(Kind::value_out_of_range, value.span,
               quoted(info(field).name) + " cannot equal " + std::to_string(interval->low) +
                   ": it is a multiple of " + std::to_string(info(field).scale));
        return std::nullopt;
    }

    Context& context_;
};

} // namespace

void define_test(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    if (auto scenario = TestBuilder(context).build(element, *object))
        context.appliance.tests.push_back(std::move(*scenario));
}

} // namespace sema
