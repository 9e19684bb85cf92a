#include "compiler/sema/sort.hpp"

#include "compiler/sema/habits.hpp"
#include "compiler/sema/resolve.hpp"
#include "compiler/syntax/words.hpp"

#include <algorithm>
#include <array>

namespace sema {

namespace {

using model::FieldKind;

/// What a name, or the first of several values, is in the end; nothing where it cannot be known here.
class Sort {
public:
    explicit Sort(const Context& context) : context_(context) {}

    std::optional<FieldKind> of(const syntax::Value& value) {
        if (++depth_ > value_depth_max) return std::nullopt;
        if (const auto* path = std::get_if<syntax::Path>(&value.is)) return of_name(*path, value);
        if (const auto* list = std::get_if<syntax::List>(&value.is))
            return list->items.empty() ? std::nullopt : of(list->items.front());
        if (std::holds_alternative<syntax::Integer>(value.is) ||
            std::holds_alternative<syntax::IntegerRange>(value.is))
            return FieldKind::number;
        if (std::holds_alternative<syntax::Address>(value.is) ||
            std::holds_alternative<syntax::Cidr>(value.is) ||
            std::holds_alternative<syntax::AddressRange>(value.is))
            return FieldKind::address;
        return std::nullopt;
    }

private:
    std::optional<FieldKind> of_name(const syntax::Path& path, const syntax::Value& value) {
        const auto* element = context_.scope.find(path.parts.front().text);
        if (path.parts.size() == 2 && element != nullptr && element->type == ElementType::iface) {
            constexpr std::array<std::string_view, 4> members = {"address", "netmask", "gateway", "dns"};
            const bool is_address = std::ranges::find(members, lower(path.parts[1].text)) != members.end();
            return is_address ? std::optional(FieldKind::address) : std::nullopt;
        }
        if (path.parts.size() > 1) return std::nullopt;
        if (element == nullptr) {
            const auto* constant = constant_named(path.parts.front().text);
            return constant == nullptr ? std::nullopt : std::optional(constant->kind);
        }
        if (element->type == ElementType::iface) return FieldKind::iface;
        return element->type == ElementType::untyped && &element->value != &value ? of(element->value)
                                                                                  : std::nullopt;
    }

    const Context& context_;
    std::size_t depth_ = 0;
};

} // namespace

bool may_be_value_of(const Context& context, model::Field field, const syntax::Value& value) {
    const auto sort = Sort(context).of(value);
    if (!sort) return true;
    const auto kind = info(field).kind;
    const bool is_counted = kind != FieldKind::address && kind != FieldKind::iface &&
                            kind != FieldKind::mac && kind != FieldKind::state;
    return *sort == kind || (*sort == FieldKind::number && is_counted);
}

std::string condition_for(const Context& context, const syntax::Value& value) {
    const auto sort = Sort(context).of(value);
    const auto* element = declared_as(context, value);
    const auto source = source_of(value);
    if (sort == FieldKind::iface) return "write `iface.in == " + source + "`";
    if (sort == FieldKind::address) {
        const auto& is = element == nullptr ? value.is : element->value.is;
        const bool is_one = std::holds_alternative<syntax::Address>(is) ||
                            (element == nullptr && std::holds_alternative<syntax::Path>(is));
        const auto asked = (is_one ? " == " : " in ") + source;
        return "ask where packets come from or go to: `ip.saddr" + asked + "` or `ip.daddr" + asked + "`";
    }
    const auto* path = std::get_if<syntax::Path>(&value.is);
    const auto* constant = element != nullptr || path == nullptr || path->parts.size() > 1
                               ? nullptr
                               : constant_named(path->parts.front().text);
    return constant == nullptr ? "" : hint_for_bare(*constant);
}

} // namespace sema
