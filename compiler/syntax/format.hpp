// `naclc fmt`: a file in the canonical layout.
#pragma once
#include "compiler/syntax/diagnostic.hpp"
#include "compiler/syntax/token.hpp"

#include <optional>

namespace syntax {

/// Nothing when the file has syntax errors: they are reported. Also nothing, without a report, should the
/// layout ever fail to keep the content: then the formatter is wrong, and the file has to stay as it is.
std::optional<std::string> format(const Sources& sources, FileId file, Diagnostics& diagnostics);

/// Whether two files have the same tokens and the same comments, each in the same order, whatever the layout.
bool same_content(const Tokens& left, const Tokens& right);

} // namespace syntax
