#include "compiler/sema/scope.hpp"

#include "compiler/sema/suggest.hpp"

#include <utility>

namespace sema {

std::string_view name_of(ElementType type) {
    switch (type) {
    case ElementType::untyped:
        return "value";
    case ElementType::filter:
        return "Filter";
    case ElementType::nat:
        return "Nat";
    case ElementType::assertion:
        return "Assert";
    case ElementType::iface:
        return "Iface";
    case ElementType::gateway:
        return "Gateway";
    case ElementType::conntrack:
        return "Conntrack";
    case ElementType::load_balancer:
        return "Load_balancer";
    case ElementType::syslog:
        return "Syslog";
    case ElementType::timer:
        return "Timer";
    case ElementType::limit:
        return "Limit";
    case ElementType::test:
        return "Test";
    case ElementType::unsupported:
        return "declaration";
    }
    return {};
}

std::string with_article(ElementType type) {
    const bool vowel = type == ElementType::iface || type == ElementType::assertion;
    return (vowel ? "an " : "a ") + std::string(name_of(type));
}

bool keys_ignore_case(ElementType type) {
    return type == ElementType::iface || type == ElementType::gateway || type == ElementType::timer ||
           type == ElementType::limit || type == ElementType::test;
}

const Element* Scope::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &elements_[found->second];
}

Element* Scope::find(std::string_view name) { return const_cast<Element*>(std::as_const(*this).find(name)); }

std::vector<std::string> Scope::names() const {
    std::vector<std::string> names;
    for (const auto& [name, index] : index_) names.push_back(name);
    return names;
}

void Scope::add(Element element) {
    index_.emplace(element.name.text, elements_.size());
    add_hidden(std::move(element));
}

void Scope::add_hidden(Element element) { elements_.push_back(std::move(element)); }

Keys::Keys(const syntax::Object& object, bool ignore_case) : ignore_case_(ignore_case) {
    for (const auto& pair : object.pairs) add(pair.key.text);
}

std::string Keys::spelt(std::string_view key) const { return ignore_case_ ? lower(key) : std::string(key); }

std::optional<std::size_t> Keys::find(std::string_view key) const {
    const auto found = index_.find(spelt(key));
    if (found == index_.end()) return std::nullopt;
    return found->second;
}

void Keys::add(std::string_view key) { index_.try_emplace(spelt(key), count_++); }

const syntax::Pair* find_pair(const syntax::Object& object, std::string_view key, bool ignore_case) {
    for (const auto& pair : object.pairs)
        if (ignore_case ? lower(pair.key.text) == lower(key) : pair.key.text == key) return &pair;
    return nullptr;
}

} // namespace sema
