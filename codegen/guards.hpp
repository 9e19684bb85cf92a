// The guards of rules as C++.
#pragma once
#include "codegen/sets.hpp"
#include "compiler/symbolic/rules.hpp"

#include <optional>

namespace codegen {

/// Whether a packet is of that transport layer, with a header to read; nothing for IP, which all are.
std::string_view layer_test(model::Layer layer);

/// TCP, UDP or ICMP where all packets of a box are of that layer and have its header; else `meta`.
model::Layer layer_of(const symbolic::Space& space, const symbolic::Box& box);

class Guards {
public:
    Guards(const symbolic::Space& space, Sets& sets) : space_(space), sets_(sets) {}

    /// Whether all that a guard is about can be asked of a packet.
    bool can_say(const symbolic::Box& guard) const;
    /// What holds together, the layer first: what reads its header comes behind.
    std::vector<std::string> tests(const symbolic::Box& guard);
    /// What a variable is, as a number, and how many bits it has.
    std::string reading(symbolic::Variable variable) const;
    unsigned bits(symbolic::Variable variable) const;

private:
    std::string test(const symbolic::Side& side);

    const symbolic::Space& space_;
    Sets& sets_;
};

} // namespace codegen
