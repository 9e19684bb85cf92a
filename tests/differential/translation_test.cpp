// Both translations of random policies against the interpreter; and that a wrong number in a table is found.
#include "random_policy.hpp"

#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "compiler/sema/load.hpp"
#include "harness/validation.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using codegen::Translation;

namespace {

model::Appliance policy(const std::string& text) {
    auto loaded = sema::load_text("random.nacl", text);
    if (!loaded.appliance)
        for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    return *loaded.appliance;
}

harness::Validation compared(const model::Appliance& appliance, const std::string& cpp) {
    const codegen::Workshop workshop;
    const auto file = workshop.path() / "policy.so";
    REQUIRE(codegen::build(*codegen::find_kit(), cpp, codegen::Product::host, file) == "");
    return harness::validate(appliance, harness::interp_backend(appliance), harness::host_backend(appliance, file));
}

/// The tables of a program whose name ends so, as places of its text where their numbers begin.
std::vector<std::size_t> numbers_of(const std::string& cpp, const std::string& table) {
    std::vector<std::size_t> places;
    for (auto at = cpp.find(table + ":\n"); at != cpp.npos; at = cpp.find(table + ":\n", at + 1)) {
        const auto end = cpp.find(".section", at);
        for (auto number = cpp.find("0x", at); number < end; number = cpp.find("0x", number + 1))
            places.push_back(number);
    }
    return places;
}

} // namespace

TEST_CASE("both translations of random policies say what the interpreter says") {
    const auto seed = GENERATE(range(1, 5));
    CAPTURE(seed);
    const auto appliance = policy(random_policy(static_cast<std::uint64_t>(seed)));
    for (const auto translation : {Translation::optimised, Translation::plain}) {
        const auto report = compared(appliance, codegen::cpp_for_tests(appliance, translation));
        INFO(report.disagreement.value_or(""));
        CHECK_FALSE(report.disagreement);
        CHECK(report.packets > 3000);
        CHECK(report.reached.size() > 20);
    }
}

TEST_CASE("a wrong number in a table is found") {
    std::string text = "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: f }\nFilter::TCP f {\n";
    for (int i = 0; i < 60; ++i)
        text += fmt::format("if (ip.saddr in 10.1.{}.0/24 and tcp.dport in {}-{}) {{ {} }}\n", i * 2, i * 100, i * 150 + 40,
                            i % 2 ? "accept" : "drop");
    const auto appliance = policy(text + "drop\n}\n");
    const auto cpp = codegen::cpp_for_tests(appliance);
    REQUIRE_FALSE(compared(appliance, cpp).disagreement);

    const auto* const table = GENERATE("ip_saddr_ends", "tcp_dport_ends", "ip_saddr_words", "tcp_dport_words");
    const auto numbers = numbers_of(cpp, table);
    REQUIRE(numbers.size() > 20);
    // A number near the middle: an end that is one off, or a rule more and a rule less.
    auto at = numbers[numbers.size() / 2];
    const auto value = [&] { return std::stoull(cpp.substr(at + 2), nullptr, 16); };
    while (value() < 2) at = numbers[static_cast<std::size_t>(std::ranges::find(numbers, at) - numbers.begin()) + 1];
    CAPTURE(table, value());
    auto wrong = cpp;
    const auto digits = wrong.find_first_of(",\n", at) - at;
    wrong.replace(at, digits, fmt::format("{:#x}", value() ^ 1));
    CHECK(compared(appliance, wrong).disagreement);
}
