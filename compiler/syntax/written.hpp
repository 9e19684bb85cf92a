// Values as they are written, for cures that repeat them: whole, or not at all.
#pragma once
#include "compiler/syntax/token.hpp"

#include <optional>
#include <string>

namespace syntax {

/// With the blanks of the file, but for line breaks and before commas.
std::string written(const Tokens& tokens, Range range);

/// How many tokens from `first` on are one value: `10.0.0.0/8`, `1 - 5`, `lan.address`, `[1, 2]`. 0 where
/// none is.
std::size_t tokens_of_value(const Tokens& tokens, std::size_t first);

/// The value that begins there, `…` where what stands there is none.
std::string value_at(const Tokens& tokens, std::size_t first);

struct Listed {
    std::string text;    ///< `[10.0.0.0/8, 10.1.2.3]`
    std::size_t end = 0; ///< behind the last value
};

/// Several values from `first` on with commas between, as a list; nothing where other things stand among them
/// or behind them on their line.
std::optional<Listed> values_as_list(const Tokens& tokens, std::size_t first);

/// Whether `in` asks for the value that begins there: a network, a range or a list.
bool is_set_at(const Tokens& tokens, std::size_t first);

} // namespace syntax
