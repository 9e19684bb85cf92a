#include "naclc/commands.hpp"

#include "codegen/replace_file.hpp"
#include "compiler/analysis/generate.hpp"
#include "compiler/analysis/test_text.hpp"
#include "compiler/importer/values.hpp"
#include "compiler/syntax/format.hpp"
#include "harness/coverage.hpp"
#include "harness/play.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <set>

namespace naclc {

namespace {

bool is_of_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Every word of the policy's files: whatever is declared there, it is one of them.
std::set<std::string> words_of(const syntax::Sources& sources) {
    std::set<std::string> words;
    for (syntax::FileId file = 0; file < sources.size(); ++file) {
        const auto& text = sources[file].text;
        for (auto at = text.begin(); at != text.end();) {
            const auto begin = std::find_if(at, text.end(), is_of_word);
            at = std::find_if_not(begin, text.end(), is_of_word);
            if (begin != at) words.emplace(begin, at);
        }
    }
    return words;
}

/// The Tests as text, with names that are free.
class Writer {
public:
    explicit Writer(const Checked& checked)
        : appliance_(*checked.appliance), sources_(checked.sources), taken_(words_of(sources_)) {}

    std::string of(analysis::GeneratedTest generated) {
        const auto* statement =
            generated.statement ? &appliance_.statements.at(*generated.statement) : nullptr;
        const auto& place = statement != nullptr ? statement->place : generated.of;
        const std::string word(statement != nullptr ? model::name(statement->action) : "next");
        generated.test.name = free_name(fmt::format("l{}_{}", place.line, word));
        auto comment = statement != nullptr ? fmt::format("{} at {}", word, harness::at(appliance_, place))
                                            : std::string("nothing decides");
        if (!generated.boundary.empty())
            comment += fmt::format(": {} ({})", generated.boundary, harness::at(appliance_, generated.of));
        return "\n// " + comment + '\n' + analysis::text_of(appliance_, sources_, generated.test);
    }

private:
    std::string free_name(const std::string& stem) {
        for (;;) {
            auto name = fmt::format("{}_{}", stem, ++used_[stem]);
            if (taken_.insert(name).second) return name;
        }
    }

    const model::Appliance& appliance_;
    const syntax::Sources& sources_;
    std::set<std::string> taken_;
    std::map<std::string, std::size_t> used_;
};

std::optional<std::string> formatted(const std::string& text) {
    syntax::Sources sources;
    syntax::Diagnostics diagnostics;
    return syntax::format(sources, sources.add("generated", text), diagnostics);
}

void note(const std::string& text, const Reporting& reporting) {
    if (reporting.json)
        fmt::print(stderr, "{}\n",
                   nlohmann::json{{"severity", "note"}, {"message", text}}.dump(
                       -1, ' ', false, nlohmann::json::error_handler_t::replace));
    else
        fmt::print(stderr, "naclc: {}\n", text);
}

std::string_view why(analysis::Untested untested) {
    switch (untested) {
    case analysis::Untested::unreachable:
        return "no packet gets to it (a proof)";
    case analysis::Untested::undecided:
        return "not decided whether a packet gets to it";
    case analysis::Untested::unsaid:
        return "a packet may get to it, but none was found that a Test can send";
    case analysis::Untested::left_out:
        break;
    }
    return {};
}

void summarize(const analysis::Generated& generated, const model::Appliance& appliance, const Path& file,
               const Reporting& reporting) {
    const auto statements = harness::statements_on_chains(appliance).size();
    note(fmt::format("{}: {} of {} verdict statements have a Test, {} Tests in all{}", file.string(),
                     statements - generated.untested.size(), statements, generated.tests.size(),
                     generated.whole ? "" : " (`--max` stopped it)"),
         reporting);
    for (const auto& [id, untested] : generated.untested) {
        if (untested == analysis::Untested::left_out) continue; // the first line says so
        const auto& statement = appliance.statements.at(id);
        note(fmt::format("{}: no Test of this `{}`: {}", harness::at(appliance, statement.place),
                         model::name(statement.action), why(untested)),
             reporting);
    }
}

/// How one file imports another: as the two were named, where links allow that.
std::string import_of(const Path& policy, const Path& output) {
    namespace fs = std::filesystem;
    const auto folder = fs::absolute(output).lexically_normal().parent_path();
    auto way = fs::absolute(policy).lexically_normal().lexically_relative(folder);
    std::error_code not_there;
    if (!fs::equivalent(folder / way, policy, not_there)) way = fs::relative(policy, folder, not_there);
    return "import " + importer::string_of(way.generic_string()) + '\n';
}

Status write(const std::string& text, const Path& output) {
    if (output.empty()) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return fine;
    }
    using std::filesystem::perms;
    const auto readable = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
    const auto error = codegen::replace_file(output, text, readable);
    if (error.empty()) return fine;
    fmt::print(stderr, "naclc: cannot write {}: {}\n", output.string(), error);
    return wrong_usage;
}

} // namespace

int generate(const GenerateOptions& options, const Reporting& reporting) {
    if (options.files.size() != 1) {
        fmt::print(stderr, "naclc: `--generate` takes one policy at a time\n");
        return wrong_usage;
    }
    const auto& file = options.files.front();
    std::error_code ignored;
    if (!options.output.empty() && std::filesystem::equivalent(file, options.output, ignored)) {
        fmt::print(stderr,
                   "naclc: `--output` is the policy itself: leave it out and append what is printed\n");
        return wrong_usage;
    }
    const auto checked = check_file(file, reporting);
    if (!checked.appliance) return checked.status;
    const auto& appliance = *checked.appliance;
    const auto backend = harness::interp_backend(appliance);
    const auto play = [&](model::Scenario& test) { return harness::play(appliance, backend, test); };
    const auto generated = analysis::generate_tests(appliance, harness::statements_on_chains(appliance), play,
                                                    {options.seed, options.tests_max});
    std::string text = options.output.empty() ? "" : import_of(file, options.output);
    Writer writer(checked);
    for (const auto& test : generated.tests) text += writer.of(test);
    const auto laid_out = formatted(text);
    if (!laid_out) {
        fmt::print(stderr, "naclc: the Tests for {} cannot be laid out; this is a mistake of naclc\n",
                   file.string());
        return wrong_usage;
    }
    const auto status = write(*laid_out, options.output);
    if (status == fine) summarize(generated, appliance, file, reporting);
    return status;
}

} // namespace naclc
