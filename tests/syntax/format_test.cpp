// The canonical layout, construct by construct.
#include "compiler/syntax/antlr.hpp"
#include "compiler/syntax/format.hpp"

#include <catch2/catch.hpp>

using namespace syntax;

namespace {

std::string formatted(const std::string& text) {
    Sources sources;
    Diagnostics diagnostics;
    auto result = format(sources, sources.add("f.nacl", text), diagnostics);
    CHECK(diagnostics.sorted().empty());
    REQUIRE(result);
    return *result;
}

} // namespace

TEST_CASE("what is canonical stays") {
    const std::string text = R"nacl(// The head of a file.

import "common.nacl"

Iface outside {
    index: 0,
    address: 10.55.0.1
}
Iface inside { index: 1, address: 192.168.0.1 }
inside.netmask: 255.255.255.0

Gateway gate {
    connected: [outside, inside], // each reaches the other

    // What passes.
    forward: edge
}

Assert::IP stay_out(guest -> office) { drop }

Filter::IP edge {
    if (ct.state == established) {
        syslog(INFO, "known (src: ", ip.saddr, ")")
        accept
    } else if (ip.ttl in 1 - 5) {
        drop
    } else {
        log("x")
    }
    Filter::TCP { // only TCP gets in here
        if (ip.daddr in 10.0.0.0/8 and not tcp.dport in [80, 443]) { accept }
    }
    if (ip.ttl == (-5) || !(ip.ttl == 5)) { accept } else { drop }
    // Nothing is left.
}
)nacl";
    CHECK(formatted(text) == text);
}

TEST_CASE("spaces between tokens") {
    CHECK(formatted("a :5") == "a: 5\n");
    CHECK(formatted("a . b . if:[ 1,2 ,3, ]") == "a.b.if: [1, 2, 3,]\n");
    CHECK(formatted("a:{x:1,in:{},y:[ ]}") == "a: { x: 1, in: {}, y: [] }\n");
    CHECK(formatted("a:[10.0.0.1-10.0.0.9,10.0.0.0 / 8,( - 5 )-5]") ==
          "a: [10.0.0.1 - 10.0.0.9, 10.0.0.0/8, (-5) - 5]\n");
    CHECK(formatted("a:file ( \"x  y\\t\" )") == "a: file(\"x  y\\t\")\n");
    CHECK(formatted("Assert : : TCP a (b.c ->d){ drop }") == "Assert::TCP a(b.c -> d) { drop }\n");
    CHECK(formatted("Filter::IP f{if(! a&&not(b)||c IN[d]or x.in==( -5)){log (1) g ()}}") ==
          "Filter::IP f {\n"
          "    if (!a && not (b) || c IN [d] or x.in == (-5)) {\n"
          "        log(1)\n"
          "        g()\n"
          "    }\n"
          "}\n");
}

TEST_CASE("numbers, strings and spellings stay as they are written") {
    const std::string text = "a: [007, 0x1F, 1.50, 010.0.0.1, \"\\x41\\n\"]\n";
    CHECK(formatted(text) == text);
    const std::string words = "filter::ip f { if (!a && not b IN [] || c in [] or true) { drop } }\n";
    CHECK(formatted(words) == words);
}

TEST_CASE("what was written over several lines has one member a line") {
    CHECK(formatted("Iface e { index: 0,\n address: 10.0.0.1 }") ==
          "Iface e {\n    index: 0,\n    address: 10.0.0.1\n}\n");
    CHECK(formatted("a: { b: { c: 1\n } }") == "a: {\n    b: {\n        c: 1\n    }\n}\n");
    CHECK(formatted("Iface\ne\n{ index: 0 }") == "Iface e { index: 0 }\n");
    CHECK(formatted("a: [{ b: 1 },\n{ c: 2 }, { d: 3 }]") ==
          "a: [\n    { b: 1 },\n    { c: 2 },\n    { d: 3 }\n]\n");
    CHECK(formatted("a: {\n}\nb: [\n]") == "a: {}\nb: []\n");
}

TEST_CASE("plain values share lines, as they were written") {
    CHECK(formatted("a: [1,\n2, 3,\n\n\n4]") == "a: [\n    1,\n    2, 3,\n\n    4\n]\n");
}

TEST_CASE("a body on one line has one statement") {
    CHECK(formatted("Filter::IP f { drop }") == "Filter::IP f { drop }\n");
    CHECK(formatted("Filter::IP f\n{ drop }") == "Filter::IP f { drop }\n");
    CHECK(formatted("Filter::IP f { log(1) drop }") == "Filter::IP f {\n    log(1)\n    drop\n}\n");
    CHECK(formatted("Filter::IP f { if (a) { drop } if (b) { drop } }") ==
          "Filter::IP f {\n    if (a) { drop }\n    if (b) { drop }\n}\n");
}

TEST_CASE("`else` stands behind the brace, and all branches are broken or none is") {
    const std::string broken = "Filter::IP f {\n"
                               "    if (a) {\n"
                               "        drop\n"
                               "    } else if (b) {\n"
                               "        accept\n"
                               "    } else {\n"
                               "        reject\n"
                               "    }\n"
                               "}\n";
    CHECK(formatted("Filter::IP f { if (a) { drop }\nelse if (b) { accept } else { reject } }") == broken);
    CHECK(formatted("Filter::IP f { if (a) { drop } else if (b) {\naccept } else { reject } }") == broken);
    CHECK(formatted("Filter::IP f { if (a) { drop } else\nif (b) { accept } else { reject } }") == broken);
    const std::string flat = "Filter::IP f {\n    if (a) { drop } else { accept }\n}\n";
    CHECK(formatted("Filter::IP f {\nif(a){drop}else{accept}}") == flat);
}

TEST_CASE("lines are broken that would be longer than 110 columns") {
    const std::string name(50, 'x'), other(50, 'y');
    const auto member = [](std::size_t columns) {
        return "    k: { " + std::string(columns - 19, 'x') + ": \"äöü\" },\n";
    };
    CHECK(formatted("a: {\n" + member(110) + "l: 1 }") == "a: {\n" + member(110) + "    l: 1\n}\n");
    CHECK(formatted("a: {\n" + member(111) + "l: 1 }").starts_with("a: {\n    k: {\n        xxx"));
    CHECK(formatted("a: {\n" + std::string(110, 'k') + ": {}\n}").ends_with("k: {}\n}\n"));
    CHECK(formatted("a: { b: [" + name + "], c: { d: [" + other + "] } }") ==
          "a: {\n    b: [" + name + "],\n    c: { d: [" + other + "] }\n}\n");
    CHECK(formatted("a: [" + name + ", " + other + ", 1, 2, 3, 4, 5]") ==
          "a: [\n    " + name + ", " + other + ", 1,\n    2, 3, 4, 5\n]\n");
    CHECK(formatted("a: [[" + name + "], [" + other + "], [80, 443]]") ==
          "a: [\n    [" + name + "],\n    [" + other + "],\n    [80, 443]\n]\n");
}

TEST_CASE("long calls and conditions break inside their parentheses") {
    const std::string name(50, 'x'), other(50, 'y');
    CHECK(formatted("Filter::IP f { log(\"" + name + "\", " + other + ", 1) }") ==
          "Filter::IP f {\n    log(\n        \"" + name + "\",\n        " + other + ", 1\n    )\n}\n");
    // First the body, then the condition at the operators that bind least, then within their operands.
    const auto shorter = other.substr(0, 40);
    CHECK(formatted("Filter::IP f { if (" + name + " and " + shorter + ") { drop } }") ==
          "Filter::IP f {\n    if (" + name + " and " + shorter + ") {\n        drop\n    }\n}\n");
    CHECK(formatted("Filter::IP f { if (" + name + " and " + other + " and c in [1]) { drop } }") ==
          "Filter::IP f {\n"
          "    if (\n"
          "        " +
              name +
              "\n"
              "        and " +
              other +
              "\n"
              "        and c in [1]\n"
              "    ) {\n"
              "        drop\n"
              "    }\n"
              "}\n");
    CHECK(formatted("Filter::IP f { if (a or " + name + " and " + other + " and c or d and e) { drop } }") ==
          "Filter::IP f {\n"
          "    if (\n"
          "        a\n"
          "        or " +
              name +
              "\n"
              "            and " +
              other +
              "\n"
              "            and c\n"
              "        or d and e\n"
              "    ) {\n"
              "        drop\n"
              "    }\n"
              "}\n");
    CHECK(formatted("Filter::IP f { if (a\nand\nb) { drop } log(1,\n2) }") ==
          "Filter::IP f {\n    if (a and b) { drop }\n    log(1, 2)\n}\n");
}

TEST_CASE("one blank line stays between items, and none at the ends of blocks") {
    CHECK(formatted("\n\na: 1\n\n\n\nb: 2\nc: 3\n\n\n") == "a: 1\n\nb: 2\nc: 3\n");
    CHECK(formatted("a: {\n\n b: 1,\n\n\n c: 2\n\n}") == "a: {\n    b: 1,\n\n    c: 2\n}\n");
    CHECK(formatted("Filter::IP f { // why\n\n log(1)\n\n drop\n\n}") ==
          "Filter::IP f { // why\n    log(1)\n\n    drop\n}\n");
}

TEST_CASE("comments keep their lines") {
    CHECK(formatted("  // head\n\n\n   a: 1    // one  \n# own\nb: 2 # two\n\n// end") ==
          "// head\n\na: 1 // one\n# own\nb: 2 # two\n\n// end\n");
    CHECK(formatted("a: { // first\nb: 1, // one\n// own\nc: 2 // two\n// last\n}") ==
          "a: { // first\n    b: 1, // one\n    // own\n    c: 2 // two\n    // last\n}\n");
    CHECK(formatted("a: [ // all\n1, // one\n2\n// last\n]") ==
          "a: [ // all\n    1, // one\n    2\n    // last\n]\n");
    CHECK(formatted("a: {\n// nothing\n}") == "a: {\n    // nothing\n}\n");
    CHECK(formatted("a: [/*one*/1,/*two*/2/*end*/]") == "a: [/*one*/ 1, /*two*/ 2 /*end*/]\n");
    CHECK(formatted("/* a */ b: 1 /* c */\n") == "/* a */ b: 1 /* c */\n");
    CHECK(formatted("// only") == "// only\n");
    CHECK(formatted(" \n ") == "");
}

TEST_CASE("comments inside a line go with what follows at the start of a block and behind a comma") {
    CHECK(formatted("a: { /* b */ b: 1, /* c */ c: 2, /* end */\n}") ==
          "a: {\n    /* b */ b: 1,\n    /* c */ c: 2, /* end */\n}\n");
    CHECK(formatted("a: {b: 1, c: 2,\nd: 3 /* d */ }") ==
          "a: {\n    b: 1,\n    c: 2,\n    d: 3 /* d */\n}\n");
    CHECK(formatted("a: {\nb: 1, /* end */ }") == "a: {\n    b: 1, /* end */\n}\n");
    CHECK(formatted("Filter::IP f { /* l */ log(1) /* l */ drop\n/* d */ }") ==
          "Filter::IP f {\n    /* l */ log(1) /* l */\n    drop\n    /* d */\n}\n");
}

TEST_CASE("comments at odd places") {
    CHECK(formatted("a: { b: 1 // one\n, c: 2 // two\n}") == "a: {\n    b: 1, // one\n    c: 2 // two\n}\n");
    CHECK(formatted("Filter::IP f { if (a) { drop }\n// otherwise\nelse { accept } }") == "Filter::IP f {\n"
                                                                                          "    if (a) {\n"
                                                                                          "        drop\n"
                                                                                          "    }\n"
                                                                                          "    // otherwise\n"
                                                                                          "    else {\n"
                                                                                          "        accept\n"
                                                                                          "    }\n"
                                                                                          "}\n");
    CHECK(formatted("Filter::IP f { if (a // first\nand b) // both\n{ drop } }") == "Filter::IP f {\n"
                                                                                    "    if (\n"
                                                                                    "        a // first\n"
                                                                                    "        and b\n"
                                                                                    "    ) // both\n"
                                                                                    "    {\n"
                                                                                    "        drop\n"
                                                                                    "    }\n"
                                                                                    "}\n");
    CHECK(formatted("a: // why\n5\nb // what\n.c: 1") == "a: // why\n    5\nb // what\n    .c: 1\n");
    CHECK(formatted("a: 10.0.0.0/ /* bits */ 8") == "a: 10.0.0.0/ /* bits */ 8\n");
}

TEST_CASE("the lines of a comment move together") {
    CHECK(formatted("a: {\n  /* one\n   * two\n three\n   */ b: 1\n}") ==
          "a: {\n    /* one\n     * two\n   three\n     */\n    b: 1\n}\n");
    CHECK(formatted("      /* one\n       * two\n three */\n") == "/* one\n * two\nthree */\n");
}

TEST_CASE("lines end with a line feed, and a byte order mark goes") {
    CHECK(formatted("\xef\xbb\xbf"
                    "a: 1 // one\r\n/* two\r\nlines */\r\n") == "a: 1 // one\n/* two\nlines */\n");
}

TEST_CASE("a file with syntax errors has no layout, and says why") {
    for (const auto* text :
         {"a: [1, 2", "a: [1 2]", "Filter::IP f { }", "a: \"x", "a: 1 /* b", "a: 5x", "a: \xff"}) {
        INFO(text);
        Sources sources;
        Diagnostics diagnostics;
        CHECK_FALSE(format(sources, sources.add("f.nacl", text), diagnostics));
        CHECK(diagnostics.has_errors());
    }
}

TEST_CASE("what is no layout is content") {
    const auto same = [](const std::string& left, const std::string& right) {
        return same_content(lex(0, left), lex(0, right));
    };
    CHECK(same("a: 1 // b  \n", "a:\n1\n// b"));
    CHECK_FALSE(same("a: 1", "a: 01"));
    CHECK_FALSE(same("a: 1", "a: 1,"));
    CHECK_FALSE(same("a: \"x y\"", "a: \"xy\""));
    CHECK_FALSE(same("a: 1 // b", "a: 1"));
    CHECK_FALSE(same("/* b */ a: 1 /* c */", "/* c */ a: 1 /* b */"));
}
