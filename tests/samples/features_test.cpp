// All samples together use the whole language: every declaration type, key, word, action, packet property,
// operator and constant. Where the compiler has a table of them, that is asked, so that a new one is missed
// here.
#include "tests/samples/uses.hpp"
#include "tests/samples/vocabulary.hpp"

#include "compiler/model/field.hpp"
#include "compiler/sema/constants.hpp"
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/parse.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;
using samples::offered;
using samples::Words;

std::vector<std::string> texts() {
    std::vector<std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(SAMPLES)) {
        if (entry.path().extension() != ".nacl") continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        result.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
    return result;
}

const samples::Uses& uses() {
    static const auto all = [] {
        samples::Uses found;
        for (auto& text : texts()) {
            syntax::Sources sources;
            syntax::Diagnostics diagnostics;
            const auto parsed = syntax::parse(sources, sources.add("sample", std::move(text)), diagnostics);
            add_uses(parsed.program, found);
        }
        return found;
    }();
    return all;
}

Words missing(const Words& wanted, const Words& used) {
    Words result;
    for (const auto& word : wanted)
        if (!used.contains(word)) result.insert(word);
    return result;
}

} // namespace

TEST_CASE("every declaration") {
    Words wanted = {
        "Iface",  "Gateway", "Conntrack",  "Load_balancer",     "Syslog",          "Timer", "Limit", "Test",
        "import", "value",   "assignment", "Assert of a chain", "Assert of a path"};
    for (const auto* type : {"Filter", "Nat"})
        for (const auto* subtype : {"IP", "TCP", "UDP", "ICMP"})
            wanted.insert(std::string(type) + "::" + subtype);
    for (const auto* subtype : {"IP", "TCP", "UDP", "ICMP"}) wanted.insert(std::string("Assert::") + subtype);
    CHECK(missing(wanted, uses().declarations) == Words{});
}

TEST_CASE("every key of every typed object, but `reserve`, which is a warning wherever it stands") {
    Words used = uses().keys;
    // A step has the keys of a Test with one step, and so on.
    for (const auto& key : uses().keys)
        if (key.starts_with("Test.steps.")) used.insert("Test." + key.substr(11));
    for (const auto& key : uses().keys)
        if (key.starts_with("Test.")) used.insert("Test.steps." + key.substr(5));
    Words wanted = {"Gateway.forward", "Gateway.send_time_exceeded", "Gateway.connected"};
    for (const auto& owner : samples::owners)
        for (const auto& key : offered(std::string(owner.policy), syntax::Kind::unknown_key))
            wanted.insert(std::string(owner.path) + '.' + key);
    wanted.erase("Conntrack.reserve");
    // What a frame that leaves shows is written as what comes in.
    for (const auto* key : {"eth", "options", "udp"}) wanted.erase(std::string("Test.out.") + key);
    CHECK(missing(wanted, used) == Words{});
}

TEST_CASE("every word that a key can be") {
    using enum syntax::Kind;
    Words wanted;
    for (const auto* policy :
         {"Iface x { index: 0, config: zzzzzzzz }", "Iface x { index: 0, rpf: zzzzzzzz }",
          "Limit l { rate: 1, per: zzzzzzzz }", "Timer t { interval: 1, data: [zzzzzzzz] }",
          "Load_balancer l { layer: zzzzzzzz }", "Load_balancer l { servers: { algorithm: zzzzzzzz } }"})
        wanted.merge(offered(policy, unknown_word));
    wanted.merge(offered(std::string(samples::iface) + "Test t { iface: eth0, packet: {}, expect: zzzzzzzz }",
                         unknown_word));
    wanted.merge(offered("Filter::IP f { accept }\nTest t { function: f, packet: {}, expect: zzzzzzzz }",
                         unknown_word));
    CHECK(missing(wanted, uses().words) == Words{});
}

TEST_CASE("every constant") {
    Words wanted;
    for (const auto& name : sema::constant_names()) wanted.insert(name);
    CHECK(missing(wanted, uses().words) == Words{});
}

TEST_CASE("every packet property, where a function reads it") {
    Words wanted = {"exceeded"};
    for (const auto& field : model::field_table) wanted.insert(std::string(field.name));
    CHECK(missing(wanted, uses().properties) == Words{});
}

TEST_CASE("every action, with every severity and every form of translation") {
    Words wanted = {"accept", "drop", "reject", "log", "syslog", "dnat", "snat", "call", "else"};
    for (const auto& word :
         offered("Filter::IP f { syslog(zzzzzzzz, \"\") accept }", syntax::Kind::unknown_severity))
        wanted.insert("syslog " + word);
    CHECK(missing(wanted, uses().actions) == Words{});
    const Words forms = {"dnat(address)", "dnat(port)", "dnat(address, port)",
                         "snat(address)", "snat(port)", "snat(address, port)"};
    CHECK(missing(forms, uses().arguments) == Words{});
}

TEST_CASE("every operator, in each of its spellings") {
    CHECK(missing({"==", "!=", "<", ">", "<=", ">=", "in", "not", "and", "or"}, uses().operators) == Words{});
    Words spelt;
    for (const auto& text : texts())
        for (const auto& token : syntax::lex(0, text)) spelt.insert(token.text);
    CHECK(missing({"in", "IN", "and", "&&", "or", "||", "not", "!", "true", "false", "if", "else", "->"},
                  spelt) == Words{});
}

TEST_CASE("every kind of value") {
    CHECK(missing({"bool", "integer", "decimal", "string", "address", "cidr", "integer range",
                   "address range", "decimal range", "name", "list", "object"},
                  uses().literals) == Words{});
    CHECK(uses().literals.contains("file"));
}
