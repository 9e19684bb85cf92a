#include "compiler/syntax/diagnostic.hpp"

#include <algorithm>

namespace syntax {

namespace {

std::string hyphened(std::string_view identifier) {
    std::string name(identifier);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

} // namespace

std::string_view name(Severity severity) {
    constexpr std::string_view names[] = {"error", "warning", "note"};
    return names[static_cast<std::size_t>(severity)];
}

const std::vector<KindInfo>& kinds() {
    static const std::vector<KindInfo> table = {
#define DIAGNOSTIC(name, severity, text) {Kind::name, hyphened(#name), Severity::severity, text},
#include "compiler/syntax/diagnostics.def"
    };
    return table;
}

const KindInfo& info(Kind kind) { return kinds()[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_named(std::string_view name) {
    for (const auto& entry : kinds())
        if (entry.name == name) return entry.kind;
    return std::nullopt;
}

void Diagnostics::report(Diagnostic diagnostic) {
    if (info(diagnostic.kind).severity == Severity::error) ++errors_;
    all_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
    auto result = all_;
    std::stable_sort(result.begin(), result.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return a.span < b.span; });
    const auto same = [](const Diagnostic& a, const Diagnostic& b) {
        return a.kind == b.kind && a.span == b.span && a.message == b.message;
    };
    result.erase(std::unique(result.begin(), result.end(), same), result.end());
    return result;
}

} // namespace syntax
