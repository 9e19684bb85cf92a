#include "codegen/writer.hpp"

#include <catch2/catch.hpp>

#include <sstream>

namespace {

std::string written(std::string_view line) {
    codegen::Writer out;
    out.line("{}", line);
    return std::move(out).take();
}

} // namespace

TEST_CASE("lines are indented by their depth") {
    codegen::Writer out;
    out.open("if (a) {{");
    out.line("b;");
    out.close_and_open("} else {");
    out.line("c;");
    out.close();
    CHECK(std::move(out).take() == "if (a) {\n    b;\n} else {\n    c;\n}\n");
}

TEST_CASE("blank lines do not pile up") {
    codegen::Writer out;
    out.blank();
    out.line("a");
    out.blank();
    out.blank();
    out.line("b");
    CHECK(std::move(out).take() == "a\n\nb\n");
}

TEST_CASE("long lines break after commas and operators, never inside a string") {
    const std::string text = "call(\"" + std::string(60, 'x') + ", y\", " + std::string(60, 'b') + ");";
    CHECK(written(text) == "call(\"" + std::string(60, 'x') + ", y\",\n        " + std::string(60, 'b') + ");\n");
    std::istringstream lines(written("if (" + std::string(50, 'a') + " && " + std::string(50, 'b') + " && " +
                                     std::string(50, 'c') + ") {"));
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 110);
}

TEST_CASE("what has no place to break stays whole") {
    const std::string text(200, 'a');
    CHECK(written(text) == text + "\n");
}

TEST_CASE("a string that starts a continued line is not broken either, and comments never are") {
    const std::string text(120, 'x');
    CHECK(written("call(" + std::string(100, 'a') + ", \"" + text + ", y\", z);") ==
          "call(" + std::string(100, 'a') + ",\n        \"" + text + ", y\", z);\n");
    CHECK(written("/// " + text + ", " + text) == "/// " + text + ", " + text + "\n");
}

TEST_CASE("a mask in a rule of nft is no place to break a line") {
    const std::string rule = std::string(60, 'a') + " tcp flags & " + std::string(60, 'b');
    CHECK(written(rule) == rule + "\n");
}
