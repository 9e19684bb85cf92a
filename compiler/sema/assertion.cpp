// Assert: a claim about a chain, or about the path from one Iface to another.
#include "compiler/sema/function.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

namespace sema {

void define_assert(Context& context, const Element& element) {
    auto made = assertion_of(context, element);
    const auto& target = element.function->target;
    if (!target) {
        if (!element.name.text.empty()) // else that has been said
            context.report(
                syntax::Kind::missing_member, element.name.span,
                "Assert " + quoted(element.name.text) + " does not say what it is about",
                "write `Assert::" + element.function->subtype.text + " " + element.name.text +
                    "(eth0.prerouting) { … }` for a chain, or `(eth0 -> eth1)` for a path");
        return;
    }
    if (!target->to) {
        const auto chain = chain_named(context, target->from);
        if (!chain || !made) return;
        std::visit([&](const auto& about) { made->about = about; }, *chain);
    } else {
        const auto from = iface_named(context, target->from);
        const auto to = iface_named(context, *target->to);
        if (!from || !to || !made) return;
        made->about = model::Assert::Path{*from, *to};
    }
    context.appliance.asserts.push_back(std::move(*made));
}

} // namespace sema
