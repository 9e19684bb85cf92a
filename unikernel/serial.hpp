// The console: the first serial port. What is printed waits in a ring until its reader has taken what came
// before, so that a console that nobody reads stops nothing.
#pragma once
#include "runtime/packet.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace unikernel::serial {

/// What a text may wait for.
enum class Pace : std::uint8_t {
    prompt,  ///< each text is out before its print returns, unless the console stands still
    patient, ///< it waits for room in the ring, all texts together for a bounded time
    eager,   ///< for nothing: a text that the ring has no room for is lost
};

/// The pace is prompt at first.
void open();
/// Prompt also prints what the ring holds already.
void set_pace(Pace pace);
/// Prints the ring's next few bytes if that takes no waiting; false when it printed nothing.
bool drain();

/// A part of a text; a part that ends a line ends the text. A text is printed whole or is lost, and lost
/// texts are counted on the console.
void write(std::string_view part);
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
