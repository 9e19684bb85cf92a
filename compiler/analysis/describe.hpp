// A box of packets in words: "tcp from 10.0.0.0/24 to 192.0.2.1 port 80, 443".
#pragma once
#include "compiler/symbolic/space.hpp"

namespace analysis {

/// `appliance`: whose Ifaces the Space numbers. Variables that are no fields are left out.
std::string describe(const symbolic::Space& space, const model::Appliance& appliance, const symbolic::Box& box);

/// A field's value as people write it: "10.0.0.1", "80", of an Iface its name.
std::string text_of(const model::Appliance& appliance, model::Field field, model::Value value);

} // namespace analysis
