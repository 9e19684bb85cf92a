// What messages about proofs are made of.
#pragma once
#include "compiler/model/appliance.hpp"
#include "compiler/syntax/diagnostic.hpp"

namespace analysis {

/// The places of some statements, each once, in source order: the first of many.
std::vector<syntax::Note> decided_at(const model::Appliance& appliance, const syntax::Sources& sources,
                                     const std::vector<model::StatementId>& statements,
                                     std::string_view what = "decided here");

std::string_view word_for(model::Action action);

syntax::Span span_of(const model::Place& begin, const model::Place& end);

} // namespace analysis
