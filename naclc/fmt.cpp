#include "naclc/commands.hpp"

#include "codegen/replace_file.hpp"
#include "compiler/sema/list_file.hpp"
#include "compiler/syntax/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace naclc {

namespace {

Status failed(const Path& file, std::string_view what) {
    fmt::print(stderr, "naclc: cannot format {}: {}\n", file.string(), what);
    return wrong_usage;
}

Status format_file(const Path& file, bool only_check, const Reporting& reporting) {
    const auto old = sema::read_file(file);
    if (!old) {
        fmt::print(stderr, "naclc: cannot read {}\n", file.string());
        return wrong_usage;
    }
    syntax::Sources sources;
    syntax::Diagnostics diagnostics;
    const auto text = syntax::format(sources, sources.add(file.string(), *old), diagnostics);
    if (diagnostics.has_errors()) {
        for (const auto& diagnostic : diagnostics.sorted()) print(diagnostic, sources, reporting);
        return wrong_input;
    }
    if (!text) return failed(file, "the layout would change its content; this is a mistake of naclc");
    if (*text == *old) return fine;
    if (only_check) {
        fmt::print("{}\n", file.string());
        return wrong_input;
    }
    const auto error = codegen::replace_file(file, *text, std::filesystem::perms::owner_all);
    return error.empty() ? fine : failed(file, error);
}

} // namespace

int format(const FormatOptions& options, const Reporting& reporting) {
    int status = fine;
    for (const auto& file : options.files)
        status = std::max<int>(status, format_file(file, options.check, reporting));
    return status;
}

} // namespace naclc
