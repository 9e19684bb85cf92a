// Long tables of numbers, as assembler data inside the generated C++: g++ takes them as a string and the
// assembler is quick, where an array of as many numbers takes seconds.
#pragma once
#include "codegen/writer.hpp"

#include <cstdint>
#include <span>

namespace codegen {

class Data {
public:
    /// The names are symbols of the linker.
    void add(const std::string& name, std::span<const std::uint32_t> numbers);
    void add(const std::string& name, std::span<const std::uint64_t> numbers);

    /// Declares all of them; outside of any namespace.
    void declare(Writer& out) const;
    /// Their numbers; anywhere outside of functions.
    std::string definitions() const;

private:
    template <typename Number>
    void put(const std::string& name, std::span<const Number> numbers, std::string_view directive);

    Writer declarations_;
    std::string text_;
};

} // namespace codegen
