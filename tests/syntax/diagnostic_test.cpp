#include "compiler/syntax/render.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace syntax;

namespace {

std::string rendered(const std::string& text, const Span& span) {
    Sources sources;
    sources.add("f.nacl", text);
    return render_text({Kind::stray_character, span, "what", {}, ""}, sources);
}

} // namespace

TEST_CASE("a message shows its place, its line and its hint") {
    Sources sources;
    sources.add("file.nacl", "a: 1\n        if (tcp.dport == 70000) { drop }\n");
    const Diagnostic diagnostic{Kind::port_out_of_range,
                                {0, {2, 26}, {2, 31}},
                                "`tcp.dport` cannot equal 70000: ports go from 0 to 65535",
                                {{{0, {1, 1}, {1, 2}}, "here"}},
                                "write less"};
    CHECK(render_text(diagnostic, sources) == "file.nacl:2:26: error: `tcp.dport` cannot equal 70000: ports "
                                              "go from 0 to 65535 [port-out-of-range]\n"
                                              "    2 |         if (tcp.dport == 70000) { drop }\n"
                                              "      |                          ^~~~~\n"
                                              "file.nacl:1:1: note: here\n"
                                              "    1 | a: 1\n"
                                              "      | ^\n"
                                              "hint: write less\n");
}

TEST_CASE("carets stand below their characters whatever their bytes and tabs") {
    CHECK(rendered("\tx\t= y", {0, {1, 4}, {1, 5}}).find("      | \t \t^\n") != std::string::npos);
    CHECK(rendered("\"ä€\" = y", {0, {1, 6}, {1, 7}}).find("      |      ^\n") != std::string::npos);
    // Past the end of a line, and over several lines: as far as the first one goes.
    CHECK(rendered("ab", {0, {1, 3}, {1, 3}}).find("      |   ^\n") != std::string::npos);
    CHECK(rendered("ab\ncd\n", {0, {1, 1}, {2, 2}}).find("      | ^~\n") != std::string::npos);
    CHECK(rendered("a\x1b[31mb\r\n", {0, {1, 1}, {1, 2}}).find("    1 | a?[31mb\n") != std::string::npos);
}

TEST_CASE("the JSON form has one object a line") {
    Sources sources;
    sources.add("file.nacl", "a: \xff");
    const Diagnostic diagnostic{
        Kind::bad_utf8, {0, {1, 4}, {1, 5}}, "bad \xff", {{{0, {1, 1}, {1, 2}}, "here"}}, "cure"};
    const auto text = render_json(diagnostic, sources);
    CHECK(text.find('\n') == text.size() - 1);
    const auto object = nlohmann::json::parse(text);
    CHECK(object["severity"] == "error");
    CHECK(object["kind"] == "bad-utf8");
    CHECK(object["file"] == "file.nacl");
    CHECK(object["line"] == 1);
    CHECK(object["column"] == 4);
    CHECK(object["end_line"] == 1);
    CHECK(object["end_column"] == 5);
    CHECK(object["hint"] == "cure");
    CHECK(object["notes"].at(0)["message"] == "here");
}

TEST_CASE("diagnostics come in source order, and none twice") {
    Diagnostics diagnostics;
    diagnostics.report({Kind::bad_number, {0, {2, 1}, {2, 2}}, "second"});
    diagnostics.report({Kind::bad_number, {0, {1, 5}, {1, 6}}, "first"});
    diagnostics.report({Kind::bad_number, {0, {2, 1}, {2, 2}}, "second"});
    const auto sorted = diagnostics.sorted();
    REQUIRE(sorted.size() == 2);
    CHECK(sorted[0].message == "first");
}

TEST_CASE("kinds have names that can be looked up") {
    for (const auto& kind : kinds()) {
        CHECK(kind_named(kind.name) == kind.kind);
        CHECK(kind.name.find('_') == std::string::npos);
    }
    CHECK_FALSE(kind_named("no-such-kind"));
}

TEST_CASE("of a long line the neighbourhood is shown") {
    std::string line;
    for (int i = 0; i < 1000; ++i) line += i == 500 ? "ä" : "x";
    CHECK(rendered(line, {0, {1, 501}, {1, 502}}).find("\n      | " + std::string(79, ' ') + "^\n") != std::string::npos);
    CHECK(rendered(line, {0, {1, 2}, {1, 999}}).find("\n      |  ^~~") != std::string::npos);
    CHECK(rendered(line, {0, {1, 1001}, {1, 1001}}).find("\n      | " + std::string(79, ' ') + "^\n") != std::string::npos);
    CHECK(rendered(line, {0, {1, 2}, {1, 999}}).size() < 500);
}

TEST_CASE("lines are found by their number") {
    Sources sources;
    const auto& source = sources[sources.add("f", "\xef\xbb\xbf" "one\r\n\ntwo")];
    CHECK(source.line(1) == "one");
    CHECK(source.line(2) == "");
    CHECK(source.line(3) == "two");
    CHECK(source.line(4) == "");
}
