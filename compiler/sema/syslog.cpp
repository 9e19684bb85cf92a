// Syslog: the server that `syslog` statements send to.
#include "compiler/sema/keys.hpp"
#include "compiler/sema/object.hpp"
#include "compiler/sema/objects.hpp"
#include "compiler/sema/suggest.hpp"

namespace sema {

void define_syslog(Context& context, const Element& element) {
    const auto* object = object_value(context, element);
    if (object == nullptr) return;
    const ObjectReader reader(context, *object, "Syslog", keys::syslog, false);
    std::vector<std::string> missing;
    if (reader.lacks("address")) missing.emplace_back("address");
    if (reader.lacks("port") && !may_hold_port(reader["address"])) missing.emplace_back("port");
    if (!missing.empty())
        context.report(syntax::Kind::missing_member, element.heading,
                       "Syslog " + quoted(element.name.text) + " has no " + one_of(missing),
                       "write `Syslog " + element.name.text + " { address: 10.0.0.5, port: 514 }`");
    model::Syslog syslog;
    syslog.place = place_of(element.name.span);
    if (const auto address = reader["address"]) syslog.address = host_of(context, address).value_or(0);
    if (const auto port = reader["port"]) syslog.port = port_of(context, port).value_or(0);
    context.appliance.syslog = syslog;
}

} // namespace sema
