#include "naclc/commands.hpp"

#include "codegen/cpp.hpp"
#include "codegen/json.hpp"
#include "codegen/nft/nft.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace naclc {

namespace {

/// The names of NICs as the command line says them; nothing, with a message, when one cannot be meant.
std::optional<codegen::nft::Options> nft_options(const EmitOptions& options,
                                                 const model::Appliance& appliance) {
    codegen::nft::Options read;
    for (const auto& said : options.nics) {
        const auto at = said.find('=');
        const auto iface = said.substr(0, at);
        const auto nic = at == said.npos ? "" : said.substr(at + 1);
        if (nic.empty() || nic.find_first_of("\"/*$\\ \t\n") != nic.npos) {
            fmt::print(stderr, "naclc: `--ifname {}` is not of the form `wan=eth0`\n", said);
            return std::nullopt;
        }
        if (std::ranges::find(appliance.ifaces, iface, &model::Iface::name) == appliance.ifaces.end()) {
            fmt::print(stderr, "naclc: `--ifname {}`: the policy has no Iface `{}`\n", said, iface);
            return std::nullopt;
        }
        read.nics[iface] = nic;
    }
    return read;
}

int emit_nft(const EmitOptions& options, const Reporting& reporting) {
    const auto checked = check_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    const auto nics = nft_options(options, *checked.appliance);
    if (!nics) return wrong_usage;
    const auto emitted = codegen::nft::emit(*checked.appliance, *nics);
    print(emitted.problems, checked.sources, reporting);
    std::fwrite(emitted.text.data(), 1, emitted.text.size(), stdout);
    return emitted.problems.empty() ? fine : wrong_input;
}

} // namespace

int emit(const EmitOptions& options, const Reporting& reporting) {
    if (options.target == Target::nft) return emit_nft(options, reporting);
    const bool json = options.target == Target::json;
    const auto checked = check_file(options.file, reporting);
    if (!checked.appliance) return checked.status;
    const auto text =
        json ? codegen::to_document(*checked.appliance).dump(2) + '\n'
             : codegen::cpp(*checked.appliance, options.translation);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return checked.status;
}

} // namespace naclc
