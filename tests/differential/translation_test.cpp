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
    return harness::validate(appliance, harness::interp_backend(appliance),
                             harness::host_backend(appliance, file), {.packets_min = 20'000});
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
        CHECK(report.packets > 15'000);
        CHECK(report.reached.size() > 100);
    }
}

TEST_CASE("a wrong translation is found where later functions of the chain see it") {
    const auto to = [](const std::string& address, const std::string& chain) {
        return policy("Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, " + chain +
                      ": [elsewhere, there] }\nNat::IP elsewhere { dnat(" + address +
                      ") }\nFilter::IP there { if (ip.daddr == 10.0.0.9) { accept } drop }\n");
    };
    const std::string chain = GENERATE("prerouting", "output");
    const auto right = to("10.0.0.9", chain), wrong = to("10.0.0.8", chain);
    const auto as_compiled = compared(right, codegen::cpp_for_tests(right));
    INFO(as_compiled.disagreement.value_or(""));
    CHECK_FALSE(as_compiled.disagreement);
    CHECK(compared(right, codegen::cpp_for_tests(wrong)).disagreement);
}

TEST_CASE("a wrong number in a table is found") {
    std::string text = "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: f }\n"
                       "Filter::IP f {\nFilter::TCP {\n";
    for (int i = 0; i < 60; ++i)
        text += fmt::format("if (ip.saddr in 10.1.{}.0/24 and tcp.dport in {}-{}) {{ {} }}\n", i * 2, i * 100,
                            i * 150 + 40, i % 2 ? "accept" : "drop");
    const auto appliance = policy(text + "}\ndrop\n}\n");
    const auto cpp = codegen::cpp_for_tests(appliance);
    REQUIRE_FALSE(compared(appliance, cpp).disagreement);

    const auto* const table =
        GENERATE("ip_saddr_ends", "tcp_dport_ends", "ip_saddr_words", "tcp_dport_words");
    const auto numbers = numbers_of(cpp, table);
    REQUIRE(numbers.size() > 20);
    // The middle one of those that say something: an end that is one off, or a rule that is missing in a
    // range.
    std::vector<std::size_t> telling;
    const auto value = [&](std::size_t at) { return std::stoull(cpp.substr(at + 2), nullptr, 16); };
    std::ranges::copy_if(numbers, std::back_inserter(telling), [&](std::size_t at) {
        return value(at) > 1 && value(at) != 0xffff && value(at) != 0xffffffff;
    });
    const auto at = telling[telling.size() / 2];
    const bool is_end = std::string_view(table).ends_with("ends");
    const auto changed = is_end ? value(at) - 1 : value(at) & (value(at) - 1);
    CAPTURE(table, value(at), changed);
    auto wrong = cpp;
    wrong.replace(at, wrong.find_first_of(",\n", at) - at, fmt::format("{:#x}", changed));
    CHECK(compared(appliance, wrong).disagreement);
}
