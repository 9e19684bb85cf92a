// Every example of the documentation is compiled, and its Tests are run. A block of a page is checked when
// its info string starts with `nacl`; what follows says how:
//   nacl                    a whole policy: no errors, no warnings
//   nacl in=policy          declarations beside two Ifaces, eth0 (10.0.0.0/24) and eth1 (192.168.1.0/24)
//   nacl in=filter          statements of a Filter::IP; also in=tcp, in=udp, in=icmp, in=nat (prerouting) and
//                           in=postrouting (a Nat)
//   nacl in=iface           members of an Iface
//   nacl from=FILE          a part of that file, line by line; `…` on a line of its own leaves lines out
//   nacl error=KIND …       these kinds of errors and no others; warning=KIND … in the same way
#include "tests/docs/page.hpp"

#include "compiler/sema/load.hpp"
#include "compiler/syntax/render.hpp"
#include "harness/runner.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <sstream>

namespace {

using docs::Block;

struct Instructions {
    std::string in = "whole";
    std::string from;
    std::set<std::string> kinds;
};

Instructions instructions_of(const Block& block) {
    Instructions result;
    std::istringstream words(block.info.substr(4));
    for (std::string word; words >> word;) {
        const auto equals = word.find('=');
        const auto key = word.substr(0, equals), value = word.substr(equals + 1);
        if (key == "in")
            result.in = value;
        else if (key == "from")
            result.from = value;
        else if (key == "error" || key == "warning")
            result.kinds.insert(value);
        else
            FAIL("what does `" << word << "` mean?");
    }
    return result;
}

const std::string ifaces = "Iface eth0 { index: 0, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                           "Iface eth1 { index: 1, address: 192.168.1.1, netmask: 255.255.255.0 }\n";

/// The policy that a fragment is a part of. The names that pages use without saying what they are stand here.
std::string wrapped(const std::string& in, const std::string& text) {
    const std::string names = "admins: [10.0.0.5, 10.0.0.6]\nservers: 192.168.1.0/24\n";
    const auto called = [&](const std::string& function) {
        return ifaces + names +
               "Gateway example_gateway { connected: [eth0, eth1], forward: example_chain }\n" +
               "Filter::IP example_chain { if (ip.ttl > 0) { example } drop }\n" + function + " example {\n" +
               text + "}\n";
    };
    static const std::map<std::string, std::string> filters = {
        {"filter", "Filter::IP"}, {"tcp", "Filter::TCP"}, {"udp", "Filter::UDP"}, {"icmp", "Filter::ICMP"}};
    if (in == "whole") return text;
    if (in == "policy") return ifaces + text;
    if (in == "iface") return "Iface example { index: 0,\n" + text + "}\n";
    if (filters.contains(in)) return called(filters.at(in));
    const std::string hook = in == "nat" ? "prerouting" : "postrouting";
    REQUIRE((in == "nat" || in == "postrouting"));
    return ifaces + names + "eth0." + hook + ": example\nNat::IP example {\n" + text + "}\n";
}

std::set<std::string> kinds_of(const sema::Loaded& loaded) {
    std::set<std::string> kinds;
    for (const auto& diagnostic : loaded.diagnostics) kinds.insert(syntax::info(diagnostic.kind).name);
    return kinds;
}

std::string trimmed(const std::string& line) {
    const auto start = line.find_first_not_of(' ');
    return start == std::string::npos ? "" : line.substr(start);
}

std::vector<std::string> trimmed_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(trimmed(line));
    return lines;
}

bool stands_at(const std::vector<std::string>& whole, std::size_t at, const std::vector<std::string>& part) {
    if (at + part.size() > whole.size()) return false;
    return std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(at));
}

/// Whether each run of lines between two `…` stands in the file, the runs in that order.
bool is_part(const std::string& text, const std::string& file) {
    const auto whole = trimmed_lines(docs::text_of(std::string(PROJECT "/") + file));
    std::size_t at = 0;
    std::vector<std::string> run;
    auto lines = trimmed_lines(text);
    lines.emplace_back("…");
    for (const auto& line : lines) {
        if (line != "…") {
            run.push_back(line);
            continue;
        }
        while (at < whole.size() && !stands_at(whole, at, run)) ++at;
        if (!stands_at(whole, at, run)) return false;
        at += run.size();
        run.clear();
    }
    return true;
}

} // namespace

TEST_CASE("every example compiles, or fails as the page says") {
    std::size_t examples = 0;
    for (const auto& page : docs::pages())
        for (const auto& block : docs::blocks_of(docs::text_of(page))) {
            if (block.info != "nacl" && !block.info.starts_with("nacl ")) continue;
            ++examples;
            INFO(page.string() << ':' << block.line << '\n' << block.text);
            const auto [in, from, kinds] = instructions_of(block);
            if (!from.empty()) {
                CHECK(is_part(block.text, from));
                continue;
            }
            const auto loaded = sema::load_text("example.nacl", wrapped(in, block.text), PROJECT "/samples");
            auto found = kinds_of(loaded);
            if (!kinds.contains("unused-name")) found.erase("unused-name"); // an example shows one thing
            if (in == "policy") found.erase("unused-function"); // its chains are not shown
            std::string said;
            for (const auto& diagnostic : loaded.diagnostics)
                said += syntax::render_text(diagnostic, loaded.sources);
            INFO(said);
            CHECK(found == kinds);
            if (!loaded.appliance) continue;
            const auto& appliance = *loaded.appliance;
            for (const auto& failure :
                 harness::run_tests(appliance, harness::interp_backend(appliance)).failures)
                FAIL_CHECK(harness::describe(appliance, failure));
        }
    CHECK(examples > 50);
}

TEST_CASE("pages lead to files that are there") {
    for (const auto& page : docs::pages()) {
        const auto text = docs::text_of(page);
        for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 2)) {
            auto target = text.substr(at + 2, text.find(')', at) - at - 2);
            if (target.starts_with("http") || target.starts_with("#")) continue;
            target = target.substr(0, target.find('#'));
            INFO(page.string() << " leads to " << target);
            CHECK(docs::fs::exists(page.parent_path() / target));
        }
    }
}
