// The one renderer: owns indentation, blank lines and trailing comments of the generated C++.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace codegen {

class Writer {
public:
    /// One line, formatted, at the current depth.
    template <typename... Args> void line(fmt::format_string<Args...> format, Args&&... args) {
        put(fmt::format(format, std::forward<Args>(args)...));
    }
    void blank() {
        if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
    }
    /// A line that opens a brace; close() ends it.
    template <typename... Args> void open(fmt::format_string<Args...> format, Args&&... args) {
        put(fmt::format(format, std::forward<Args>(args)...));
        ++depth_;
    }
    void close(std::string_view with = "}") {
        --depth_;
        put(std::string(with));
    }
    /// Closes one brace and opens the next: `} else {`.
    void close_and_open(std::string_view line) {
        close(line);
        ++depth_;
    }

    std::string take() && { return std::move(text_); }

private:
    void put(const std::string& line) {
        text_.append(depth_ * 4, ' ');
        text_ += line;
        text_ += '\n';
    }

    std::string text_;
    std::size_t depth_ = 0;
};

} // namespace codegen
