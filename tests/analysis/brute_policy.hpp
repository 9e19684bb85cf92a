// Random policies over a few values of many fields, and every packet of those values: for trying all of them.
#pragma once
#include "compiler/model/appliance.hpp"
#include "harness/dice.hpp"

#include <array>
#include <string>
#include <vector>

namespace brute {

/// A packet as a function reads it: a value for each field. Those of headers that it has not are not read.
struct Packet {
    std::array<model::Value, model::field_table.size()> values{};

    model::Value& operator[](model::Field field) { return values[static_cast<std::size_t>(field)]; }
    model::Value operator[](model::Field field) const { return values[static_cast<std::size_t>(field)]; }
};

/// A policy of three Filters, two on several chains, and Nats where it translates; with Asserts about its
/// chains and a path.
std::string random_policy(harness::Dice& dice, bool translates);

/// Packets for a chain of it, as they can come there: "prerouting" of an Iface, "forward".
std::vector<Packet> packets_at_prerouting(model::IfaceId iface);
std::vector<Packet> packets_at_forward();

} // namespace brute
