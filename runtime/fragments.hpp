// Fragments whose datagram is not complete yet (RFC 791 3.2). Bounded in datagrams and in fragments; every
// fragment stays in the buffer it came in. Datagrams stand in one list, in the order of their first-come
// fragments, so that the oldest is the next to expire, and the one that gives way when there is no room: honest
// fragments come in one go, and then only a flood between them that fills the table drives them out.
#pragma once
#include "runtime/packet.hpp"

namespace runtime {

namespace reassembly {

inline constexpr std::size_t datagrams_max = 64;
inline constexpr std::size_t fragments_max = 256; ///< of all datagrams together
static_assert(fragments_max > fragments_per_datagram, "when all are held, they are not all of one");
inline constexpr Time timeout_ns = 30'000'000'000; ///< counted from the first-come fragment (RFC 1122 3.3.2)

} // namespace reassembly

/// What tells a datagram from all others (RFC 791 3.2), and where it comes in.
struct DatagramKey {
    Ipv4Address source;
    Ipv4Address destination;
    std::uint16_t identification;
    std::uint8_t protocol;
    IfaceId ingress;

    friend constexpr bool operator==(const DatagramKey&, const DatagramKey&) = default;
};

/// Which bytes of the datagram's payload a fragment has.
struct FragmentExtent {
    std::size_t offset;
    std::size_t end;
    bool last; ///< no fragment lies behind it
};
FragmentExtent extent_of(const Packet& fragment);

/// The fragments that have come of one datagram. Trivial, so that a table is plain memory.
struct Datagram {
    DatagramKey key;
    std::uint16_t payload_bytes; ///< of the held fragments, all together
    std::uint16_t end;           ///< where the payload ends; 0 while the last fragment is missing
    std::uint8_t fragments;
    Packet* first; ///< by offset, linked by next_fragment
    Packet* last;
    Datagram* older;
    Datagram* newer;
    Time since;
};

class FragmentTable {
public:
    constexpr FragmentTable() = default;
    /// Starts empty. As many datagrams as `memory` has places.
    void reset(std::span<Datagram> memory);

    Datagram* find(const DatagramKey& key) const;
    /// What must be taken out before a fragment of the datagram, or of a new one when it is null, has room: the other one
    /// that began first. Null when there is room.
    Datagram* in_the_way(const Datagram* datagram) const;
    /// Only when nothing is in the way.
    Datagram& open(const DatagramKey& key, Time now);
    /// Takes a fragment that does not contradict() what is held, of a datagram that is not full(). Only when nothing is
    /// in the way.
    void hold(Datagram& datagram, Packet& fragment);
    /// Forgets the datagram, and gives its fragments back, linked by offset; the first knows their number.
    Packet& take_out(Datagram& datagram);
    /// A datagram whose time has passed, or null.
    Datagram* expired(Time now) const;

private:
    std::span<Datagram> memory_;
    Datagram* free_ = nullptr; ///< linked by `newer`
    std::size_t untouched_ = 0; ///< places from here on were never used
    Datagram* oldest_ = nullptr;
    Datagram* newest_ = nullptr;
    std::size_t fragments_ = 0;
};

/// Whether a fragment cannot be of the datagram as held: it overlaps (RFC 5722), or disagrees about its end.
bool contradicts(const Datagram& datagram, const FragmentExtent& extent);

/// Whether it has as many fragments as one may have.
constexpr bool full(const Datagram& datagram) { return datagram.fragments == fragments_per_datagram; }

/// Whether every byte is there.
bool complete(const Datagram& datagram);

} // namespace runtime
