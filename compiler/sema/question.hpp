// What a command asks about a policy: its own words, with arguments of the command line between them.
#pragma once
#include "compiler/sema/load.hpp"

namespace sema {

/// The question as one text, each piece on lines of its own.
std::string text_of(const Question& question);

/// An argument as a file of its own, and where it stands in the whole text.
struct Argument {
    syntax::FileId file = 0;
    std::uint32_t first_line = 0;
    syntax::Position end;
};

std::vector<Argument> arguments_of(const Question& question, syntax::Sources& sources);

/// About a bracket, string or comment without its other end: where things begin and end is not sure then.
bool is_about_closing(syntax::Kind kind);

/// What an argument opens and does not close, or the other way round: it would have to do with the text around it.
std::vector<syntax::Diagnostic> unclosed(const std::vector<Argument>& arguments, const syntax::Sources& sources);

/// Messages about the whole text show the argument that they are about, and nothing of the command's own words.
void show_arguments(Loaded& loaded, syntax::FileId text, const std::vector<Argument>& arguments);

} // namespace sema
