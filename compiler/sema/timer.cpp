// Timer: what is printed every so many seconds.
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

#include <algorithm>
#include <set>

namespace sema {

namespace {

/// `data: all`
bool is_unknown(const Context& context, const syntax::Path& path, const std::vector<std::string>& words) {
    const auto& name = path.parts.front().text;
    return path.parts.size() == 1 && context.scope.find(name) == nullptr &&
           !context.scope.refused_names.contains(name) && std::ranges::find(words, lower(name)) == words.end();
}

} // namespace

void define_timer(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    const ObjectReader reader(context, *object, "a Timer", keys::timer);
    for (const auto* key : {"interval", "data"})
        if (reader.lacks(key))
            context.report(syntax::Kind::missing_member, element.heading,
                           "Timer " + quoted(element.name.text) + " has no " + quoted(key),
                           "write `Timer " + element.name.text + " { interval: 60, data: [stats] }`");
    model::Timer timer;
    timer.name = element.name.text;
    timer.place = place_of(element.name.span);
    if (const auto interval = reader["interval"])
        timer.interval_s = static_cast<std::uint32_t>(integer_of(context, interval, 1, 31'536'000).value_or(1));
    const auto data = reader["data"];
    const std::vector<std::string> words(std::begin(model::timer_data_names), std::end(model::timer_data_names));
    const auto* lone = data ? std::get_if<syntax::Path>(&data.value->is) : nullptr;
    if (lone != nullptr && is_unknown(context, *lone, words))
        return context.report(syntax::Kind::unknown_word, data.value->span, "`data` cannot be " + text_of(*data.value),
                              "write a list of " + all_of(words));
    const auto* list = data ? list_of(context, data) : nullptr;
    if (list == nullptr) return;
    std::set<model::TimerData> wanted; // its order is the one in which they are printed
    for (const auto& item : list->items)
        if (const auto word = word_of(context, {data.key, &item}, words))
            wanted.insert(static_cast<model::TimerData>(std::ranges::find(words, *word) - words.begin()));
    timer.data.assign(wanted.begin(), wanted.end());
    context.appliance.timers.push_back(std::move(timer));
}

} // namespace sema
