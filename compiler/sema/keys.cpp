#include "compiler/sema/keys.hpp"

#include "compiler/sema/suggest.hpp"

#include <algorithm>

namespace sema::keys {

namespace {

const Table* below_conntrack(const std::vector<syntax::Name>& names, std::size_t depth) {
    if (depth == 1) return &conntrack;
    if (names[1].text != "timeout") return nullptr;
    return depth == 2 ? &timeouts : &protocols;
}

const Table* below_load_balancer(const std::vector<syntax::Name>& names, std::size_t depth) {
    if (depth == 1) return &load_balancer;
    return names[1].text == "clients" ? &clients : names[1].text == "servers" ? &servers : nullptr;
}

} // namespace

const Table* at(ElementType type, const std::vector<syntax::Name>& names, std::size_t depth) {
    switch (type) {
    case ElementType::iface:
        return &iface;
    case ElementType::gateway:
        return depth == 1 || contains(settings, lower(names[1].text)) ? nullptr : &route;
    case ElementType::conntrack:
        return below_conntrack(names, depth);
    case ElementType::load_balancer:
        return below_load_balancer(names, depth);
    case ElementType::syslog:
        return &syslog;
    case ElementType::timer:
        return &timer;
    case ElementType::limit:
        return &limit;
    default:
        return nullptr;
    }
}

std::optional<std::size_t> depth_of(ElementType type) {
    switch (type) {
    case ElementType::iface:
    case ElementType::syslog:
    case ElementType::timer:
    case ElementType::limit:
        return 2;
    case ElementType::gateway:
    case ElementType::load_balancer:
        return 3;
    case ElementType::conntrack:
        return 4;
    default:
        return std::nullopt;
    }
}

bool contains(const Table& table, std::string_view key) {
    return std::find(table.begin(), table.end(), key) != table.end();
}

} // namespace sema::keys
