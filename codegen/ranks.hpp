// The tables of a search for the range that a value is in (runtime/ranks.hpp).
#pragma once
#include "codegen/data.hpp"
#include "compiler/model/interval_set.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace codegen {

constexpr bool is_wide(unsigned bits) { return bits > 32; }

struct Ranks {
    std::vector<std::uint32_t> first;
    std::vector<model::Value> ends; ///< with what fills them up at the end
    unsigned shift = 0;
    unsigned steps = 0;
    unsigned bits = 0; ///< of the values

    std::size_t bytes() const {
        return first.size() * sizeof(std::uint32_t) + ends.size() * (is_wide(bits) ? 8 : 4);
    }
};

/// `ends`: the last value of each range, ascending; the last of them is the largest of `bits` bits.
Ranks ranks_of(std::vector<model::Value> ends, unsigned bits);

/// Puts them into the data; what runtime's type is initialised with.
std::string write_ranks(Data& data, const std::string& name, const Ranks& ranks);

} // namespace codegen
