// What the pages say about registries is what the registries say. With NACLC_UPDATE_DOCS=1 in the environment
// the pages are rewritten; read the difference.
#include "tests/docs/generated.hpp"
#include "tests/docs/page.hpp"

#include "codegen/process.hpp"
#include "codegen/workshop.hpp"
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <set>

namespace {

const docs::fs::path language = PROJECT "/docs/reference/language.md";
const docs::fs::path diagnostics = PROJECT "/docs/reference/diagnostics.md";

/// The whole page must be as it would be made now.
void expect_page(const docs::fs::path& file, const std::string& made) {
    if (std::getenv("NACLC_UPDATE_DOCS") != nullptr) std::ofstream(file, std::ios::binary) << made;
    INFO(file.string() << " is out of date: NACLC_UPDATE_DOCS=1 build/dev/tests/docs/docs_tests");
    CHECK(docs::text_of(file) == made);
}

void expect_part(const std::string& name, const std::string& part) {
    expect_page(language, docs::with_part(docs::text_of(language), name, part));
}

} // namespace

TEST_CASE("the table of packet properties is that of fields.def") {
    expect_part("properties", docs::properties_table());
}

TEST_CASE("the table of constants is that of the compiler") {
    expect_part("constants", docs::constants_table());
}

TEST_CASE("the table of reasons is that of reasons.def") { expect_part("reasons", docs::reasons_table()); }

TEST_CASE("the page of diagnostics is made from the registry, and shows every kind") {
    const auto page = docs::diagnostics_page();
    for (const auto& kind : syntax::kinds()) {
        INFO(kind.name);
        CHECK(docs::section(page, "## " + kind.name).find("```text") != std::string::npos);
    }
    expect_page(diagnostics, page);
}
