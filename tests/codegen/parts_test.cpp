// What a policy does not use is not in its image: told by the symbols that its linker left in.
#include "codegen/cpp.hpp"
#include "codegen/process.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"

#include "compiler/sema/load.hpp"

#include <catch2/catch.hpp>

namespace {

/// A part of the data plane, the code that is nobody else's, and what a policy says that wants it.
struct Wish {
    std::string part;
    std::vector<std::string> code;
    std::string policy;
};

const std::string hosts = "Iface a { index: 0, address: 10.0.0.1, netmask: 255.255.255.0 }\n"
                          "Iface b { index: 1, address: 10.0.1.1, netmask: 255.255.255.0 }\n";
const std::string router = hosts + "Gateway g { connected: [a, b] }\n";
const std::string filter = router + "g.forward: f\nFilter::IP f { accept }\n";

const std::vector<Wish> wishes = {
    {"flows", {"runtime::FlowTable::", "runtime::stage::track", "runtime::stage::confirm"}, filter},
    {"fragments", {"runtime::FragmentTable::", "runtime::stage::reassemble", "runtime::take_apart"}, filter},
    {"chains", {"runtime::stage::forward"}, filter},
    {"followed TCP",
     {"runtime::Connection::", "runtime::segment_of"},
     filter + "Conntrack c { stateful_tcp: true }\n"},
    {"translation",
     {"runtime::MappingTable::", "runtime::rewrite", "runtime::choose_port", "runtime::stage::postrouting"},
     router + "a.masquerade: true\n"},
    {"balancing",
     {"runtime::ServerPool::", "runtime::stage::balance"},
     hosts +
         "Load_balancer l { layer: tcp, clients: { iface: a, port: 80 },\n"
         "  servers: { iface: b, algorithm: round_robin, pool: [ { address: 10.0.1.5, port: 80 } ] } }\n"},
    {"DHCP",
     {"runtime::dhcp::", "runtime::set_lease", "runtime::begin_leases"},
     "Iface a { index: 0, config: dhcp }\n"},
    {"limits",
     {"runtime::LimitTable::"},
     filter +
         "Limit l { rate: 1, per: second }\na.input: h\nFilter::IP h { if (l.exceeded) { drop } accept }\n"},
    {"logs",
     {"runtime::log_allowed", "report_lost(runtime::"},
     filter + "a.input: h\nFilter::IP h { log(\"x\\n\") accept }\n"},
    {"syslog to a server",
     {"send_to_server", "send_report"},
     filter + "Syslog s { address: 10.0.1.9, port: 514 }\n"},
    {"timers", {"runtime::timer_data::stats"}, router + "Timer t { interval: 60, data: [stats] }\n"},
};

/// The names of all functions and variables in the image.
std::string symbols(const std::string& text) {
    const auto loaded = sema::load_text("p.nacl", text);
    for (const auto& diagnostic : loaded.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE(loaded.appliance);
    const codegen::Workshop folder;
    const auto kit = codegen::find_kit();
    REQUIRE(kit);
    REQUIRE(codegen::build(*kit, codegen::cpp(*loaded.appliance), codegen::Product::image,
                           folder.path() / "fw.elf", folder.path() / "keep") == "");
    const auto listed = codegen::run({"nm", "-C", "linked"}, folder.path() / "keep");
    REQUIRE(listed.status == 0);
    return listed.output;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

} // namespace

TEST_CASE("a policy that wants nothing of the data plane has none of its parts in the image") {
    const auto found = symbols(router);
    CHECK(has(found, "runtime::stage::route"));
    for (const auto& [part, code, policy] : wishes)
        for (const auto& name : code) {
            INFO(part << ": " << name);
            CHECK_FALSE(has(found, name));
        }
}

TEST_CASE(
    "a policy has the parts that it wants in the image, and those that it does not want are not there") {
    const auto plain_filter = symbols(filter);
    for (const auto& [part, code, policy] : wishes) {
        const auto found = symbols(policy);
        for (const auto& name : code) {
            INFO(part << ": " << name);
            CHECK(has(found, name));
            CHECK(has(plain_filter, name) == (policy == filter));
        }
    }
}
