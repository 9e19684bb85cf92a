// Load_balancer: connections to one port spread over a pool of servers.
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

namespace sema {

namespace {

constexpr std::int64_t sessions_max = 16'777'216;

class LoadBalancerCheck {
public:
    LoadBalancerCheck(Context& context, const Element& element) : context_(context), element_(element) {}

    void run(const syntax::Object& object) {
        const ObjectReader reader(context_, object, "a Load_balancer", {"layer", "clients", "servers"},
                                  false);
        if (const auto layer = need(reader, "layer", "")) word_of(context_, layer, {"tcp"});
        if (const auto clients = need(reader, "clients", ""))
            if (const auto* members = object_of(context_, clients)) check_clients(*members);
        if (const auto servers = need(reader, "servers", ""))
            if (const auto* members = object_of(context_, servers)) check_servers(*members);
    }

private:
    Member need(const ObjectReader& reader, std::string_view key, const std::string& where) {
        const auto member = reader[key];
        if (reader.lacks(key))
            context_.report(syntax::Kind::missing_member, element_.name.span,
                            "Load_balancer " + quoted(element_.name.text) + " has no " +
                                quoted(where + std::string(key)));
        return member;
    }

    void check_clients(const syntax::Object& object) {
        const ObjectReader reader(context_, object, "`clients`",
                                  {"iface", "port", "wait_queue_limit", "session_limit"}, ignore_case);
        if (const auto iface = need(reader, "iface", "clients.")) iface_of(context_, iface);
        if (const auto port = need(reader, "port", "clients.")) integer_of(context_, port, 0, 65535);
        for (const auto* key : {"wait_queue_limit", "session_limit"})
            if (const auto limit = reader[key]) integer_of(context_, limit, 0, sessions_max);
    }

    void check_servers(const syntax::Object& object) {
        const ObjectReader reader(context_, object, "`servers`", {"iface", "algorithm", "pool"}, ignore_case);
        if (const auto iface = need(reader, "iface", "servers.")) iface_of(context_, iface);
        if (const auto algorithm = need(reader, "algorithm", "servers."))
            word_of(context_, algorithm, {"round_robin"});
        const auto pool = need(reader, "pool", "servers.");
        const auto* list = pool ? list_of(context_, pool) : nullptr;
        if (list == nullptr) return;
        for (const auto& item : list->items)
            if (const auto* node = object_of(context_, {pool.key, &item})) check_node(*node, item.span);
    }

    void check_node(const syntax::Object& object, const syntax::Span& span) {
        const ObjectReader reader(context_, object, "a server of the pool", {"address", "port"});
        for (const auto* key : {"address", "port"})
            if (reader.lacks(key))
                context_.report(syntax::Kind::missing_member, span, "this server has no " + quoted(key));
        if (const auto address = reader["address"]) address_of(context_, address);
        if (const auto port = reader["port"]) integer_of(context_, port, 0, 65535);
    }

    /// As in the baseline, where the two may be given by name and are then read in any case.
    static constexpr bool ignore_case = true;

    Context& context_;
    const Element& element_;
};

} // namespace

void define_load_balancer(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    context.pending("Load_balancer", element.name.span);
    LoadBalancerCheck(context, element).run(*object);
}

} // namespace sema
