#include "compiler/syntax/parse.hpp"

#include <catch2/catch.hpp>

using namespace syntax;

namespace {

Program parsed(const std::string& text) {
    Sources sources;
    Diagnostics diagnostics;
    auto result = parse(sources, sources.add("f.nacl", text), diagnostics);
    CHECK(diagnostics.sorted().empty());
    CHECK(result.complete);
    return std::move(result.program);
}

Value value(const std::string& text) {
    const auto program = parsed("x: " + text);
    REQUIRE(program.declarations.size() == 1);
    return std::get<Untyped>(program.declarations[0]).value;
}

template <typename T>
T literal(const std::string& text) {
    return std::get<T>(value(text).is);
}

} // namespace

TEST_CASE("literals mean what they say") {
    CHECK(literal<Integer>("007").value == 7);
    CHECK(literal<Integer>("0x1F").value == 31);
    CHECK(literal<Integer>("(-5)").value == -5);
    CHECK(literal<Integer>("9223372036854775807").value == 9223372036854775807);
    CHECK(literal<Decimal>("1.5").value == 1.5);
    CHECK(literal<Address>("10.0.0.255").ipv4 == 0x0a0000ff);
    CHECK(literal<Address>("010.001.0.089").ipv4 == 0x0a010059);
    CHECK(literal<Cidr>("143.23.5.12/24").length == 24);
    CHECK(literal<AddressRange>("10.0.0.1 - 10.0.1.0").high == 0x0a000100);
    CHECK(literal<IntegerRange>("(-5)-5").low == -5);
    CHECK(literal<String>(R"("a\n\t\"\\\x41 # // /* ä")").text == "a\n\t\"\\A # // /* ä");
    CHECK(literal<Path>("a.b-c.in").parts.size() == 3);
    CHECK(literal<List>("[1, 2,]").items.size() == 2);
    CHECK(literal<List>("[]").items.empty());
    CHECK(literal<Object>("{ if: 1, e4-1: { }, }").pairs.size() == 2);
    CHECK(literal<Call>("file(\"x\")").arguments.size() == 1);
}

TEST_CASE("spans cover exactly what was written") {
    const auto program = parsed("a: 1\n  Iface eth0 { index: \"ä\", x: [1,\n 2] }\n");
    const auto& iface = std::get<Typed>(program.declarations.at(1));
    CHECK(iface.span == Span{0, {2, 3}, {3, 6}});
    const auto& pairs = std::get<Object>(iface.value.is).pairs;
    CHECK(pairs.at(0).value.span == Span{0, {2, 23}, {2, 26}});
    CHECK(pairs.at(1).key.span == Span{0, {2, 28}, {2, 29}});
    CHECK(pairs.at(1).value.span == Span{0, {2, 31}, {3, 4}});
}

TEST_CASE("everything of the language has a place in the tree") {
    const auto program = parsed(R"(
import "common.nacl"
Limit tries { rate: 10, per: minute, key: ip.saddr }
Assert::TCP on_chain(eth0.prerouting) { drop }
Assert::IP on_path(guest -> office) { drop }
Filter : : IP spaced { accept() f g() reject }
a.b.c: file("list.txt")
)");
    REQUIRE(program.declarations.size() == 6);
    CHECK(std::get<Import>(program.declarations[0]).path == "common.nacl");
    const auto& on_path = std::get<Function>(program.declarations[3]);
    REQUIRE(on_path.target);
    REQUIRE(on_path.target->to);
    CHECK(to_string(*on_path.target->to) == "office");
    CHECK(std::get<Function>(program.declarations[4]).body.size() == 4);
    CHECK(std::get<Untyped>(program.declarations[5]).path.parts.size() == 3);
}

TEST_CASE("one line and many lines are the same program") {
    const std::string text =
        "Filter::IP f { if (not a and b or (c)) { accept } else if (d == 1) { drop } else { log(\"x\") } }";
    std::string lines = text;
    for (auto at = lines.find(' '); at != std::string::npos; at = lines.find(' ', at + 1)) lines[at] = '\n';
    for (const auto& source : {text, lines}) {
        const auto program = parsed(source);
        const auto& f = std::get<Function>(program.declarations.at(0));
        const auto& conditional = std::get<Conditional>(f.body.at(0).is);
        const auto& either = std::get<Or>(conditional.arms.at(0).condition.is);
        CHECK(std::holds_alternative<And>(either.operands.at(0).is));
        CHECK(std::holds_alternative<Comparison>(conditional.arms.at(1).condition.is));
        CHECK(std::holds_alternative<Action>(conditional.otherwise.at(0).is));
    }
}
