// Fragments, held until their datagram is whole. See "reassemble" in path.md; written as a plain list of what is held,
// searched from end to end.
#pragma once
#include "compiler/eval/datagram.hpp"
#include "compiler/eval/flows.hpp"
#include "compiler/model/reason.hpp"

#include <variant>
#include <vector>

namespace eval {

/// All fragments of a datagram.
struct Whole {
    Bytes datagram;               ///< as later stages see it
    Bytes first;                  ///< the fragment at offset 0, as it came
    std::vector<Bytes> fragments; ///< as they came, in that order
};

struct HeldBack {};

/// Drops the fragment, and `held_ones` that were held for the same datagram.
struct Refused {
    model::Reason reason{};
    std::size_t held_ones = 0;
};

struct Taken {
    std::variant<HeldBack, Whole, Refused> as;
    std::size_t displaced = 0; ///< fragments of another datagram, which gave way to it
};

class Fragments {
public:
    /// Forgets datagrams that did not become whole in time; says how many fragments were held for them.
    std::size_t expire(Time now);

    Taken take(model::IfaceId ingress, const Datagram& fragment, Time now);

    /// How many are held.
    std::size_t count() const;

private:
    struct Key {
        model::IfaceId ingress = 0;
        model::Ipv4Address source = 0;
        model::Ipv4Address destination = 0;
        std::uint8_t protocol = 0;
        std::uint16_t identification = 0;

        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Partial {
        Key key;
        Time since = 0;
        std::vector<Bytes> fragments;
    };

    /// Forgets the oldest datagram but that one, if there is no room; says how many fragments were held for it.
    std::size_t make_room(const Key& key);

    std::vector<Partial> partials_; ///< oldest first
};

} // namespace eval
