#include "compiler/sema/load.hpp"

#include "compiler/sema/analyse.hpp"
#include "compiler/syntax/parse.hpp"

#include <fstream>
#include <iterator>

namespace sema {

namespace {

std::optional<std::string> read_file(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

} // namespace

Loaded load_text(std::string name, std::string text) {
    Loaded result;
    syntax::Diagnostics diagnostics;
    std::vector<syntax::Program> programs;
    const auto file = result.sources.add(std::move(name), std::move(text));
    auto parsed = syntax::parse(result.sources, file, diagnostics);
    for (const auto& declaration : parsed.program.declarations)
        if (const auto* import = std::get_if<syntax::Import>(&declaration))
            diagnostics.report(
                {syntax::Kind::not_yet_supported, import->span, "`import` is not supported yet"});
    programs.push_back(std::move(parsed.program));
    // Names of a declaration that could not be made out would all be unknown.
    if (parsed.complete) result.appliance = analyse(programs, diagnostics);
    result.diagnostics = diagnostics.sorted();
    return result;
}

Loaded load(const std::filesystem::path& path) {
    auto text = read_file(path);
    if (text) return load_text(path.string(), std::move(*text));
    Loaded result;
    result.readable = false;
    return result;
}

} // namespace sema
