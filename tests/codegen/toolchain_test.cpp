// From C++ to something that runs: what the image weighs, that it repeats, and what is left when it fails.
#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"

#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string policy() {
    const auto loaded = sema::load_text("p.nacl", "Iface a { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, input: f }\n"
                                                  "Filter::IP f { log(\"x \", ip.saddr, \"\\n\") accept }\n");
    REQUIRE(loaded.appliance);
    return codegen::cpp(*loaded.appliance);
}

} // namespace

TEST_CASE("the same policy gives the same image, byte for byte, and a small one") {
    const codegen::Workshop folder;
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    const auto one = folder.path() / "one.elf", two = folder.path() / "two.elf";
    REQUIRE(codegen::build(*kit, policy(), codegen::Product::image, one) == "");
    REQUIRE(codegen::build(*kit, policy(), codegen::Product::image, two) == "");
    CHECK(bytes_of(one) == bytes_of(two));
    CHECK(fs::file_size(one) < 95'000);
}

TEST_CASE("a policy that uses all there is has an image that is not much larger") {
    const codegen::Workshop folder;
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    const auto loaded = sema::load(ROOT "/samples/17-everything.nacl");
    REQUIRE(loaded.appliance);
    const auto image = folder.path() / "fw.elf";
    REQUIRE(codegen::build(*kit, codegen::cpp(*loaded.appliance), codegen::Product::image, image) == "");
    CHECK(fs::file_size(image) < 120'000);
}

TEST_CASE("the product has no door for tests, and the test image has") {
    const codegen::Workshop folder;
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    const auto door_in = [&](codegen::Product product) {
        const auto keep = folder.path() / "keep";
        REQUIRE(codegen::build(*kit, policy(), product, folder.path() / "x.elf", keep) == "");
        return bytes_of(keep / "linked").find("door_test") != std::string::npos;
    };
    CHECK_FALSE(door_in(codegen::Product::image));
    CHECK(door_in(codegen::Product::test_image));
}

TEST_CASE("a failed build says why and leaves the old result alone") {
    const codegen::Workshop folder;
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    const auto output = folder.path() / "fw.elf";
    std::ofstream(output) << "old";
    const auto error = codegen::build(*kit, "this is no C++", codegen::Product::image, output);
    CHECK(error.find("compiling the generated C++ failed") == 0);
    CHECK(bytes_of(output) == "old");
    const auto nowhere = codegen::build(*kit, policy(), codegen::Product::image, folder.path() / "none" / "fw.elf");
    CHECK(nowhere.find("cannot write") == 0);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}
