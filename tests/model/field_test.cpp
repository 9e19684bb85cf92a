#include "compiler/model/field.hpp"

#include <catch2/catch.hpp>

#include <set>

TEST_CASE("the registry of fields is consistent") {
    std::set<std::string_view> names;
    for (const auto& entry : model::field_table) {
        INFO(entry.name);
        CHECK(names.insert(entry.name).second);
        CHECK(model::field_named(entry.name) == entry.field);
        CHECK(entry.bits >= 1);
        CHECK(entry.bits <= 48);
        CHECK(entry.scale >= 1);
        CHECK_FALSE(entry.text.empty());
    }
    CHECK(model::info(model::Field::ip_hdrlength).max() == 60);
    CHECK(model::info(model::Field::tcp_dport).max() == 65535);
    CHECK_FALSE(model::field_named("ip.nothing"));
}

TEST_CASE("no two fields of a header overlap") {
    for (const auto& a : model::field_table)
        for (const auto& b : model::field_table) {
            if (a.field == b.field || a.layer != b.layer || a.layer == model::Layer::meta) continue;
            INFO(a.name << " and " << b.name);
            CHECK((a.bit + a.bits <= b.bit || b.bit + b.bits <= a.bit));
        }
}
