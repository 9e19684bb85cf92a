// The console: the first serial port.
#pragma once
#include "runtime/packet.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace unikernel::serial {

void open();
void write(std::string_view text);
/// The next key typed, if there is one.
std::optional<char> read();

struct Hex {
    std::uint64_t value = 0;
};

void put(std::string_view text);
void put(std::uint64_t number);
void put(Hex number);
void put(const runtime::Mac& mac);

/// Prints its arguments one after the other, as they are.
template <typename... Parts>
void print(const Parts&... parts) {
    (put(parts), ...);
}

} // namespace unikernel::serial
