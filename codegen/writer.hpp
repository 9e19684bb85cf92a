// The one renderer: owns indentation, blank lines and line breaks of the generated C++.
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
        put(with);
    }
    /// Closes one brace and opens the next: `} else {`.
    void close_and_open(std::string_view line) {
        close(line);
        ++depth_;
    }

    /// What another one has written, as it is.
    void append(const Writer& other) { text_ += other.text_; }

    std::string take() && { return std::move(text_); }

private:
    static constexpr std::size_t width = 110;
    static constexpr std::size_t continuation = 8;

    void put(std::string_view line) {
        std::size_t indent = depth_ * 4;
        while (indent + line.size() > width) {
            const std::size_t end = break_before(line, width - indent);
            if (end == 0) break;
            append(indent, line.substr(0, end));
            line.remove_prefix(end + 1);
            indent = depth_ * 4 + continuation;
        }
        append(indent, line);
    }

    void append(std::size_t indent, std::string_view line) {
        text_.append(indent, ' ').append(line) += '\n';
    }

    /// The last place before `limit` where C++ may be broken: the space after a comma, an && or an ||, or before a
    /// line comment, outside strings. 0 when there is none.
    static std::size_t break_before(std::string_view line, std::size_t limit) {
        std::size_t place = 0;
        if (line.starts_with("//")) return 0; // a comment goes on to the end of its line
        bool in_string = false;
        for (std::size_t i = 0; i < line.size() && i <= limit; ++i) {
            if (line[i] == '"') in_string = !in_string; // see quoted()
            if (in_string || line[i] != ' ' || i == 0) continue;
            if (line.substr(i).starts_with(" // ")) return i;
            const auto before = line.substr(0, i);
            if (before.ends_with(',') || before.ends_with("&&") || before.ends_with("||")) place = i;
        }
        return place;
    }

    std::string text_;
    std::size_t depth_ = 0;
};

} // namespace codegen
