#include "compiler/analysis/remark.hpp"

#include "compiler/analysis/underline.hpp"

#include <algorithm>
#include <array>

namespace analysis {

std::vector<syntax::Note> decided_at(const model::Appliance& appliance, const syntax::Sources& sources,
                                     const std::vector<model::StatementId>& statements, std::string_view what) {
    std::vector<syntax::Note> notes;
    for (const auto id : statements)
        notes.push_back({word_at(sources, appliance.statements.at(id).place), std::string(what)});
    std::ranges::sort(notes, {}, &syntax::Note::span);
    return notes;
}

std::string_view word_for(model::Action action) {
    constexpr std::array words = {"accept", "drop", "reject", "dnat", "snat"};
    return words[static_cast<std::size_t>(action)];
}

syntax::Span span_of(const model::Place& begin, const model::Place& end) {
    return {begin.file, {begin.line, begin.column}, {end.line, end.column}};
}

} // namespace analysis
