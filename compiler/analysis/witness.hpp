// A packet that shows something: chosen from a box of packets, and put through the interpreter before anyone
// sees it.
#pragma once
#include "compiler/analysis/chain.hpp"
#include "compiler/analysis/packet.hpp"
#include "compiler/eval/chains.hpp"
#include "compiler/syntax/source.hpp"

namespace analysis {

/// With which ends a first packet leaves its chain, as far as Nats and masquerading have a say in it there.
struct Translation {
    std::optional<model::StatementId> by; ///< the last that had
    std::uint32_t destination = 0;
    std::uint16_t destination_port = 0; ///< of TCP and UDP
    std::optional<std::uint32_t> source;       ///< 0: a leased one
    std::optional<std::uint16_t> source_port;

    bool is_as(const Translation& other) const {
        return destination == other.destination && source == other.source &&
               destination_port == other.destination_port && source_port == other.source_port;
    }
};

/// What a comparison of a field with a leased value is taken to be.
struct LeaseSaid {
    model::IfaceId iface = 0;
    model::Ipv4Member member{};
    model::Relation relation{};
    model::Value value = 0; ///< of the field
    bool is = false;
};

struct Witness {
    model::PacketSpec packet;
    model::State state{};
    model::Value ingress = model::no_iface;
    model::Value egress = model::no_iface;
    Ending ending{};
    std::optional<model::StatementId>
        decided;                      ///< nothing: dropped before the first function, or no function is there
    std::vector<std::string> assumed; ///< what Limits and leases say: "`ssh_try.exceeded` is true"
    std::vector<LeaseSaid> leased{};  ///< the same of leases, as far as it is known
    std::vector<eval::LogText> logged{};
    Translation translation{};
    bool follows = false; ///< a first packet like it: the Nats have decided about that
};

/// The start of the frame in which a packet comes in by an Iface.
eval::Bytes frame_of(const model::Appliance& appliance, const model::PacketSpec& packet, model::Value ingress);

/// The packet of a box that people would write first, and how the way ends for it according to the
/// interpreter. Nothing when the fields that it would need contradict each other.
std::optional<Witness> witness_in(const symbolic::Space& space, const symbolic::Box& box,
                                  const model::Appliance& appliance, const Way& way, const ChainRules& rules);

/// Puts a chosen packet through a chain or along a path: sets how it ends, and what was assumed on the way.
void replay(const symbolic::Space& space, const symbolic::Box& box, const model::Appliance& appliance,
            const Way& way, const ChainRules& rules, Witness& witness);

/// A block that is no function of the policy: that of an Assert, or of a question.
struct Body {
    model::Layer layer{};
    const model::Block& block;
};

/// The statement by which a block decides the witness's packet.
std::optional<model::StatementId> decided_by(const model::Appliance& appliance, const Witness& witness, const Body& body,
                                             const eval::Assumed& assumed = {});
/// With leased values as a box says for the block's list. The witness notes that it takes them so.
std::optional<model::StatementId> decided_by(const model::Appliance& appliance, Witness& witness, const Body& body,
                                             const symbolic::Space& space, const symbolic::Box& box, const symbolic::RuleList& list);

/// Whether Ifaces can have leases for which all is so that the witness takes to be.
bool can_be_leased(const model::Appliance& appliance, const Witness& witness);

/// "iface: lan,", "state: established," and "packet: { … }," as far as they need to be said, one a line.
std::string members_of(const model::Appliance& appliance, const Way& way, const Witness& witness);

/// Members of a Test that hands the packet to the chain, or sends it in, one a line. No Test can send in an
/// established one.
std::string text_of(const model::Appliance& appliance, const syntax::Sources& sources, const Way& way,
                    const Witness& witness);

} // namespace analysis
