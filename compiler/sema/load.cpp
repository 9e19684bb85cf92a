#include "compiler/sema/load.hpp"

#include "compiler/sema/analyse.hpp"
#include "compiler/sema/consequences.hpp"
#include "compiler/sema/function.hpp"
#include "compiler/sema/list_file.hpp"
#include "compiler/sema/question.hpp"
#include "compiler/sema/resolve.hpp"
#include "compiler/sema/suggest.hpp"
#include "compiler/syntax/parse.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace sema {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t import_depth_max = 256; // reading a file recurses into those it imports

/// By which a file is known again, whatever the way to it.
fs::path identity_of(const fs::path& path) {
    std::error_code error;
    auto identity = fs::weakly_canonical(path, error);
    return error ? path : identity;
}

/// Mistakes inside of one value or comparison, whatever else a policy says.
bool stands_alone(syntax::Kind kind) {
    using enum syntax::Kind;
    constexpr std::array kinds = {unknown_key,  unknown_property,   wrong_member_type, bad_mac,         bad_netmask,
                            not_a_host,   port_out_of_range,  value_out_of_range, unknown_subtype, set_twice,
                            unknown_severity, property_not_visible, set_in_comparison, set_on_the_left};
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// Reads a policy and everything it imports, each file once.
class Loader {
public:
    Loaded result;

    /// False when it cannot be read.
    bool load_file(const fs::path& path) {
        auto text = read_file_or_pipe(path);
        result.readable = text.has_value();
        if (text) load(path.string(), std::move(*text), path.parent_path(), identity_of(path));
        return result.readable;
    }

    void load(std::string name, std::string text, const fs::path& folder, const fs::path& identity) {
        reading_.push_back(identity);
        seen_.insert(identity);
        const auto file = result.sources.add(std::move(name), std::move(text));
        auto parsed = syntax::parse(result.sources, file, diagnostics_);
        complete_ &= parsed.complete;
        reliable_ &= parsed.reliable;
        lost_.merge(parsed.lost);
        expand_files(parsed.program, folder, result.sources, diagnostics_);
        parsed.program.folder = folder.string();
        programs_.push_back(std::move(parsed.program));
        const auto index = programs_.size() - 1;
        for (std::size_t i = 0; i < programs_[index].declarations.size(); ++i)
            if (const auto* import = std::get_if<syntax::Import>(&programs_[index].declarations[i]))
                this->import(syntax::Import(*import), folder);
        reading_.pop_back();
    }

    /// Says nothing of the policy, so it is no part of it: after everything that is.
    syntax::FileId ask(const Question& question) {
        question_ = result.sources.add("the question", text_of(question));
        auto parsed = syntax::parse(result.sources, *question_, diagnostics_);
        complete_ &= parsed.complete;
        programs_.push_back(std::move(parsed.program));
        return *question_;
    }

    Loaded finish() {
        // Names of a declaration that could not be made out would all be unknown.
        if (complete_)
            result.appliance = analyse(programs_, diagnostics_, question_);
        else if (reliable_)
            analyse_rest();
        if (diagnostics_.has_errors()) {
            const auto is_open_end = [](const syntax::Diagnostic& diagnostic) {
                return diagnostic.kind == syntax::Kind::missing_verdict ||
                       syntax::info(diagnostic.kind).severity != syntax::Severity::error;
            };
            if (result.appliance && std::ranges::all_of(diagnostics_.sorted(), is_open_end))
                result.open_ended = std::move(result.appliance);
            result.appliance.reset();
        }
        if (result.appliance) {
            // Seen from the policy's own folder, so that an image does not depend on where that lies.
            const auto folder = fs::path(result.sources[0].name).parent_path();
            result.appliance->files.clear();
            for (syntax::FileId file = 0; file < result.sources.size(); ++file)
                result.appliance->files.push_back(
                    fs::path(result.sources[file].name).lexically_relative(folder).generic_string());
        }
        result.diagnostics = without_consequences(diagnostics_.sorted(), programs_);
        return std::move(result);
    }

private:
    /// Where a part of the policy could not be parsed: reports of the rest what that part cannot have caused.
    void analyse_rest() {
        syntax::Diagnostics found;
        const auto said = diagnostics_.sorted();
        leave_open(said);
        analyse(programs_, found);
        const bool is_shape_known = std::ranges::none_of(said, is_about_closing, &syntax::Diagnostic::kind);
        for (auto& diagnostic : found.sorted()) {
            if (says_missing(diagnostic.kind) && !is_shape_known) continue;
            const auto whole = says_missing(diagnostic.kind) ? span_of_declaration(programs_, diagnostic.span) : diagnostic.span;
            const bool is_of_member = diagnostic.kind == syntax::Kind::unknown_member;
            if (is_of_member && is_cut(names_in(diagnostic.message).front(), said)) continue;
            const auto is_inside = [&](const syntax::Diagnostic& other) { return encloses(whole, other.span); };
            const bool is_error = syntax::info(diagnostic.kind).severity == syntax::Severity::error;
            if (is_error && !may_be_lost(diagnostic) && std::none_of(said.begin(), said.end(), is_inside))
                diagnostics_.report(std::move(diagnostic));
        }
    }

    /// What objects that others name lack may be what could not be parsed in them.
    void leave_open(const std::vector<syntax::Diagnostic>& said) {
        for (auto& program : programs_)
            for (auto& declaration : program.declarations)
                if (auto* untyped = std::get_if<syntax::Untyped>(&declaration))
                    for (const auto& one : said)
                        if (encloses(untyped->span, one.span)) leave_open(untyped->value, one.span);
    }

    static void leave_open(syntax::Value& value, const syntax::Span& place) {
        if (auto* list = std::get_if<syntax::List>(&value.is))
            for (auto& item : list->items)
                if (encloses(item.span, place)) leave_open(item, place);
        auto* object = std::get_if<syntax::Object>(&value.is);
        if (object == nullptr) return;
        for (auto& pair : object->pairs)
            if (encloses(pair.value.span, place)) leave_open(pair.value, place);
        if (find_pair(*object, syntax::left_out, false) == nullptr)
            object->pairs.push_back({{std::string(syntax::left_out), place}, {syntax::Bad{}, place}});
    }

    /// Whether the untyped element has a part that could not be parsed.
    bool is_cut(const std::string& name, const std::vector<syntax::Diagnostic>& said) const {
        for (const auto& program : programs_)
            for (const auto& declaration : program.declarations) {
                const auto* untyped = std::get_if<syntax::Untyped>(&declaration);
                if (untyped == nullptr || untyped->path.parts.front().text != name) continue;
                const auto is_inside = [&](const auto& other) { return encloses(untyped->span, other.span); };
                if (std::ranges::any_of(said, is_inside)) return true;
            }
        return false;
    }

    /// Whether what the message is about may be declared or completed where nothing could be read.
    bool may_be_lost(const syntax::Diagnostic& diagnostic) const {
        if (stands_alone(diagnostic.kind)) return false;
        // What the file declares is not known, nor what it adds to objects of others.
        if (file_is_missing_ &&
            (says_unknown(diagnostic.kind) || diagnostic.kind == syntax::Kind::missing_member))
            return true;
        const auto is_lost = [&](const std::string& name) {
            return lost_.contains(name) && !is_packet_object(name) && !is_action(name);
        };
        const auto names = names_in(diagnostic.message);
        if (diagnostic.kind == syntax::Kind::unknown_word) return is_lost(names.back()); // behind its key
        return std::ranges::any_of(names, is_lost);
    }

    void miss_file() {
        complete_ = false;
        file_is_missing_ = true;
    }

    void import(const syntax::Import& import, const fs::path& folder) {
        if (import.path.empty()) {
            miss_file();
            return;
        }
        const auto path = (folder / import.path).lexically_normal();
        const auto identity = identity_of(path);
        if (std::find(reading_.begin(), reading_.end(), identity) != reading_.end()) {
            miss_file();
            return diagnostics_.report(
                {syntax::Kind::import_cycle,
                 import.span,
                 sema::quoted(path.string()) + " is being read already: it imports this file",
                 {},
                 "put what both need into a third file"});
        }
        if (seen_.contains(identity)) return;
        if (reading_.size() == import_depth_max) {
            miss_file();
            return diagnostics_.report(
                {syntax::Kind::nesting_too_deep,
                 import.span,
                 "this import is nested more than " + std::to_string(import_depth_max) + " files deep",
                 {},
                 "import the files from one place"});
        }
        auto text = read_file(path);
        if (text) return load(path.string(), std::move(*text), path.parent_path(), identity);
        miss_file();
        diagnostics_.report({syntax::Kind::unreadable_file,
                             import.span,
                             sema::quoted(path.string()) + " cannot be read: " + why_unreadable(path),
                             {},
                             "paths are relative to the file that names them"});
    }

    syntax::Diagnostics diagnostics_;
    std::vector<syntax::Program> programs_;
    std::vector<fs::path> reading_;
    std::set<fs::path> seen_;
    std::optional<syntax::FileId> question_;
    std::set<std::string> lost_; ///< words of what could not be parsed
    bool complete_ = true;
    bool file_is_missing_ = false; ///< with whatever it declares
    bool reliable_ = true; ///< what was read is what was written, if not all of it
};

} // namespace

Loaded load_text(std::string name, std::string text, const fs::path& folder) {
    Loader loader;
    const auto identity = identity_of(folder / name);
    loader.load(std::move(name), std::move(text), folder, identity);
    return loader.finish();
}

Loaded load(const fs::path& path) {
    Loader loader;
    return loader.load_file(path) ? loader.finish() : std::move(loader.result);
}

Loaded load_with_question(const fs::path& path, const Question& question) {
    Loader loader;
    if (!loader.load_file(path)) return std::move(loader.result);
    const auto arguments = arguments_of(question, loader.result.sources);
    loader.result.diagnostics = unclosed(arguments, loader.result.sources);
    if (!loader.result.diagnostics.empty()) return std::move(loader.result);
    const auto text = loader.ask(question);
    auto loaded = loader.finish();
    show_arguments(loaded, text, arguments);
    return loaded;
}

} // namespace sema
