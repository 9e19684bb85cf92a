// From a file to the appliance: what the command and the tests call.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/diagnostic.hpp"

#include <filesystem>

namespace sema {

struct Loaded {
    std::optional<model::Appliance> appliance;   ///< nothing when there are errors
    std::optional<model::Appliance> open_ended{}; ///< where missing verdicts are the only errors
    std::vector<syntax::Diagnostic> diagnostics; ///< in source order
    syntax::Sources sources;                     ///< for rendering the diagnostics
    bool readable = true; ///< false when the file itself could not be read; there are no diagnostics then
};

Loaded load(const std::filesystem::path& path);

/// The same for a text that is no file, under the name that messages show; what it imports is relative to
/// `folder`.
Loaded load_text(std::string name, std::string text, const std::filesystem::path& folder = {});

/// A piece of a question: words of the command's, or the argument of an option, which messages show by its name.
struct Piece {
    std::string text;
    std::string option{};
};
using Question = std::vector<Piece>;

/// A file with a question about it: one more text, whose conditions may name the fields of every protocol.
Loaded load_with_question(const std::filesystem::path& path, const Question& question);

} // namespace sema
