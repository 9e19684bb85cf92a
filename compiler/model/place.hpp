// Where in the source something stands.
#pragma once
#include <cstdint>

namespace model {

/// A position in a source file. `file` indexes Appliance::files; line and column count from 1.
struct Place {
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

} // namespace model
