// `file("…")`: large lists that stand in files of their own.
#pragma once
#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <filesystem>

namespace sema {

/// The bytes of a file; nothing when it cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Of a pipe too, up to its end: `naclc diff <(git show HEAD:wan.nacl) wan.nacl`.
std::optional<std::string> read_file_or_pipe(const std::filesystem::path& path);

/// Why a file cannot be read, after `read_file` could not: "no such file or directory".
std::string why_unreadable(const std::filesystem::path& path);

/// Puts the list into the place of each `file("…")`; the lists become sources too.
void expand_files(syntax::Program& program, const std::filesystem::path& folder, syntax::Sources& sources,
                  syntax::Diagnostics& diagnostics);

} // namespace sema
