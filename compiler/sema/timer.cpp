// Timer: what is printed every so many seconds.
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

namespace sema {

void define_timer(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    context.pending("Timer", element.name.span);
    const ObjectReader reader(context, *object, "a Timer", {"interval", "data"});
    for (const auto* key : {"interval", "data"})
        if (reader.lacks(key))
            context.report(syntax::Kind::missing_member, element.name.span,
                           "Timer " + quoted(element.name.text) + " has no " + quoted(key));
    if (const auto interval = reader["interval"]) integer_of(context, interval, 1, 31'536'000);
    const auto data = reader["data"];
    const auto* list = data ? list_of(context, data) : nullptr;
    if (list == nullptr) return;
    for (const auto& item : list->items)
        word_of(context, {data.key, &item},
                {"timestamp", "stats", "memory", "cpu", "lb", "stack-sampling", "timers"});
}

} // namespace sema
