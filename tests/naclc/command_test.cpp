// The command as a user calls it: what it prints, where, and its exit status.
#include "codegen/process.hpp"
#include "codegen/workshop.hpp"

#include <catch2/catch.hpp>


#include <fstream>
#include <iterator>

namespace {

namespace fs = std::filesystem;

const std::string sample = SAMPLES "/bastion.nacl";

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder with copies of the sample in it.
struct Desk {
    codegen::Workshop workshop;

    codegen::Finished naclc(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), NACLC);
        return codegen::run(arguments, workshop.path());
    }

    /// The sample with its first `from` replaced.
    std::string copy(const std::string& from, const std::string& to, const std::string& name = "p.nacl") const {
        std::string text = text_of(sample);
        const auto at = text.find(from);
        REQUIRE(at != text.npos);
        std::ofstream(workshop.path() / name) << text.replace(at, from.size(), to);
        return name;
    }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(workshop.path() / name, std::ios::binary) << text;
    }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

} // namespace

TEST_CASE("a misspelt command is named, and the one that was meant") {
    const auto done = Desk().naclc({"chek", sample});
    CHECK(done.status == 2);
    CHECK(has(done.output, "there is no command `chek`"));
    CHECK(has(done.output, "did you mean `check`?"));
}

TEST_CASE("a good policy checks silently") {
    const auto done = Desk().naclc({"check", sample});
    CHECK(done.status == 0);
    CHECK(done.output == "");
}

TEST_CASE("mistakes are named with their place and a cure, and nothing is written") {
    struct Case {
        std::string from, to, place, says;
    };
    const Desk desk;
    for (const auto& [from, to, place, says] :
         {Case{"services: [80, 443]", "services: [80,", "p.nacl:30:", "`[`"},
          Case{"tcp.dport in services", "tcp.dport == 70000", "p.nacl:40:", "0 to 65535"},
          Case{"ip.daddr in servers", "ip.daddr in serverz", "p.nacl:40:", "`servers`"}}) {
        const auto file = desk.copy(from, to);
        for (const std::vector<std::string>& call :
             {std::vector<std::string>{"check", file}, {"build", file, "-o", "fw.elf"}, {"test", file}}) {
            const auto done = desk.naclc(call);
            CAPTURE(to, call.front(), done.output);
            CHECK(done.status == 1);
            CHECK(has(done.output, place));
            CHECK(has(done.output, says));
            CHECK(has(done.output, ": error: "));
        }
    }
    CHECK(std::distance(fs::directory_iterator(desk.workshop.path()), {}) == 1);
}

TEST_CASE("wrong usage and missing files are status 2") {
    const Desk desk;
    CHECK(desk.naclc({"check", "nowhere.nacl"}).status == 2);
    CHECK(desk.naclc({"frobnicate"}).status == 2);
    const auto target = desk.naclc({"emit", sample, "--target", "xml"});
    CHECK(target.status == 2);
    CHECK(has(target.output, "--target: xml not in {cpp,nft,json}"));
    CHECK(desk.naclc({}).status == 2);
    CHECK(desk.naclc({"build", sample}).status == 2);
    CHECK(desk.naclc({"test", sample, "--on", "abacus"}).status == 2);
    CHECK(desk.naclc({"test", "--on", "interp", sample}).status == 0); // the file is no backend
    CHECK(desk.naclc({"--help"}).status == 0);
}

TEST_CASE("build writes an image and says how much memory it has") {
    const Desk desk;
    const auto done = desk.naclc({"build", sample, "-o", "fw.elf", "--keep-cpp", "kept"});
    CAPTURE(done.output);
    CHECK(done.status == 0);
    CHECK(has(done.output, "flows"));
    const bool is_elf = text_of(desk.workshop.path() / "fw.elf").starts_with("\x7f" "ELF");
    CHECK(is_elf);
    CHECK(has(text_of(desk.workshop.path() / "kept" / "policy.cpp"), "// drop: bastion.nacl:46"));
}

TEST_CASE("the same policy gives the same image from any folder") {
    const Desk here, there;
    fs::copy_file(sample, there.workshop.path() / "bastion.nacl");
    REQUIRE(here.naclc({"build", sample, "-o", "fw.elf"}).status == 0);
    REQUIRE(there.naclc({"build", "bastion.nacl", "-o", "fw.elf"}).status == 0);
    const bool same = text_of(here.workshop.path() / "fw.elf") == text_of(there.workshop.path() / "fw.elf");
    CHECK(same);
}

TEST_CASE("a failing Test is named, with its place and what was seen") {
    const Desk desk;
    const auto file = desk.copy("expect: accept", "expect: drop");
    const auto done = desk.naclc({"test", file, "--on", "interp,host,qemu"});
    CAPTURE(done.output);
    CHECK(done.status == 1);
    CHECK(has(done.output, "Test web_is_open failed: expected drop"));
    for (const auto* backend : {"interp", "host", "qemu"})
        CHECK(has(done.output, std::string("12 of 13 Tests passed on ") + backend));
}

TEST_CASE("coverage lists the verdicts that no Test reaches") {
    const Desk desk;
    const auto whole = desk.naclc({"test", sample, "--on", "interp", "--coverage"});
    CHECK(has(whole.output, "4 of 4 verdict statements"));
    const auto file = desk.copy("    drop\n}", "    if (ip.ttl == 77) { accept }\n    drop\n}");
    const auto less = desk.naclc({"test", file, "--on", "interp", "--coverage"});
    CHECK(less.status == 0);
    CHECK(has(less.output, "4 of 5 verdict statements"));
    CHECK(has(less.output, "no Test reaches this verdict"));
}

TEST_CASE("diagnostics as JSON are one object a line") {
    const Desk desk;
    const auto file = desk.copy("tcp.dport in services", "tcp.dport == 70000");
    const auto done = desk.naclc({"check", file, "--diagnostics=json"});
    CHECK(done.status == 1);
    CHECK(done.output.starts_with("{"));
    CHECK(has(done.output, "\"kind\":\"port-out-of-range\""));
}

TEST_CASE("kinds of messages are explained") {
    const Desk desk;
    const auto done = desk.naclc({"explain-error", "port-out-of-range"});
    CHECK(done.status == 0);
    CHECK(has(done.output, "0 to 65535"));
    CHECK(desk.naclc({"explain-error", "no-such-kind"}).status == 2);
    // As it is copied from a message, or nearly so; and all of them.
    CHECK(desk.naclc({"explain-error", "[Port-Out-Of-Range]"}).output == done.output);
    const auto near = desk.naclc({"explain-error", "port-out-of-rang"});
    CHECK(near.status == 2);
    CHECK(has(near.output, "did you mean `port-out-of-range`?"));
    CHECK(has(desk.naclc({"explain-error"}).output, "missing-verdict"));
}

TEST_CASE("the first policy of the docs is what its page says, and passes its Tests on every backend") {
    const std::string page = text_of(DOCS "/start/first-policy.md");
    const std::string policy = text_of(DOCS "/start/office.nacl");
    std::size_t found = 0;
    for (auto begin = page.find("```\n"); begin != page.npos; begin = page.find("\n```\n", begin)) {
        begin = page.find('\n', begin + 1) + 1;
        const auto end = page.find("```", begin);
        const auto block = page.substr(begin, end - begin);
        begin = end;
        if (block.starts_with("$")) continue;
        CAPTURE(block);
        CHECK(has(policy, block));
        ++found;
    }
    CHECK(found == 4); // Ifaces, Gateway, Filter, Tests
    const auto done = Desk().naclc({"test", DOCS "/start/office.nacl", "--on", "interp,host,qemu", "--coverage"});
    CAPTURE(done.output);
    CHECK(done.status == 0);
    CHECK(has(done.output, "3 of 3 verdict statements"));
}

TEST_CASE("fmt brings files into the canonical layout, in place") {
    const Desk desk;
    const auto file = desk.copy("services: [80, 443]", "services:[80,\n443]");
    const auto path = desk.workshop.path() / file;
    fs::permissions(path, fs::perms{0640});
    fs::create_symlink(file, desk.workshop.path() / "link.nacl");
    const auto before = text_of(path);

    const auto check = desk.naclc({"fmt", "--check", sample, "link.nacl"});
    CHECK(check.status == 1);
    CHECK(check.output == "link.nacl\n");
    CHECK(text_of(path) == before);

    const auto done = desk.naclc({"fmt", sample, "link.nacl"});
    CHECK(done.status == 0);
    CHECK(done.output == "");
    CHECK(has(text_of(path), "services: [\n    80,\n    443\n]\n"));
    CHECK(desk.naclc({"fmt", "--check", file}).status == 0);
    CHECK(fs::status(path).permissions() == fs::perms{0640});
    CHECK(fs::is_symlink(desk.workshop.path() / "link.nacl"));
    CHECK(std::distance(fs::directory_iterator(desk.workshop.path()), {}) == 2);
}

TEST_CASE("fmt leaves files with syntax errors as they are, and formats the others") {
    const Desk desk;
    const auto wrong = desk.copy("services: [80, 443]", "services:[80,", "wrong.nacl");
    const auto unknown = desk.copy("ip.daddr in servers", "ip.daddr  in nowhere", "unknown.nacl");
    const auto before = text_of(desk.workshop.path() / wrong);
    for (const std::vector<std::string>& call :
         {std::vector<std::string>{"fmt", "--check", wrong, unknown}, {"fmt", wrong, unknown}}) {
        const auto done = desk.naclc(call);
        CAPTURE(done.output);
        CHECK(done.status == 1);
        CHECK(has(done.output, "wrong.nacl:30:"));
        CHECK(has(done.output, ": error: "));
        CHECK_FALSE(has(done.output, "nowhere"));
        CHECK(text_of(desk.workshop.path() / wrong) == before);
    }
    // Only the layout is judged: an unknown name is none of it.
    CHECK(has(text_of(desk.workshop.path() / unknown), "ip.daddr in nowhere"));
}

TEST_CASE("a file that cannot be read is named with the reason") {
    const Desk desk;
    CHECK(has(desk.naclc({"check", "nowhere.nacl"}).output, "cannot read nowhere.nacl: no such file or directory"));
    CHECK(has(desk.naclc({"check", "."}).output, "cannot read .: it is a directory"));
}

TEST_CASE("with --werror a warning is an error, and it is said why") {
    const Desk desk;
    const auto file = desk.copy("services: [80, 443]", "services: [80, 443]\nspare: 5");
    CHECK(desk.naclc({"check", file}).status == 0);
    const auto done = desk.naclc({"check", "--werror", file});
    CHECK(done.status == 1);
    CHECK(has(done.output, "p.nacl: 1 warning counts as an error because of --werror"));
}

TEST_CASE("a file that is no text gives a handful of messages") {
    const Desk desk;
    std::string bytes;
    for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 37 % 256);
    std::ofstream(desk.workshop.path() / "b.nacl", std::ios::binary) << bytes;
    const auto done = desk.naclc({"check", "b.nacl"});
    CHECK(done.status == 1);
    std::size_t messages = 0;
    for (auto at = done.output.find(": error: "); at != done.output.npos; at = done.output.find(": error: ", at + 1))
        ++messages;
    CHECK(messages > 0);
    CHECK(messages <= 5);
}

TEST_CASE("fmt says which file it cannot read") {
    const Desk desk;
    const auto done = desk.naclc({"fmt", "nowhere.nacl"});
    CHECK(done.status == 2);
    CHECK(has(done.output, "cannot read nowhere.nacl"));
}

TEST_CASE("the policies of the repository are in the canonical layout") {
    std::vector<std::string> call = {"fmt", "--check"};
    for (const char* folder : {SAMPLES, DOCS "/start"})
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".nacl") call.push_back(entry.path());
    CHECK(call.size() >= 4);
    const auto done = Desk().naclc(call);
    CHECK(done.output == "");
    CHECK(done.status == 0);
}

TEST_CASE("an image is written to a file, and never over the policy, a device or a link") {
    const Desk desk;
    const auto folder = desk.workshop.path();
    const auto file = desk.copy("Iface", "Iface");
    const std::string before = text_of(folder / file);
    CHECK(desk.naclc({"build", file, "-o", file}).status == 2);
    CHECK(text_of(folder / file) == before);

    fs::create_directory(folder / "folder");
    CHECK(desk.naclc({"build", file, "-o", "folder"}).status == 2);
    CHECK(desk.naclc({"build", file, "-o", "nowhere/fw.elf"}).status == 2);

    std::ofstream(folder / "real.elf") << "old";
    fs::create_symlink("real.elf", folder / "link.elf");
    CHECK(desk.naclc({"build", file, "-o", "link.elf"}).status == 0);
    CHECK(fs::is_symlink(folder / "link.elf"));
    CHECK(fs::file_size(folder / "real.elf") > 1000);
}

TEST_CASE("long and odd file names change nothing but the names") {
    const Desk desk;
    const auto name = desk.copy("Iface", "Iface",
                                "a policy, whose file name \\ alone is, longer than any line, of code should be, by far.nacl");
    const auto done = desk.naclc({"build", name, "-o", "fw.elf"});
    CAPTURE(done.output);
    CHECK(done.status == 0);
}

TEST_CASE("a policy without Tests says so") {
    const Desk desk;
    std::ofstream(desk.workshop.path() / "none.nacl") << "Iface a { index: 0 }\n";
    CHECK(has(desk.naclc({"test", "none.nacl", "--on", "interp"}).output, "there are no Tests in it"));
}

TEST_CASE("Tests of one chain or function, and packets of a capture") {
    const Desk desk;
    // Two echo requests from 10.0.0.9 and 10.0.0.8 to 10.0.0.1, as tcpdump writes them.
    const std::string header("\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0", 24);
    const auto record = [](char host, char checksum) {
        const std::string sizes("\0\0\0\0\0\0\0\0\x2a\0\0\0\x2a\0\0\0", 16);
        std::string frame("\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0E\0\0\x1c\0\x01\0\0@\x01\x66\xd6"
                          "\x0a\0\0\x09\x0a\0\0\x01\x08\0\xf7\xfd\0\x01\0\x01", 42);
        frame[25] = checksum;
        frame[29] = host;
        return sizes + frame;
    };
    desk.write("two.pcap", header + record('\x09', '\xd7') + record('\x08', '\xd8'));
    desk.write("short.pcap", header + record('\x09', '\xd7').substr(0, 30));
    const std::string policy = "Iface eth0 { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: f }\n"
                               "Filter::IP f { if (iface.in == eth0) { log(\"in\") } g() accept }\n"
                               "Filter::IP g { if (ct.state == established) { drop } if (ip.saddr == 10.0.0.8) { reject } }\n";
    const auto run = [&](const std::string& tests) {
        desk.write("p.nacl", policy + tests);
        return desk.naclc({"test", "--on", "interp", "p.nacl"});
    };
    const auto fine = run("Test a { function: g, packet: {}, expect: next }\n"
                          "Test b { function: g, state: established, packet: {}, expect: drop, reason: filter }\n"
                          "Test c { chain: eth0.prerouting, packet: {}, expect: accept, log: [\"in\"] }\n"
                          "Test d { chain: eth0.prerouting, state: invalid, packet: {}, expect: drop, reason: ct_invalid }\n"
                          "Test e { chain: eth0.input, state: invalid, packet: {}, expect: accept }\n");
    INFO(fine.output);
    CHECK(fine.status == 0);
    CHECK(has(fine.output, "5 of 5 Tests passed on interp"));
    const auto wrong = run("Test a { function: g, packet: {}, expect: accept }\n");
    CHECK(wrong.status == 1);
    CHECK(has(wrong.output, "on interp the verdict is next"));
    const auto replayed = run("Test a { iface: eth0, pcap: \"two.pcap\", expect: accept }\n");
    INFO(replayed.output);
    CHECK(replayed.status == 1);
    CHECK(has(replayed.output, "packet 2 of "));
    CHECK(has(replayed.output, "rejected"));
    const auto cut = run("Test a { iface: eth0, pcap: \"short.pcap\", expect: accept }\n");
    CHECK(cut.status == 1);
    CHECK(has(cut.output, "short.pcap"));
}
