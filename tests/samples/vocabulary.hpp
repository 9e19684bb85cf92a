// What the compiler itself says that the language has: it is asked with a word that nothing resembles.
#pragma once
#include "compiler/syntax/diagnostic.hpp"

#include <set>
#include <string>

namespace samples {

using Words = std::set<std::string>;

/// The words that the hint of such a message offers in place of `zzzzzzzz`; throws when there are none.
Words offered(const std::string& policy, syntax::Kind kind);

/// An object with keys, and a policy that gives it one that it has not.
struct Owner {
    std::string_view path; ///< "Conntrack.timeout"; `*` is the name of a route
    std::string_view policy;
};

inline constexpr std::string_view iface = "Iface eth0 { index: 0 }\n";

inline constexpr Owner owners[] = {
    {"Iface", "Iface x { index: 0, zzzzzzzz: 1 }"},
    {"Gateway.*", "Iface eth0 { index: 0 } Gateway g { r: { zzzzzzzz: 1 } }"},
    {"Conntrack", "Conntrack c { zzzzzzzz: 1 }"},
    {"Conntrack.timeout", "Conntrack c { timeout: { zzzzzzzz: 1 } }"},
    {"Conntrack.timeout.established", "Conntrack c { timeout: { established: { zzzzzzzz: 1 } } }"},
    {"Conntrack.timeout.confirmed", "Conntrack c { timeout: { confirmed: { zzzzzzzz: 1 } } }"},
    {"Conntrack.timeout.unconfirmed", "Conntrack c { timeout: { unconfirmed: { zzzzzzzz: 1 } } }"},
    {"Load_balancer", "Load_balancer l { zzzzzzzz: 1 }"},
    {"Load_balancer.clients", "Load_balancer l { clients: { zzzzzzzz: 1 } }"},
    {"Load_balancer.servers", "Load_balancer l { servers: { zzzzzzzz: 1 } }"},
    {"Load_balancer.servers.pool", "Load_balancer l { servers: { pool: [{ zzzzzzzz: 1 }] } }"},
    {"Syslog", "Syslog s { zzzzzzzz: 1 }"},
    {"Timer", "Timer t { zzzzzzzz: 1 }"},
    {"Limit", "Limit l { zzzzzzzz: 1 }"},
    {"Test", "Test t { zzzzzzzz: 1 }"},
    {"Test", "Test t { steps: [], zzzzzzzz: 1 }"},
    {"Test.steps", "Test t { steps: [{ zzzzzzzz: 1 }] }"},
    {"Test.steps", "Test t { steps: [{ wait: 1, zzzzzzzz: 1 }] }"},
    {"Test.lease", "Test t { lease: { zzzzzzzz: 1 } }"},
    {"Test.packet", "Iface eth0 { index: 0 } Test t { iface: eth0, expect: drop, packet: { zzzzzzzz: 1 } }"},
    {"Test.out",
     "Iface eth0 { index: 0 } Test t { iface: eth0, expect: drop, packet: {}, out: { zzzzzzzz: 1 } }"},
};

} // namespace samples
