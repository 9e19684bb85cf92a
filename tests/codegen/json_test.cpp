// The model as JSON is what its page and its schema say.
#include "codegen/json.hpp"

#include "compiler/sema/load.hpp"
#include "tests/codegen/json_schema.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <set>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json read(const std::string& file) { return json::parse(std::ifstream(ROOT "/" + file)); }

json document_of(const sema::Loaded& loaded) {
    REQUIRE(loaded.appliance);
    return json::parse(codegen::to_document(*loaded.appliance).dump());
}

/// Everything that can be said, and more than can be executed.
const std::string everything = R"(
Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, gateway: 10.0.0.2, dns: 10.0.0.3, masquerade: true,
    send_queue_limit: 10, buffer_limit: 20, rpf: strict, prerouting: [nat, f], postrouting: source }
Iface lan { index: "c0:01:0a:00:00:2a", address: 192.168.0.1, netmask: 255.255.255.0, vlan: 7, input: f }
Iface far { index: 2, config: dhcp }
Iface near { index: 3, config: dhcp-with-fallback, address: 172.16.0.1, netmask: 255.255.0.0 }
Gateway g { connected: [wan, lan], out: { net: 0.0.0.0, netmask: 0.0.0.0, iface: wan, nexthop: 10.0.0.2, cost: 3 },
    forward: f, send_time_exceeded: false }
Conntrack c { limit: 100, stateful_tcp: true, drop_invalid: false }
hosts: [192.168.0.2, 192.168.0.8 - 192.168.0.15, 192.168.0.128/25]
Filter::IP helper { if (ip.ttl == 1) { drop } }
Filter::IP f {
    helper
    log("a\n", ip.saddr, "\xff\x00")
    syslog(ERR, "b ", ct.state)
    if (ip.saddr in hosts and (ip.protocol == tcp or not ip.options)) { reject } else { log("c") }
    Filter::TCP { if (tcp.sport == tcp.dport or syn in tcp.flags) { accept } }
    if (tries.exceeded or ip.saddr == far.address) { drop }
    if (true) { drop }
    drop
}
Limit tries { rate: 10, per: minute, key: ip.saddr }
Limit all { rate: 5, per: day, burst: 9, size: 2 }
Syslog logs { address: 192.168.0.9, port: 514 }
Timer often { interval: 5, data: [stats, cpu] }
Load_balancer lb { layer: tcp, clients: { iface: wan, port: 80 },
    servers: { iface: lan, algorithm: round_robin, pool: [{ address: 192.168.0.2, port: 80 }] } }
Assert::TCP claim(wan.prerouting) { if (tcp.dport == 23) { drop } }
Assert::IP path(wan -> lan) { helper drop }
Assert::IP through(g.forward) { drop }
Test of_function { function: helper, state: established, packet: { options: "\x01" }, expect: next }
Test of_chain { chain: wan.prerouting, packet: { eth: { saddr: "02:00:00:00:00:01" } }, expect: drop }
Test leased { lease: { iface: far, address: 198.19.9.9, netmask: 255.255.0.0 },
    steps: [{ iface: wan, pcap: "README.md", expect: drop }] }
Nat::TCP nat { if (tcp.dport == 8080) { dnat(192.168.0.2, 80) } }
Nat::IP source { snat(10.0.0.9) }
Test t {
    steps: [
        { iface: wan, packet: { ip: { saddr: 10.1.1.1, daddr: 10.0.0.1, ttl: 9 }, tcp: { dport: 80 }, payload: "\xfex" },
          expect: accept, out: { iface: lan, tcp: { dport: 80 } }, log: ["c"] },
        { wait: 31 },
        { iface: lan, packet: { ip: { saddr: 192.168.0.2, daddr: 10.1.1.1 }, udp: { dport: 53 } }, expect: drop,
          reason: filter }
    ]
}
)";

/// The names of all keys below `value`.
void collect_keys(const json& value, std::set<std::string>& keys) {
    if (value.is_object())
        for (const auto& [key, member] : value.items()) keys.insert(key);
    for (const auto& member : value)
        if (member.is_structured()) collect_keys(member, keys); // a scalar is a range of itself
}

} // namespace

TEST_CASE("a policy that says everything conforms to the schema, and uses every key of it") {
    const auto schema = read("docs/reference/model.schema.json");
    const auto loaded = sema::load_text("all.nacl", everything, ROOT);
    for (const auto& diagnostic : loaded.diagnostics) WARN(diagnostic.message);
    const auto document = document_of(loaded);
    CHECK(nonconformity(schema, document) == "");

    std::set<std::string> used, known;
    collect_keys(document, used);
    const std::function<void(const json&)> walk = [&](const json& part) {
        if (part.is_object() && part.contains("properties"))
            for (const auto& [key, value] : part["properties"].items()) known.insert(key);
        for (const auto& member : part)
            if (member.is_structured()) walk(member);
    };
    walk(schema);
    CHECK(used == known);

    std::ifstream stream(ROOT "/docs/reference/model-json.md");
    const std::string page(std::istreambuf_iterator<char>(stream), {});
    for (const auto& key : known) {
        INFO(key);
        const bool is_explained =
            page.find('`' + key + '`') != page.npos || page.find('"' + key + '"') != page.npos;
        CHECK(is_explained);
    }
}

TEST_CASE("so do all policies of the repository") {
    const auto schema = read("docs/reference/model.schema.json");
    std::size_t policies = 0;
    for (const auto* folder : {"samples", "docs/start", "tests/differential", "tests/language/cases"})
        for (const auto& entry : fs::directory_iterator(fs::path(ROOT) / folder)) {
            if (entry.path().extension() != ".nacl") continue;
            const auto loaded = sema::load(entry.path());
            if (!loaded.appliance) continue;
            INFO(entry.path());
            CHECK(nonconformity(schema, document_of(loaded)) == "");
            ++policies;
        }
    CHECK(policies > 10);
}

TEST_CASE("the schema is not content with anything") {
    const auto schema = read("docs/reference/model.schema.json");
    const auto document = document_of(sema::load_text("all.nacl", everything, ROOT));
    const auto broken = [&](const char* pointer, const json& value) {
        auto changed = document;
        changed[json::json_pointer(pointer)] = value;
        return !nonconformity(schema, changed).empty();
    };
    CHECK(broken("/version", 2));
    CHECK(broken("/hash", "0123"));
    CHECK(broken("/more", 1));
    CHECK(broken("/appliance/ifaces/0/vlan", 4095));
    CHECK(broken("/appliance/ifaces/0/ipv4/address", "10.0.0.256"));
    CHECK(broken("/appliance/functions/0/kind", "Assert"));
    CHECK(broken("/appliance/functions/0/body/0/if/in/0", json::array({1})));
    CHECK(broken("/tests/0/steps/0/expect", "later"));
    auto without = document;
    without["appliance"]["gateway"].erase("forward");
    CHECK_FALSE(nonconformity(schema, without).empty());
}

TEST_CASE("the hash is that of the model: places and Tests do not show in it") {
    const auto one = document_of(sema::load_text("a.nacl", "Iface a { index: 0 }\n"));
    const auto other = document_of(sema::load_text("b.nacl", "\n// elsewhere\nIface a { index: 0, }\n"));
    CHECK(one["hash"] == other["hash"]);
    CHECK(one["appliance"] != other["appliance"]);
    CHECK(one["name"] == "a");
}
