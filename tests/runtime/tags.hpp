// The tag of a frame (IEEE 802.1Q): put on, read, taken off.
#pragma once
#include "tests/runtime/frames.hpp"

#include <array>
#include <optional>

namespace test_frames {

inline Frame tagged(Frame frame, unsigned tag, std::uint16_t type = 0x8100) {
    const std::array<std::uint8_t, 4> bytes = {
        static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type),
        static_cast<std::uint8_t>(tag >> 8), static_cast<std::uint8_t>(tag)};
    frame.insert(frame.begin() + 12, bytes.begin(), bytes.end());
    return frame;
}

inline std::optional<std::uint16_t> tag_of(const Frame& frame) {
    if (runtime::get16(frame, 12) != 0x8100) return std::nullopt;
    return runtime::get16(frame, 14);
}

inline Frame untagged(Frame frame) {
    frame.erase(frame.begin() + 12, frame.begin() + 16);
    return frame;
}

} // namespace test_frames
