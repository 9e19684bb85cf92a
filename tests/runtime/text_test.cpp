#include "runtime/text.hpp"

#include <catch2/catch.hpp>

#include <string>

TEST_CASE("values are written as the language says") {
    runtime::Text text;
    text << "a " << 0u << " " << 4294967295u << " " << runtime::Dotted{0xc0a80001} << " " << runtime::StateName{2}
         << " " << runtime::FlagNames{0x112} << " " << runtime::FlagNames{0} << " " << runtime::Truth{1} << " "
         << runtime::Mac{0x02, 0xab, 0, 0, 0, 0x1f};
    CHECK(text.view() == "a 0 4294967295 192.168.0.1 related syn,ack,ns none true 02:ab:00:00:00:1f");
}

TEST_CASE("what does not fit is cut off") {
    runtime::Text text;
    text << std::string(runtime::Text::capacity - 4, 'x') << "abcdef"
         << "g";
    CHECK(text.view().size() == runtime::Text::capacity);
    CHECK(text.view().ends_with("xabcd"));
}
