// The typed objects, one file each: they read their merged element and put what it says into the model.
#pragma once
#include "compiler/sema/context.hpp"

namespace sema {

/// Gives every Iface its id, so that all can be referred to.
void declare_ifaces(Context& context);
void define_iface(Context& context, const Element& element);
/// Two Ifaces on one NIC, one address or network twice.
void check_ifaces(Context& context);

/// After all Ifaces: routes lead to their networks.
void define_gateway(Context& context, const Element& element);
void define_conntrack(Context& context, const Element& element);
void define_load_balancer(Context& context, const Element& element);
void define_syslog(Context& context, const Element& element);
void define_timer(Context& context, const Element& element);
/// Gives every Limit its id and reads it: conditions refer to it, and to its key.
void define_limits(Context& context);
/// After all functions: the ids of its verdicts come behind theirs.
void define_assert(Context& context, const Element& element);
void define_test(Context& context, const Element& element);

/// Translations that stand on a chain where they can do nothing, and `iface.out` where it is not known yet.
void check_chains(Context& context);

/// Elements that nothing refers to, and chains that let everything in. After everything else.
void check_risks(Context& context);

/// The object of an element, written out where it is declared; nothing after a message when it is none.
const syntax::Object* object_value(Context& context, const Element& element);
/// About an element whose value is not what is wanted.
void report_no_object(Context& context, const Element& element, const std::string& wanted);

} // namespace sema
