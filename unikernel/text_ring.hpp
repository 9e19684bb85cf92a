// Texts that wait to be printed, in bounded memory. Each comes out whole or is lost and counted.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace unikernel {

class TextRing {
public:
    static constexpr std::size_t capacity = 16 * 1024;

    /// A part of a text; a part that ends a line ends the text.
    void append(std::string_view part);
    /// Whether such a part would not be lost.
    bool has_room(std::size_t bytes) const { return lost_ == 0 && !losing_ && bytes <= free_bytes(); }

    /// The next bytes of texts that have ended; returns how many there were.
    std::size_t take(std::span<char> bytes);
    /// Whether take() would return nothing.
    bool empty() const { return taken_ == ended_ && !(lost_ != 0 && between_texts()); }

private:
    static_assert((capacity & (capacity - 1)) == 0, "counts that wrap must index evenly");

    std::size_t free_bytes() const { return capacity - (written_ - taken_); }
    bool between_texts() const { return written_ == ended_ && !losing_; }
    void put(std::string_view part);
    void report_lost();

    std::array<char, capacity> bytes_{};
    // Counts of bytes since boot, of which the last digits index.
    std::size_t taken_ = 0;
    std::size_t ended_ = 0;   ///< up to here texts are whole
    std::size_t written_ = 0; ///< the parts after `ended_` are of one that may yet be lost
    bool losing_ = false;     ///< the present text is being lost
    std::uint64_t lost_ = 0;  ///< texts, since it was last said
};

} // namespace unikernel
