// Which packets Linux treats as the language does, by design: the others are sent to neither.
// docs/internals/nft.md lists each difference.
#pragma once
#include "compiler/eval/flows.hpp"
#include "harness/outcome.hpp"

#include <set>
#include <string>

namespace nft_test {

/// Why a packet is not compared, as the page calls it; empty when it is.
using Difference = std::string;

/// What Linux follows of a flow beyond what the policy can see.
class Flows {
public:
    /// Before anyone sees the packet.
    Difference before(harness::View frame) const;
    /// After the interpreter has seen it; it goes to Linux when there is no difference.
    static Difference after(const harness::Outcome& outcome);
    /// Keeps up with a packet that both have treated alike.
    void note(const eval::Datagram& in, const harness::Outcome& outcome);
    /// Whether the two know different things from here on, though both treated the packet alike.
    bool parted(const eval::Datagram& in, const harness::Outcome& outcome) const;

private:
    enum class Handshake : std::uint8_t { syn, syn_ack, open, closed };
    Difference tcp(const eval::Datagram& segment) const;
    Difference error(const eval::Datagram& message) const;

    struct Way {
        std::size_t flow = 0;
        bool reply = false;
    };

    std::set<eval::Tuple> known_;       ///< of packets that passed, as they came and as they left
    std::map<eval::Tuple, Way> ways_;   ///< TCP, by the tuple with which packets come in
    std::vector<Handshake> handshakes_; ///< by flow
};

} // namespace nft_test
