#include "naclc/commands.hpp"

#include "codegen/replace_file.hpp"
#include "compiler/importer/nft.hpp"
#include "compiler/sema/list_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

namespace naclc {

namespace {

std::optional<std::string> read_dump(const Path& file) {
    if (file != "-") return sema::read_file_or_pipe(file);
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    return std::cin.bad() ? std::nullopt : std::optional(std::move(text));
}

void print(const importer::Message& message, const Reporting& reporting) {
    const std::string_view kind = message.is_loss ? "warning" : "note";
    if (reporting.json)
        fmt::print(stderr, "{}\n",
                   nlohmann::json{{"severity", kind}, {"message", message.text}}.dump(
                       -1, ' ', false, nlohmann::json::error_handler_t::replace));
    else
        fmt::print(stderr, "naclc: {}: {}\n", message.is_loss ? "not carried over" : "note", message.text);
}

} // namespace

int import_nft(const ImportOptions& options, const Reporting& reporting) {
    std::vector<importer::NicOption> nics;
    for (const auto& said : options.nics) {
        auto nic = importer::parse_nic(said);
        if (const auto* why = std::get_if<std::string>(&nic)) {
            fmt::print(stderr, "naclc: `--iface`: {}\n", *why);
            return wrong_usage;
        }
        nics.push_back(std::get<importer::NicOption>(nic));
    }
    const auto dump = read_dump(options.file);
    if (!dump) return unreadable(options.file, reporting);
    const auto imported = importer::import_nft(*dump, options.file.filename().string(), nics);
    if (!imported.error.empty()) {
        fmt::print(stderr, "naclc: {}: {}\n", options.file.string(), imported.error);
        return wrong_usage;
    }
    for (const auto& message : imported.messages) print(message, reporting);
    if (options.output.empty()) {
        std::fwrite(imported.text.data(), 1, imported.text.size(), stdout);
    } else {
        using std::filesystem::perms;
        const auto readable = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
        if (const auto error = codegen::replace_file(options.output, imported.text, readable);
            !error.empty()) {
            fmt::print(stderr, "naclc: cannot write {}: {}\n", options.output.string(), error);
            return wrong_usage;
        }
    }
    return std::ranges::any_of(imported.messages, &importer::Message::is_loss) ? wrong_input : fine;
}

} // namespace naclc
