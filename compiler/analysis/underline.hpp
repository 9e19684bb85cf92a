// From a place of the model back to what a message underlines.
#pragma once
#include "compiler/model/place.hpp"
#include "compiler/syntax/source.hpp"

#include <string>

namespace analysis {

/// The word that stands there; one character where none does.
syntax::Span word_at(const syntax::Sources& sources, const model::Place& place);

/// Itself: the model does not keep every name.
std::string word_text(const syntax::Sources& sources, const model::Place& place);

} // namespace analysis
