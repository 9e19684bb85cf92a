// A file that is being replaced is the old one or the new one, whatever happens in between.
#include "tests/naclc/shell.hpp"

#include <catch2/catch.hpp>

namespace fs = std::filesystem;

TEST_CASE("fmt that is ended while it writes leaves the old file whole") {
    const Shell shell;
    const std::string before = "a:1\n";
    shell.write("p.nacl", before);
    // No file may grow any more: the signal ends the command in the middle of its first write.
    CHECK(shell("(ulimit -f 0; naclc fmt p.nacl)").status != 0);
    CHECK(shell.read("p.nacl") == before);
}

TEST_CASE("fmt that cannot write says so, and leaves nothing behind") {
    const Shell shell;
    const std::string before = "a:1\n";
    shell.write("p.nacl", before);
    const auto done = shell("(trap '' XFSZ; ulimit -f 0; naclc fmt p.nacl 2>&1 | cat)");
    CHECK(done.output.find("cannot format p.nacl") != done.output.npos);
    CHECK(shell("(trap '' XFSZ; ulimit -f 0; naclc fmt p.nacl)").status == 2);
    CHECK(shell.read("p.nacl") == before);
    CHECK(shell.files() == 1);
}

TEST_CASE("an image that cannot be written leaves the old one whole") {
    const Shell shell;
    shell.write("p.nacl", "Iface a { index: 0 }\n");
    REQUIRE(shell("naclc build p.nacl -o fw.elf").status == 0);
    const auto before = shell.read("fw.elf");
    CHECK(fs::status(shell.workshop.path() / "fw.elf").type() == fs::file_type::regular);
    fs::create_directory(shell.workshop.path() / "shut");
    CHECK(shell("naclc build p.nacl -o shut").status == 2);
    CHECK(shell("cp fw.elf shut/fw.elf; chmod 0640 shut/fw.elf; naclc build p.nacl -o shut/fw.elf").status ==
          0);
    // An old file keeps its permissions.
    CHECK(fs::status(shell.workshop.path() / "shut/fw.elf").permissions() == fs::perms{0640});
    CHECK(shell.read("fw.elf") == before);
}

TEST_CASE("fmt replaces files only") {
    const Shell shell;
    CHECK(shell("mkfifo pipe.nacl; naclc fmt pipe.nacl").status == 2);
    CHECK(shell("naclc fmt .").status == 2);
}
