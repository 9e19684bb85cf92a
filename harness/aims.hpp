// Packets drawn for the statements of a chain: each is aimed at one, by giving the fields that the conditions
// on the way to it test values in and beside their sets. Random packets alone seldom meet one rule of ten
// thousand.
#pragma once
#include "harness/dice.hpp"
#include "harness/judge.hpp"
#include "harness/random.hpp"

#include <array>

namespace harness {

/// A chain of the policy, with what its functions are told of every packet.
struct ChainToAsk {
    std::string name; ///< "wan.prerouting"
    About about;
    std::vector<model::FunctionId> functions;
    std::optional<model::IfaceId> ingress, egress; ///< where the chain says it
    bool has_egress = false;                       ///< some egress is known, whichever
};

/// Those that have functions.
std::vector<ChainToAsk> chains_to_ask(const model::Appliance& appliance);

struct AimedPacket {
    Question question;
    Bytes frame;
};

class Aims {
public:
    Aims(const model::Appliance& appliance, const Boundaries& boundaries, ChainToAsk chain,
         std::uint64_t seed);

    /// How many statements there are to aim at, one after the other.
    std::size_t size() const { return aims_.size(); }
    AimedPacket next();

private:
    /// A condition on the way to a statement, or the layer of a body that it stands in.
    struct Demand {
        const model::Condition* condition = nullptr;
        bool wanted = true;
        model::Layer layer{};
    };
    struct Aim {
        model::FunctionId function = 0; ///< of the chain
        std::vector<Demand> way;
    };
    using Values = std::array<std::optional<model::Value>, model::field_table.size()>;

    void collect(const model::Block& block);
    void collect(model::FunctionId function);

    Values anything();
    void meet(Values& values, const model::Condition& condition, bool wanted);
    void meet(Values& values, const model::Test& test, bool wanted);
    void meet(Values& values, const model::Compare& compare, bool wanted);
    /// One that is demanded becomes a neighbour, or anything.
    void miss(Values& values);
    model::Value any_value(model::Field field);
    model::PacketSpec spec_of(const Values& values);

    const model::Appliance& appliance_;
    const Boundaries& boundaries_;
    ChainToAsk chain_;
    Dice dice_;
    Aim way_; ///< to the step that is being collected
    std::vector<Aim> aims_;
    std::set<model::FunctionId> seen_;
    std::vector<model::Field> demanded_; ///< by the conditions met for this packet
    std::size_t next_ = 0;
};

} // namespace harness
