#include "codegen/names.hpp"

#include <catch2/catch.hpp>

TEST_CASE("names of a policy never meet those of C++ or of the runtime") {
    CHECK(codegen::identifier("class") == "class_");
    CHECK(codegen::identifier("frag-off") == "frag_off_");
}

TEST_CASE("strings come through whatever they hold") {
    CHECK(codegen::quoted("a (src: ") == "\"a (src: \"");
    CHECK(codegen::quoted("\"\\\n?") == R"("\042\134\012\077")");
    CHECK(codegen::quoted("\xc3\xa4" "1") == R"("\303\2441")");
    CHECK(codegen::quoted(std::string_view("a\0b", 3)) == R"(std::string_view{"a\000b", 3})");
}

TEST_CASE("values carry their usual notation") {
    using model::Field;
    CHECK(codegen::literal(Field::ip_saddr, 0x0a370101) == "0x0a370101 /* 10.55.1.1 */");
    CHECK(codegen::literal(Field::tcp_dport, 80) == "80u");
    CHECK(codegen::literal(Field::tcp_flags, 0x12) == "18u /* syn,ack */");
    CHECK(codegen::literal(Field::ct_state, 1) == "1u /* established */");
}
