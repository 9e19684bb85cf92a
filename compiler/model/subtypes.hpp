// What functions call the layer whose packets they are for.
#pragma once
#include "compiler/model/field.hpp"

#include <string_view>

namespace model {

/// "TCP" of `Filter::TCP`; whatever is for no transport layer alone is for all packets, as "IP" is.
constexpr std::string_view subtype_of(Layer layer) {
    switch (layer) {
    case Layer::tcp:
        return "TCP";
    case Layer::udp:
        return "UDP";
    case Layer::icmp:
        return "ICMP";
    default:
        return "IP";
    }
}

} // namespace model
