// What the compiler has to say about a policy. Every kind of message stands in diagnostics.def.
#pragma once
#include "compiler/syntax/source.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace syntax {

enum class Severity : std::uint8_t { error, warning, note };

std::string_view name(Severity severity);

enum class Kind : std::uint8_t {
#define DIAGNOSTIC(name, severity, text) name,
#include "compiler/syntax/diagnostics.def"
};

struct KindInfo {
    Kind kind;
    std::string name; ///< with hyphens, as messages show it
    Severity severity;
    std::string_view explanation;
};

/// All kinds, in the registry's order.
const std::vector<KindInfo>& kinds();
const KindInfo& info(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

struct Note {
    Span span;
    std::string message;

    friend bool operator==(const Note&, const Note&) = default;
};

struct Diagnostic {
    Kind kind{};
    Span span;
    std::string message; ///< lower-case start, code in backticks, no full stop
    std::vector<Note> notes{};
    std::string hint{}; ///< a cure; empty when there is none to offer
};

/// Collects the messages of a run.
class Diagnostics {
public:
    void report(Diagnostic diagnostic);
    bool has_errors() const { return errors_ > 0; }
    std::size_t error_count() const { return errors_; }
    /// In source order; two of one kind at one place are one.
    std::vector<Diagnostic> sorted() const;

private:
    std::vector<Diagnostic> all_;
    std::size_t errors_ = 0;
};

} // namespace syntax
