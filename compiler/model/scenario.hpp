// A `Test` object of the policy: what must happen to a packet, or to a series of them.
// It is called a Scenario here, since a Test is the atom of a condition.
#pragma once
#include "compiler/model/decision.hpp"
#include "compiler/model/reason.hpp"

namespace model {

struct FieldValue {
    Field field{};
    Value value = 0;
};

/// A packet as a Test writes it; what is unsaid gets the defaults of the language.
struct PacketSpec {
    std::vector<FieldValue> fields;     ///< in source order
    std::optional<Layer> transport;     ///< tcp, udp, icmp when such an object is given
    std::optional<std::string> payload; ///< bytes
};

/// A frame that must leave because of a step.
struct OutSpec {
    std::optional<std::uint32_t> iface; ///< indexes Appliance::ifaces
    PacketSpec packet;                  ///< only what it says is compared
};

enum class Expect : std::uint8_t { accept, drop, reject };

struct SendStep {
    std::uint32_t iface = 0; ///< the ingress Iface
    PacketSpec packet;
    Expect expect{};
    std::optional<Reason> reason;
    std::optional<OutSpec> out;
    std::optional<std::vector<std::string>> log; ///< texts that must be logged, in order; nullopt: not looked at
};

struct WaitStep { Value seconds = 0; };

struct TestStep {
    std::variant<SendStep, WaitStep> is;
    Place place;
};

struct Scenario {
    std::string name;
    Place place;
    std::vector<TestStep> steps;
};

} // namespace model
