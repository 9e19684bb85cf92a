// Packets as Tests write them: `{ ip: { saddr: 10.0.0.1 }, tcp: { dport: 80 } }`.
#pragma once
#include "compiler/sema/object.hpp"

namespace sema {

/// What an object says of a packet. `what`: "a packet", for messages; `others`: keys that are read elsewhere.
model::PacketSpec packet_of(Context& context, const syntax::Object& object, std::string_view what,
                            const std::vector<std::string>& others = {});

} // namespace sema
