// The members that typed objects, and the objects in them, have.
#pragma once
#include "compiler/sema/scope.hpp"

#include <optional>

namespace sema::keys {

using Table = std::vector<std::string>;

inline const Table iface = {"index",     "address", "netmask",          "gateway",      "dns",
                            "config",    "vlan",    "masquerade",       "rpf",          "send_queue_limit",
                            "buffer_limit", "prerouting", "input",      "output",       "postrouting"};
inline const Table settings = {"forward", "send_time_exceeded", "connected"}; ///< of a Gateway, beside its routes
inline const Table route = {"net", "host", "netmask", "iface", "nexthop", "cost"};
inline const Table conntrack = {"limit", "reserve", "stateful_tcp", "drop_invalid", "timeout"};
inline const Table timeouts = {"established", "confirmed", "unconfirmed"};
inline const Table protocols = {"tcp", "udp", "icmp"};
inline const Table load_balancer = {"layer", "clients", "servers"};
inline const Table clients = {"iface", "port", "wait_queue_limit", "session_limit"};
inline const Table servers = {"iface", "algorithm", "pool"};
inline const Table syslog = {"address", "port"};
inline const Table timer = {"interval", "data"};
inline const Table limit = {"rate", "per", "burst", "key", "size"};

/// Those of the object that the first `depth` names lead to, in an element of that type; null where any may be.
const Table* at(ElementType type, const std::vector<syntax::Name>& names, std::size_t depth);

/// How many names lead to the innermost members of such an element; nothing where it is not typed.
std::optional<std::size_t> depth_of(ElementType type);

bool contains(const Table& table, std::string_view key);

} // namespace sema::keys
