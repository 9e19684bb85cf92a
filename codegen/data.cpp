#include "codegen/data.hpp"

#include <iterator>

namespace codegen {

template <typename Number>
void Data::put(const std::string& name, std::span<const Number> numbers, std::string_view directive) {
    constexpr std::size_t in_a_line = 8;
    declarations_.line("extern const std::uint{}_t {}[{}];", 8 * sizeof(Number), name, numbers.size());
    auto to = std::back_inserter(text_);
    fmt::format_to(to,
                   ".section .rodata.{0},\"a\",@progbits\n.balign 64\n.globl {0}\n.hidden {0}\n"
                   ".type {0}, @object\n.size {0}, {1}\n{0}:\n",
                   name, numbers.size() * sizeof(Number));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        fmt::format_to(to, "{}{:#x}{}", i % in_a_line == 0 ? fmt::format("{} ", directive) : "", numbers[i],
                       i % in_a_line == in_a_line - 1 || i + 1 == numbers.size() ? "\n" : ",");
}

void Data::add(const std::string& name, std::span<const std::uint32_t> numbers) {
    put(name, numbers, ".long");
}
void Data::add(const std::string& name, std::span<const std::uint64_t> numbers) {
    put(name, numbers, ".quad");
}

void Data::declare(Writer& out) const {
    if (text_.empty()) return;
    out.line("// Long tables; their numbers stand at the end.");
    out.line("#pragma GCC visibility push(hidden)");
    out.line("extern \"C\" {{");
    out.append(declarations_);
    out.line("}}");
    out.line("#pragma GCC visibility pop");
    out.blank();
}

std::string Data::definitions() const {
    return text_.empty() ? "" : "\nasm(R\"(\n" + text_ + ".text\n)\");\n";
}

} // namespace codegen
