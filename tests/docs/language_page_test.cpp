// The tables of keys on the language page have every key that the compiler takes, and no other.
#include "tests/docs/page.hpp"
#include "tests/samples/vocabulary.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace {

/// Where the keys of an object stand on the page.
std::string heading_of(const samples::Owner& owner) {
    const std::string path(owner.path);
    if (path == "Gateway.*") return "### Routes";
    if (path.starts_with("Conntrack.timeout")) return "### Timeouts";
    if (path == "Load_balancer.clients") return "#### clients";
    if (path == "Load_balancer.servers") return "#### servers";
    if (path == "Load_balancer.servers.pool") return "#### pool";
    if (path == "Test.steps") return "#### Keys of a Test";
    if (path == "Test") return "#### Keys of a Test";
    if (path == "Test.lease") return "#### Keys of a lease";
    if (path == "Test.packet" || path == "Test.out") return "#### Keys of a packet";
    return "### " + path;
}

} // namespace

TEST_CASE("every key stands in its table, and nothing is invented") {
    const auto page = docs::text_of(PROJECT "/docs/reference/language.md");
    std::map<std::string, samples::Words> wanted;
    for (const auto& owner : samples::owners)
        wanted[heading_of(owner)].merge(
            samples::offered(std::string(owner.policy), syntax::Kind::unknown_key));
    for (const auto& [heading, keys] : wanted) {
        INFO(heading);
        const auto section = docs::section(page, heading);
        const auto cells =
            docs::first_cells(section.substr(0, section.find("\n#"))); // without what is below it
        CHECK(samples::Words(cells.begin(), cells.end()) == keys);
    }
}
