// Single rules, what is no ruleset, and what is said of NICs.
#include "compiler/importer/nft.hpp"
#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

namespace {

using importer::import_nft;
using importer::Json;

/// A dump with one chain on `input`, policy accept, with one rule.
std::string dump_of(const std::string& rule,
                    const std::string& hook = R"("type":"filter","hook":"input","prio":0)") {
    const std::string chain = R"({"chain":{"family":"ip","table":"t","name":)";
    const std::string in_chain = R"({"rule":{"family":"ip","table":"t","chain":)";
    return R"({"nftables":[{"table":{"family":"ip","name":"t"}},)" + chain + R"("c",)" + hook + "}}," +
           chain + R"("x"}},)" + in_chain + R"("x","expr":[{"drop":null}]}},)" + in_chain +
           R"("c","expr":[)" + rule + "]}}]}";
}

importer::Imported of(const std::string& rule) { return import_nft(dump_of(rule), "dump", {}); }

/// The program with all white space made one blank.
std::string program(const std::string& rule) {
    const auto imported = of(rule);
    CHECK(imported.error == "");
    CHECK(sema::load_text("p.nacl", imported.text).appliance);
    std::string text;
    for (const char c : imported.text)
        if (c != ' ' && c != '\n')
            text += c;
        else if (!text.ends_with(' '))
            text += ' ';
    return text;
}

std::string match(const std::string& left, const std::string& right, const std::string& op = "==") {
    return R"({"match":{"op":")" + op + R"(","left":)" + left + R"(,"right":)" + right + "}}";
}
std::string field(const std::string& protocol, const std::string& name) {
    return R"({"payload":{"protocol":")" + protocol + R"(","field":")" + name + R"("}})";
}

using Catch::Contains;

const std::string drop = R"(,{"drop":null})";
const std::string accept = R"(,{"accept":null})";

} // namespace

TEST_CASE("comparisons are said as NaCl says them") {
    const auto says = [](const std::string& rule, const std::string& condition) {
        CHECK_THAT(program(rule + drop), Contains("if (" + condition + ") { drop }"));
    };
    says(match(field("ip", "saddr"), R"("192.0.2.1")"), "ip.saddr == 192.0.2.1");
    says(match(field("ip", "saddr"), R"({"prefix":{"addr":"10.0.0.0","len":8}})", "!="),
         "not ip.saddr in 10.0.0.0/8");
    says(match(field("tcp", "dport"), R"({"set":[22,{"range":[80,90]}]})"), "tcp.dport in [22, 80 - 90]");
    says(match(field("tcp", "dport"), "1024", "<"), "tcp.dport <= 1023");
    says(match(field("ip", "hdrlength"), "5", ">"), "ip.hdrlength >= 24");
    says(match(field("ip", "dscp"), R"("ef")"), "ip.dscp == 46");
    says(match(field("icmp", "type"), R"("echo-request")"), "icmp.type == echo-request");
    says(match(R"({"&":[{"payload":{"protocol":"ip","field":"saddr"}},"255.255.0.0"]})", R"("10.1.0.0")"),
         "ip.saddr in 10.1.0.0/16");
    says(match(R"({"&":[{"payload":{"protocol":"tcp","field":"flags"}},["syn","ack"]]})", R"("syn")"),
         "syn in tcp.flags and not ack in tcp.flags");
    says(match(field("tcp", "flags"), R"("syn")", "in"), "syn in tcp.flags");
    says(match(R"({"ct":{"key":"state"}})", R"(["established","related"])", "in"),
         "ct.state in [established, related]");
    says(match(R"({"ct":{"key":"state"}})", R"("new")", "!="), "ct.state != new");
}

TEST_CASE("two states at once are no packet's") {
    CHECK_THAT(program(match(R"({"ct":{"key":"state"}})", R"({"|":["established","related"]})", "!=") + drop),
               Contains("{ drop }"));
    CHECK_THAT(program(match(R"({"ct":{"key":"state"}})", R"({"|":["new","related"]})") + drop),
               !Contains("drop }"));
}

TEST_CASE("a reset that is for TCP only is not for all") {
    CHECK_THAT(program(R"({"reject":{"type":"tcp reset"}})"), Contains("if (ip.protocol == tcp) { reject }"));
}

TEST_CASE("rules about IPv6 are about no packet here, and the loopback is no NIC") {
    CHECK_THAT(program(match(field("ip6", "saddr"), R"("::1")") + drop), !Contains("drop }"));
    CHECK_THAT(program(match(R"({"meta":{"key":"iifname"}})", R"("lo")") + drop), !Contains("drop }"));
    CHECK_THAT(program(match(R"({"meta":{"key":"iifname"}})", R"("lo")", "!=") + drop), Contains("{ drop }"));
}

TEST_CASE("what cannot be said accepts nothing, and drops rather too much") {
    const auto unsayable = match(R"({"meta":{"key":"mark"}})", "1");
    const auto from = match(field("ip", "saddr"), R"("192.0.2.1")") + ",";
    CHECK_THAT(program(from + unsayable + accept), !Contains("192.0.2.1) { accept }"));
    CHECK_THAT(program(from + unsayable + drop), Contains("if (ip.saddr == 192.0.2.1) { drop }"));
    CHECK_THAT(program(from + unsayable + R"(,{"return":null})"),
               Contains("if (ip.saddr == 192.0.2.1) { drop }"));
    CHECK_THAT(program(from + unsayable + R"(,{"jump":{"target":"x"}})"),
               Contains("if (ip.saddr == 192.0.2.1) { drop }"));
    CHECK_THAT(program(from + R"({"queue":{"num":1}})"), Contains("if (ip.saddr == 192.0.2.1) { drop }"));
    CHECK_THAT(program(from + R"({"something":null})"), Contains("if (ip.saddr == 192.0.2.1) { drop }"));
    const auto imported = of(from + unsayable + drop);
    CHECK(std::ranges::count_if(imported.messages, [](const auto& message) {
              return message.is_loss &&
                     message.text.starts_with("table ip t, chain c, rule 1: NaCl cannot read `meta mark`");
          }) == 1);
}

TEST_CASE("what stands behind a rule that had to become a drop of everything is kept") {
    const std::string next = R"(]}},{"rule":{"family":"ip","table":"t","chain":"c","expr":[)";
    const auto rules = match(R"({"meta":{"key":"mark"}})", "1") + drop + next + match(field("tcp", "dport"), "22") + accept +
                       next + match(R"({"meta":{"key":"mark"}})", "7") + accept;
    const auto text = program(rules);
    CHECK_THAT(text, Contains("if (tcp.dport == 22) { accept }"));
    CHECK_THAT(text, Contains("NOT CARRIED OVER: table ip t, chain c, rule 1: what stands behind it is in `t_c_after_1`"));
    const auto imported = of(rules);
    const auto losses = [&](const std::string& place) {
        return std::ranges::count_if(imported.messages, [&](const auto& message) {
            return message.is_loss && message.text.starts_with("table ip t, chain c, " + place);
        });
    };
    CHECK(losses("rule 1") == 2);
    CHECK(losses("rule 3") == 1);
}

TEST_CASE("what is no ruleset is told, and makes no program") {
    const auto error = [](const std::string& text) {
        const auto imported = import_nft(text, "dump", {});
        CHECK(imported.text == "");
        return imported.error;
    };
    CHECK_THAT(error(""), Contains("this is no JSON"));
    CHECK_THAT(error("table ip filter {"), Contains("this is no JSON"));
    CHECK_THAT(error("\xff\xfe"), Contains("this is no JSON"));
    CHECK_THAT(error("[]"), Contains("no list `nftables`"));
    CHECK_THAT(error(R"({"nftables":{}})"), Contains("no list `nftables`"));
    CHECK_THAT(error(R"({"nftables":[1]})"), Contains("entry 1"));
    CHECK_THAT(error(R"({"nftables":[{"table":7}]})"), Contains("is no object"));
    CHECK_THAT(error(R"({"nftables":[{"table":{"family":"ip"}}]})"), Contains("has no `name`"));
    CHECK_THAT(error(R"({"nftables":[{"chain":{"family":"ip","table":"t","name":"c"}}]})"),
               Contains("does not have"));
    CHECK_THAT(error(std::string(100'000, '[')), Contains("nests more than"));
    CHECK_THAT(error(dump_of(R"({"jump":{"target":"gone"}})")), Contains("has no chain `gone`"));
    CHECK_THAT(error(dump_of(R"({"accept":null})", R"("type":"filter","hook":"input","prio":"high")")),
               Contains("whole number"));
    CHECK_THAT(error(dump_of(R"({"accept":null})", R"("type":"filter","hook":"input","prio":1e400)")),
               Contains("no JSON"));
    const auto circle = dump_of(R"({"jump":{"target":"x"}})");
    auto json = Json::parse(circle);
    json["nftables"][3]["rule"]["expr"] = Json::parse(R"([{"jump":{"target":"x"}}])");
    CHECK_THAT(error(json.dump()), Contains("circles"));
}

TEST_CASE("what is said of NICs is read strictly") {
    const auto good = [](std::string_view text) {
        return std::holds_alternative<importer::NicOption>(importer::parse_nic(text));
    };
    CHECK(good("eth0=10.0.0.1/24"));
    CHECK(good("eth0=10.0.0.1/24,10.0.0.254"));
    CHECK(good("wan=dhcp"));
    CHECK(good("p2p=10.0.0.0/31"));
    for (const auto* text : {"", "eth0", "=10.0.0.1/24", "eth0=10.0.0.1", "eth0=10.0.0.1/33",
                             "eth0=10.0.0.1/-1", "eth0=10.0.0/24", "eth0=10.0.0.0/24", "eth0=10.0.0.255/24",
                             "eth0=10.0.0.1/24,", "eth0=10.0.0.1/24,x", "eth0=10.0.0.256/24"})
        CHECK_FALSE(good(text));
}
