// Every sample is a policy without errors or warnings.
#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"

#include <catch2/catch.hpp>

namespace {

sema::Loaded load_sample(const std::string& name) {
    auto loaded = sema::load(std::string(SAMPLES_DIR) + "/" + name);
    REQUIRE(loaded.readable);
    std::string messages;
    for (const auto& diagnostic : loaded.diagnostics)
        messages += syntax::render_text(diagnostic, loaded.sources);
    CHECK(messages == "");
    return loaded;
}

} // namespace

TEST_CASE("the bastion becomes the appliance that it describes") {
    const auto loaded = load_sample("bastion.nacl");
    REQUIRE(loaded.appliance);
    const auto& appliance = *loaded.appliance;
    CHECK(appliance.name == "bastion");
    REQUIRE(appliance.ifaces.size() == 2);
    CHECK(appliance.ifaces[0].name == "outside");
    CHECK(std::get<std::uint32_t>(appliance.ifaces[1].nic) == 1);
    REQUIRE(appliance.ifaces[0].ipv4);
    CHECK(appliance.ifaces[0].ipv4->network.length == 16);
    REQUIRE(appliance.gateway);
    REQUIRE(appliance.gateway->routes.size() == 2);
    CHECK(appliance.gateway->routes[1].destination.address == 0xc0a80000);
    CHECK(appliance.gateway->forward == std::vector<model::FunctionId>{0});
    CHECK(appliance.statements.size() == 4);
    CHECK(appliance.functions.at(0).body.size() == 5);
    CHECK(appliance.sets.size() == 4);
    CHECK(appliance.tests.size() == 13);
}
