// A `Test` object of the policy: what must happen to a packet, or to a series of them.
// It is called a Scenario here, since a Test is the atom of a condition.
#pragma once
#include "compiler/model/chain.hpp"
#include "compiler/model/ipv4.hpp"
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
    std::optional<std::string> options{}; ///< bytes of the IP header behind its fixed part, a multiple of 4
    // Bits of the IP header that no function reads: what is cut into fragments is put together before.
    std::optional<bool> dont_fragment{};
    std::optional<bool> more_fragments{};
};

/// A frame that must leave because of a step.
struct OutSpec {
    std::optional<IfaceId> iface;
    PacketSpec packet;                  ///< only what it says is compared
};

/// `next`: the function that the Test is about reaches no verdict. `hold`: a fragment waits for the others.
enum class Expect : std::uint8_t { accept, drop, reject, next, hold };
inline constexpr std::array<std::string_view, 5> expect_names = {"accept", "drop", "reject", "next", "hold"};

constexpr std::string_view name(Expect expect) { return expect_names[static_cast<std::size_t>(expect)]; }

struct SendStep {
    std::optional<IfaceId> iface; ///< the ingress Iface; a Test of one function may do without
    PacketSpec packet;
    std::optional<std::string> pcap{}; ///< path of a capture whose frames all come in, in place of the packet
    std::optional<State> state{};      ///< of the flow, in a Test of one chain or function; `new` when not said
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

/// What an Iface with DHCP has leased when the Test begins.
struct Lease {
    IfaceId iface = 0;
    Ipv4Config config;
};

struct WholeAppliance {};

struct Scenario {
    std::string name;
    Place place;
    std::vector<TestStep> steps;
    std::variant<WholeAppliance, IfaceChain, ForwardChain, FunctionId> about{};
    std::vector<Lease> leases{};
};

} // namespace model
