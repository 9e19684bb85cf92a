#include "tests/nft/imported.hpp"

#include "codegen/process.hpp"
#include "codegen/workshop.hpp"
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"
#include "tests/nft/linux_host.hpp"

#include <fstream>

namespace nft_test {

std::string listed(const std::string& ruleset) {
    if (codegen::run({"unshare", "-n", "true"}, "/").status != 0)
        throw Unavailable("no network namespace: it takes root");
    const codegen::Workshop workshop;
    std::ofstream(workshop.path() / "ruleset.nft") << ruleset;
    const auto done = codegen::run({"unshare", "-n", "sh", "-c", "nft -f ruleset.nft && nft -j list ruleset"},
                                   workshop.path());
    if (done.status != 0) throw std::runtime_error("nft: " + done.output);
    return done.output;
}

model::Appliance compiled(const importer::Imported& imported) {
    if (!imported.error.empty()) throw std::runtime_error(imported.error);
    const auto loaded = sema::load_text("imported.nacl", imported.text);
    if (loaded.appliance) return *loaded.appliance;
    std::string why = imported.text;
    for (const auto& diagnostic : loaded.diagnostics) why += syntax::render_text(diagnostic, loaded.sources);
    throw std::runtime_error(why);
}

std::vector<importer::NicOption> nics_of(const model::Appliance& appliance) {
    std::vector<importer::NicOption> nics;
    for (const auto& iface : appliance.ifaces) nics.push_back({iface.name, iface.ipv4});
    return nics;
}

} // namespace nft_test
