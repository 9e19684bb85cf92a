#include "unikernel/text_ring.hpp"
#include "runtime/text.hpp"

#include <algorithm>

namespace unikernel {

void TextRing::append(std::string_view part) {
    if (between_texts()) {
        report_lost();
        losing_ = lost_ != 0;
    }
    if (!losing_ && part.size() > free_bytes()) {
        written_ = ended_;
        losing_ = true;
    }
    if (!losing_) put(part);
    if (!part.ends_with('\n')) return;
    if (losing_) ++lost_;
    losing_ = false;
    ended_ = written_;
}

std::size_t TextRing::take(std::span<char> bytes) {
    if (between_texts()) report_lost();
    const std::size_t count = std::min(bytes.size(), ended_ - taken_);
    for (char& byte : bytes.first(count)) byte = bytes_[taken_++ % capacity];
    return count;
}

void TextRing::put(std::string_view part) {
    for (const char byte : part) bytes_[written_++ % capacity] = byte;
}

/// Only when half of the ring is free: else a console that is slower than the texts would be told of each one
/// lost.
void TextRing::report_lost() {
    if (lost_ == 0 || free_bytes() < capacity / 2) return;
    runtime::Text text;
    text << lost_ << " console texts lost\n";
    put(text.view());
    ended_ = written_;
    lost_ = 0;
}

} // namespace unikernel
