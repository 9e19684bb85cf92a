#include "codegen/toolchain.hpp"

#include "codegen/process.hpp"
#include "codegen/replace_file.hpp"
#include "codegen/workshop.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <vector>

namespace codegen {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> compile_command(const Kit& kit, std::string_view flavour) {
    // Names without a directory, so that the same policy gives the same bytes wherever it is built.
    return {"g++", "@" + kit.flags(flavour).string(), "-I" + kit.include().string(), "-c", "policy.cpp", "-o",
            "policy.o"};
}

std::vector<std::string> link_command(const Kit& kit, Product product) {
    const auto library = [&](std::string_view name) { return kit.library(name).string(); };
    if (product == Product::host)
        return {"g++", "@" + kit.flags("host").string(), "-shared", "-Wl,--no-undefined", "-Wl,-Bsymbolic",
                "policy.o", "-Wl,--whole-archive", library("libhost_platform.a"), "-Wl,--no-whole-archive",
                library("libruntime_host.a"), "-o", "linked"};
    const auto door = product == Product::test_image ? "libunikernel_door_test.a" : "libunikernel_door_none.a";
    return {"g++", "-nostdlib", "-static", "-no-pie", "-T", library("image.ld"), "-Wl,--gc-sections",
            "-Wl,-z,max-page-size=4096", "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments", "policy.o",
            "-Wl,--start-group", library("libruntime_image.a"), library("libunikernel.a"), library(door),
            "-Wl,--end-group", "-o", "linked"};
}

std::string failure(std::string_view what, const Finished& finished) {
    return fmt::format("{} failed with status {}:\n{}", what, finished.status, finished.output);
}

std::string put(const fs::path& from, const fs::path& to) {
    std::ifstream stream(from, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(stream), {});
    const auto error = stream ? replace_file(to, content, fs::status(from).permissions()) : "it cannot be read again";
    return error.empty() ? "" : fmt::format("cannot write {}: {}\n", to.string(), error);
}

std::string keep_files(const fs::path& workshop, const fs::path& keep) {
    std::error_code error;
    fs::create_directories(keep, error);
    for (const auto* name : {"policy.cpp", "policy.o", "linked"})
        if (!error) fs::copy_file(workshop / name, keep / name, fs::copy_options::overwrite_existing, error);
    return error ? fmt::format("cannot keep the generated files in {}: {}\n", keep.string(), error.message()) : "";
}

} // namespace

std::string build(const Kit& kit, const std::string& cpp, Product product, const fs::path& to, const fs::path& keep) {
    const Workshop workshop;
    if (workshop.path().empty()) return "cannot make a temporary directory\n";
    const auto& here = workshop.path();
    if (!(std::ofstream(here / "policy.cpp") << cpp)) return "cannot write the generated C++\n";

    const auto flavour = product == Product::host ? "host" : "image";
    if (const auto compiled = run(compile_command(kit, flavour), here); compiled.status != 0)
        return failure("compiling the generated C++", compiled);
    if (const auto linked = run(link_command(kit, product), here); linked.status != 0)
        return failure("linking", linked);
    if (!keep.empty())
        if (auto error = keep_files(here, keep); !error.empty()) return error;
    if (product != Product::host)
        if (const auto stripped = run({"strip", "--strip-all", "linked"}, here); stripped.status != 0)
            return failure("stripping", stripped);
    return put(here / "linked", to);
}

} // namespace codegen
