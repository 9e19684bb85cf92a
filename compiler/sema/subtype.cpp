#include "compiler/sema/subtype.hpp"

#include "compiler/model/subtypes.hpp"

#include <array>

namespace sema {

namespace {

using model::Layer;

constexpr std::array subtypes = {Layer::ip, Layer::tcp, Layer::udp, Layer::icmp};

std::optional<Layer> layer_named(std::string_view subtype) {
    const auto wanted = lower(subtype);
    for (const auto layer : subtypes)
        if (lower(model::subtype_of(layer)) == wanted) return layer;
    return std::nullopt;
}

} // namespace

const std::vector<std::string>& subtype_names() {
    static const auto names = [] {
        std::vector<std::string> result;
        for (const auto layer : subtypes) result.emplace_back(model::subtype_of(layer));
        return result;
    }();
    return names;
}

std::optional<Layer> layer_of(Context& context, const syntax::Name& subtype) {
    const auto layer = layer_named(subtype.text);
    if (layer) return layer;
    const auto near = did_you_mean(subtype.text, subtype_names());
    context.report(syntax::Kind::unknown_subtype, subtype.span, "there is no subtype " + quoted(subtype.text),
                   near.empty() ? "subtypes are " + all_of(subtype_names()) : near);
    return std::nullopt;
}

std::optional<Layer> layer_of(Context& context, const syntax::Function& function) {
    return function.name ? layer_of(context, function.subtype) : layer_named(function.subtype.text);
}

Layer reading_layer(const syntax::Name& subtype) {
    const auto* meant = misspelt(subtype.text, subtype_names());
    return layer_named(meant == nullptr ? subtype.text : *meant).value_or(Layer::meta);
}

bool can_hold(Layer outer, Layer inner) {
    return outer == Layer::ip || outer == Layer::meta || inner == Layer::ip || inner == outer;
}

} // namespace sema
