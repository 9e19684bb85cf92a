// Diagnostics as text for people and as JSON for programs.
#pragma once
#include "compiler/syntax/diagnostic.hpp"

namespace syntax {

/// The message, the source line with the place underlined, notes, hint; ends with a newline.
std::string render_text(const Diagnostic& diagnostic, const Sources& sources);

/// One object on one line, with its newline.
std::string render_json(const Diagnostic& diagnostic, const Sources& sources);

} // namespace syntax
