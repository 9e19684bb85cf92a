// What programs read: diagnostics and the model as JSON, and the exit status.
#include "tests/naclc/shell.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>
#include <sstream>

namespace {

using nlohmann::json;

std::vector<json> objects(const std::string& lines) {
    std::vector<json> result;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) result.push_back(json::parse(line));
    return result;
}

void check_keys(const json& object) {
    const std::set<std::string> wanted = {"severity", "message",    "file", "line",  "column",
                                          "end_line", "end_column", "kind", "notes", "hint"};
    std::set<std::string> found;
    for (const auto& [key, value] : object.items()) found.insert(key);
    CHECK(found == wanted);
    for (const auto* key : {"line", "column", "end_line", "end_column"}) CHECK(object[key] >= 1);
    const std::pair begin(object["line"].get<int>(), object["column"].get<int>());
    const std::pair end(object["end_line"].get<int>(), object["end_column"].get<int>());
    CHECK(begin <= end);
    CHECK(object["message"] != "");
    CHECK(object["file"].is_string());
    CHECK(object["hint"].is_string());
    CHECK(object["kind"].is_string());
    for (const auto& note : object["notes"]) check_keys(note);
}

} // namespace

TEST_CASE("diagnostics as JSON have every key, one object a line, in source order, on standard error alone") {
    const Shell shell;
    shell.write("p.nacl", "a: 1\na: 2\nb: gre\nIface eth0 { index: 0, prerouting: f }\n"
                          "Filter::IP f { if (ip.ttl == 300) { drop } drop accept }\n");
    CHECK(shell("naclc --diagnostics=json check p.nacl 2>/dev/null").output == "");
    const auto done = shell("naclc check --diagnostics=json p.nacl");
    CHECK(done.status == 1);
    const auto found = objects(done.output);
    std::vector<std::string> kinds;
    int line = 0;
    for (const auto& object : found) {
        check_keys(object);
        kinds.push_back(object["kind"]);
        CHECK(object["severity"] == "error");
        CHECK(object["file"] == "p.nacl");
        CHECK(object["line"] >= line);
        line = object["line"];
    }
    CHECK(kinds == std::vector<std::string>{"duplicate-name", "unknown-name", "value-out-of-range"});
    REQUIRE(found.size() == 3);
    CHECK(found[0]["notes"].size() == 1);
    CHECK(found[0]["notes"][0]["severity"] == "note");
    CHECK(found[0]["notes"][0]["line"] == 1);
    CHECK(found[0]["end_column"] == 2);
}

TEST_CASE("warnings are no errors, unless asked") {
    const Shell shell;
    shell.write("p.nacl", "Filter::IP f { drop }\n");
    const auto done = shell("naclc check --diagnostics=json p.nacl");
    CHECK(done.status == 0);
    const auto found = objects(done.output);
    REQUIRE(found.size() == 1);
    CHECK(found[0]["severity"] == "warning");
    CHECK(found[0]["kind"] == "unused-function");
    CHECK(shell("naclc check --werror p.nacl").status == 1);
}

TEST_CASE("what is not decided is a note at the end, with all places as JSON, and no error ever") {
    const Shell shell;
    // Ten fields with nine values, of which no two are equal: pigeons and holes, for each verdict of the last line.
    const std::vector<std::string> fields = {"ip.id",        "ip.dscp",    "ip.ttl",     "tcp.sport",    "tcp.dport",
                                             "tcp.sequence", "tcp.ackseq", "tcp.window", "tcp.checksum", "tcp.urgptr"};
    std::string text = "Iface wan { index: 0, address: 203.0.113.1, netmask: 255.255.255.0, prerouting: f }\n"
                       "Filter::IP f { Filter::TCP {\n";
    for (std::size_t i = 0; i < fields.size(); ++i)
        for (std::size_t j = i + 1; j < fields.size(); ++j) {
            std::string same;
            for (std::size_t value = 1; value < fields.size(); ++value)
                same += (same.empty() ? "" : " or ") + fields[i] + " == " + std::to_string(value) + " and " + fields[j] +
                        " == " + std::to_string(value);
            text += "if (" + same + ") { accept }\n";
        }
    std::string few;
    for (const auto& field : fields) few += (few.empty() ? "" : " and ") + field + " in 1-9";
    text += "if (" + few + ") {";
    constexpr std::size_t verdicts = 7;
    for (std::size_t i = 1; i < verdicts; ++i)
        text += " if (tcp.reserved == " + std::to_string(i) + ") { " + (i % 2 == 0 ? "drop" : "accept") + " }";
    shell.write("p.nacl", text + " reject } } drop }\n");
    const auto done = shell("naclc --werror check --diagnostics=json p.nacl");
    CHECK(done.status == 0);
    const auto found = objects(done.output);
    REQUIRE(found.size() == 1);
    check_keys(found[0]);
    CHECK(found[0]["severity"] == "note");
    CHECK(found[0]["kind"] == "undecided-verdicts");
    CHECK(found[0]["notes"].size() == verdicts);
    const auto text_of_it = shell("naclc check p.nacl").output;
    CHECK(text_of_it.find("7 verdicts are not decided") != std::string::npos);
    CHECK(text_of_it.find("not decided, nor at 2 more places") != std::string::npos);
}

TEST_CASE("a file that is missing, or names one that is, is an object too") {
    const Shell shell;
    for (const auto* call : {"check", "emit", "emit --target json", "test", "fmt", "build -o x"}) {
        const auto done = shell(std::string("naclc --diagnostics=json ") + call + " nowhere.nacl");
        INFO(call << ": " << done.output);
        CHECK(done.status == 2);
        const auto found = objects(done.output);
        REQUIRE(found.size() == 1);
        check_keys(found[0]);
        CHECK(found[0]["kind"] == "unreadable-file");
        CHECK(found[0]["file"] == "nowhere.nacl");
    }
    shell.write("p.nacl", "import \"nowhere.nacl\"\nl: file(\"no.txt\")\n");
    const auto done = shell("naclc --diagnostics=json check p.nacl");
    CHECK(done.status == 1);
    CHECK(objects(done.output).size() == 2);
}

TEST_CASE("a Test that fails is an object too, at its step, with what decided") {
    const Shell shell;
    shell.write("p.nacl", "Iface a { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, input: f }\n"
                          "Filter::IP f { drop }\n"
                          "Test t { iface: a, packet: { ip: { saddr: 10.0.0.2, daddr: 10.0.0.1 } }, expect: accept }\n");
    const auto done = shell("naclc test --diagnostics=json --on interp p.nacl 2>&1 >/dev/null");
    CHECK(done.status == 1);
    const auto found = objects(done.output);
    REQUIRE(found.size() == 1);
    check_keys(found[0]);
    CHECK(found[0]["kind"] == "failed-test");
    CHECK(found[0]["severity"] == "error");
    CHECK(found[0]["line"] == 3);
    REQUIRE(found[0]["notes"].size() == 1);
    CHECK(found[0]["notes"][0]["line"] == 2);
    CHECK(shell("naclc test --diagnostics=json --on interp p.nacl 2>/dev/null").output ==
          "p.nacl: 0 of 1 Tests passed on interp\n");
}

TEST_CASE("broken UTF-8 in a policy makes no broken JSON") {
    const Shell shell;
    shell.write("p.nacl", "a: \xff\xfe \"\x80\"\nb: \x01\n");
    const auto done = shell("naclc --diagnostics=json check p.nacl");
    CHECK(done.status == 1);
    for (const auto& object : objects(done.output)) check_keys(object);
    CHECK(shell("naclc check p.nacl").output.find('\xff') == std::string::npos);
}

TEST_CASE("the model is printed as JSON, and nothing when there is none") {
    const Shell shell;
    shell.write("p.nacl", "Iface a { index: 0 }\n");
    const auto document = json::parse(shell("naclc emit --target json p.nacl 2>/dev/null").output);
    CHECK(document["name"] == "p");
    CHECK(document["files"] == json{"p.nacl"});
    CHECK(document["appliance"]["ifaces"][0]["place"]["line"] == 1);

    shell.write("wrong.nacl", "Iface a { index: b }\n");
    CHECK(shell("naclc emit --target json wrong.nacl 2>/dev/null").output == "");
    CHECK(shell("naclc emit --target json wrong.nacl").status == 1);
    CHECK(shell("naclc emit --target abacus p.nacl").status == 2);
    CHECK(shell("naclc emit --target json p.nacl > /dev/full").status == 2);
}
