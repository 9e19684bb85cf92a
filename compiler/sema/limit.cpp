// Limit: a token bucket for each value of a key.
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

namespace sema {

namespace {

using syntax::Kind;

constexpr std::int64_t rate_max = 1'000'000'000;
constexpr std::int64_t burst_max = 1'000'000;
constexpr std::int64_t keys_max = 1'048'576;

std::optional<std::uint32_t> period_of(Context& context, const Member& member) {
    const auto word = word_of(context, member, {"second", "minute", "hour", "day"});
    if (!word) return std::nullopt;
    return *word == "second" ? 1u : *word == "minute" ? 60u : *word == "hour" ? 3600u : 86400u;
}

/// Any packet property: its value says which bucket a packet takes from.
std::optional<model::Field> key_of(Context& context, const Member& member) {
    const auto settled = settle(context, *member.value);
    if (const auto* field = std::get_if<model::Field>(&settled)) return *field;
    if (!std::holds_alternative<Poison>(settled))
        context.report(Kind::wrong_member_type, member.value->span,
                       "`key` is a packet property, and " + text_of(*member.value) + " is " + kind_of(settled),
                       "write `key: ip.saddr` for a bucket for each source, or leave it out for one bucket");
    return std::nullopt;
}

std::uint32_t number_or(Context& context, const Member& member, std::int64_t max, std::uint32_t otherwise) {
    if (!member) return otherwise;
    return static_cast<std::uint32_t>(integer_of(context, member, 1, max).value_or(otherwise));
}

void define_limit(Context& context, const Element& element, model::Limit& limit) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    const ObjectReader reader(context, *object, "a Limit", keys::limit);
    const auto rate = reader["rate"];
    const auto* text = rate ? std::get_if<syntax::String>(&rate.value->is) : nullptr;
    const auto slash = text == nullptr ? std::string::npos : text->text.find('/');
    if (slash != std::string::npos)
        return context.report(Kind::wrong_member_type, rate.value->span,
                              "`rate` is a number, and the time stands in a member of its own",
                              "write `rate: " + text->text.substr(0, slash) + ", per: " +
                                  text->text.substr(slash + 1) + "`");
    for (const auto* key : {"rate", "per"})
        if (reader.lacks(key))
            context.report(Kind::missing_member, element.heading,
                           "Limit " + quoted(element.name.text) + " has no " + quoted(key),
                           "write `rate: 10, per: minute` for ten packets a minute");
    limit.rate = number_or(context, reader["rate"], rate_max, 1);
    if (const auto per = reader["per"]) limit.period_s = period_of(context, per).value_or(1);
    limit.burst = number_or(context, reader["burst"], burst_max,
                            std::min(limit.rate, static_cast<std::uint32_t>(burst_max)));
    if (const auto key = reader["key"]) limit.key = key_of(context, key);
    limit.size = number_or(context, reader["size"], keys_max, limit.size);
}

} // namespace

void define_limits(Context& context) {
    std::vector<const Element*> elements;
    for (const auto& element : context.scope.elements()) {
        if (element.type != ElementType::limit) continue;
        context.limit_ids[&element] = static_cast<model::LimitId>(elements.size());
        elements.push_back(&element);
        auto& limit = context.appliance.limits.emplace_back();
        limit.name = element.name.text;
        limit.place = place_of(element.name.span);
    }
    for (std::size_t id = 0; id < elements.size(); ++id)
        define_limit(context, *elements[id], context.appliance.limits[id]);
}

} // namespace sema
