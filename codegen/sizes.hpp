// How much memory the appliance gets, all of it decided here.
#pragma once
#include "compiler/model/appliance.hpp"

#include <cstddef>
#include <string>

namespace codegen {

struct Sizes {
    std::size_t flows = 0; ///< 0 when nothing is tracked
    std::size_t flow_buckets = 0;
    std::size_t datagrams = 0; ///< in fragments; 0 when nothing is reassembled
    std::size_t neighbours = 0;
    std::size_t packets = 0;
};

Sizes sizes(const model::Appliance& appliance);

/// The sizes for people, in bytes, with their total.
std::string size_table(const model::Appliance& appliance);

} // namespace codegen
