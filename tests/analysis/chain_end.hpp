// How a chain ends for a packet, as the interpreter sees it, one function after the other.
#pragma once
#include "compiler/analysis/witness.hpp"

/// A packet that comes to a chain.
struct Comer {
    eval::Bytes datagram;
    model::State state = model::State::fresh;
    model::Value ingress = model::no_iface, egress = model::no_iface;

    explicit Comer(const model::PacketSpec& packet) : datagram(analysis::datagram_of(packet)) {}
    explicit Comer(const analysis::Witness& witness)
        : datagram(analysis::datagram_of(witness.packet)), state(witness.state), ingress(witness.ingress),
          egress(witness.egress) {}
};

struct ChainEnd {
    int rank = 0;           ///< drop, reject, accept
    eval::Bytes datagram{}; ///< as it leaves, when it is accepted
    std::vector<eval::LogText> logged{}; ///< on the way

    bool is_as(const ChainEnd& other) const { return rank == other.rank && datagram == other.datagram; }
};

/// `first`: the first packet of its flow, about which Nats have decided; nothing: it is itself one, or its flow is not
/// translated there.
ChainEnd chain_end(const model::Appliance& appliance, const analysis::Way& chain, const Comer& comer,
                   bool limits_say = false, const Comer* first = nullptr);
