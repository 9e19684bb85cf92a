// What `diff` says of log statements.
#include "compiler/analysis/diff.hpp"
#include "tests/analysis/policy.hpp"

#include <algorithm>

namespace {

std::string filter(const std::string& body) { return "wan.prerouting: f Filter::IP f {\n" + body + "\n}\n"; }

/// "2 added log(\"x\")" for each change; the function's first line is 1.
std::vector<std::string> changes(const std::string& before, const std::string& after) {
    constexpr std::uint32_t lines_before = 5;
    const auto diff = analysis::diff(policy(filter(before)), policy(filter(after)));
    std::vector<std::string> texts;
    for (const auto& chain : diff.chains) {
        CHECK(chain.change == analysis::Change::equivalent);
        CHECK(chain.logs.compared);
        for (const auto& [kind, logging, was] : chain.logs.changes) {
            texts.push_back(std::to_string(logging.place.line - lines_before) + ' ' +
                            std::string(analysis::log_change_names[static_cast<std::size_t>(kind)]) + ' ' +
                            logging.text);
            if (kind == analysis::LogChange::Kind::reworded) texts.back() += " was " + was->text;
        }
    }
    return texts;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("a policy logs as it does itself, however its conditions are written") {
    const std::string logs = "if (ip.ttl < 5) { log(\"low\\n\") drop }\naccept";
    CHECK(changes(logs, logs).empty());
    CHECK(changes(logs, "\n\nif (not ip.ttl >= 5) { log(\"low\\n\") drop } accept").empty());
    CHECK(changes("if (ip.ttl < 5) { drop } accept", "if (ip.ttl in 0-4) { drop } accept").empty());
}

TEST_CASE("what is logged more, less, in other words or of other packets is told") {
    CHECK(changes("accept", "if (ip.ttl < 5) {\nlog(\"ttl \", ip.ttl, \"\\n\") }\naccept") ==
          Texts{"2 added log(\"ttl \", ip.ttl, \"\\n\")"});
    CHECK(changes("log(\"x\")\naccept", "accept") == Texts{"1 removed log(\"x\")"});
    CHECK(changes("log(\"x\")\naccept", "log(\"y\")\naccept") ==
          Texts{"1 reworded log(\"y\") was log(\"x\")"});
    CHECK(changes("if (ip.ttl < 5) { log(\"x\") }\naccept", "if (ip.ttl < 6) { log(\"x\") }\naccept") ==
          Texts{"1 moved log(\"x\")"});
    CHECK(changes("if (ip.ttl < 5) { log(\"x\")\ndrop } accept",
                  "log(\"x\")\nif (ip.ttl < 5) { drop } accept") == Texts{"1 moved log(\"x\")"});
    // Behind a verdict it is not come to by the packets of that.
    CHECK(changes("log(\"x\")\nif (ip.ttl < 5) { drop } accept",
                  "if (ip.ttl < 5) { drop }\nlog(\"x\")\naccept") == Texts{"2 moved log(\"x\")"});
}

TEST_CASE("each of several equal log statements counts, and so does the severity") {
    CHECK(changes("log(\"x\") accept", "log(\"x\")\nlog(\"x\")\naccept").size() == 1);
    const std::string to_server = "}\nSyslog s { address: 10.0.0.7, port: 514 }\nFilter::IP unused { accept";
    CHECK(changes("syslog(INFO, \"x\") accept " + to_server, "syslog(WARNING, \"x\")\naccept " + to_server) ==
          Texts{"1 reworded syslog(warning, \"x\") was syslog(info, \"x\")"});
    CHECK(changes("log(\"x\") accept" + to_server, "syslog(DEBUG, \"x\") accept" + to_server).size() == 1);
}

TEST_CASE("a log statement some of whose packets changed has moved") {
    CHECK(changes("if (ip.ttl < 5 or ip.dscp == 3) { log(\"x\") } accept",
                  "if (ip.ttl < 5 or ip.dscp == 3 or ip.id == 9) { log(\"x\") } accept") ==
          Texts{"1 moved log(\"x\")"});
}

TEST_CASE("a log past which a verdict has moved has moved itself, which way round it was") {
    const std::string accept = "if (ip.saddr == 10.0.0.9) { accept }\n", log = "log(\"x\")\n";
    CHECK(changes(accept + log + "accept", log + accept + "accept") == Texts{"1 moved log(\"x\")"});
    CHECK(changes(log + accept + "accept", accept + log + "accept") == Texts{"2 moved log(\"x\")"});
    // What is logged is not what the verdict is about.
    const std::string other = "if (ip.saddr == 10.0.0.8) { log(\"y\") }\n";
    CHECK(changes(accept + other + "accept", other + accept + "accept").empty());
}

TEST_CASE("a log has moved when other packets come to it, whatever has become of the statements before it") {
    const std::string accept = "if (ip.saddr == 10.0.0.9) { accept }\n", log = "log(\"x\")\n";
    CHECK(changes(accept + log + "accept", log + "accept") == Texts{"1 moved log(\"x\")"});
    CHECK(changes(log + "accept", accept + log + "accept") == Texts{"2 moved log(\"x\")"});
    CHECK(changes(accept + log + "accept", "if (ip.saddr in 10.0.0.8-10.0.0.9) { accept }\n" + log + "accept") ==
          Texts{"2 moved log(\"x\")"});
    // Nor do fewer come where they were decided before.
    CHECK(changes(accept + log + "accept", accept + accept + log + "accept").empty());
    CHECK(changes("if (ip.ttl < 5) { accept }\nif (ip.dscp == 3) { accept }\n" + log + "accept",
                  "if (ip.ttl < 5 or ip.dscp == 3) { accept }\n" + log + "accept")
              .empty());
    // What moves past it was decided before both.
    const std::string late = "if (ip.ttl < 5) { accept }\n";
    CHECK(changes("if (ip.saddr == 10.0.0.9) { accept }\nif (ip.saddr == 10.0.0.9) { " + log + "}\n" + late + "accept",
                  late + "if (ip.saddr == 10.0.0.9) { accept }\nif (ip.saddr == 10.0.0.9) { " + log + "}\naccept")
              .empty());
}

TEST_CASE("a log that another one passes has moved, and one that is written in two is two") {
    CHECK(changes("log(\"x\")\nlog(\"y\")\naccept", "log(\"y\")\nlog(\"x\")\naccept") == Texts{"2 moved log(\"x\")"});
    CHECK(changes("if (ip.ttl < 5) { log(\"x\") }\nif (ip.ttl > 5) { log(\"y\") }\naccept",
                  "if (ip.ttl > 5) { log(\"y\") }\nif (ip.ttl < 5) { log(\"x\") }\naccept")
              .empty());
    const std::string x = "if (ip.ttl in [3, 4]) { log(\"x\") }\n", y = "if (ip.ttl in [3, 5]) { log(\"y\") }\n";
    CHECK(changes(x + y + "accept", y + x + "accept").size() == 1);
    CHECK(changes("if (ip.ttl == 3) { accept }\n" + x + y + "accept", "if (ip.ttl == 3) { accept }\n" + y + x + "accept").empty());
    CHECK(changes("if (ip.ttl < 5) { log(\"x\") }\naccept",
                  "if (ip.ttl < 4) { log(\"x\") }\nif (ip.ttl == 4) { log(\"x\") }\naccept") ==
          Texts{"1 moved log(\"x\")", "2 added log(\"x\")"});
}

TEST_CASE("of several logs that change sides each that does is told; of one that is called twice it is not known") {
    const std::string a = "if (ip.ttl == 5) { log(\"a\") }\n", b = "if (ip.ttl in [5, 9]) { log(\"b\") }\n", c = "if (ip.ttl == 6) { log(\"c\") }\n";
    CHECK(changes(a + b + c + "accept", c + b + a + "accept").size() == 1);
    const auto calling = [](const std::string& body) {
        return "wan.prerouting: f Filter::IP h { if (ip.saddr == 10.0.0.6) { log(\"h\") } } Filter::IP f { " + body + " accept }\n";
    };
    const auto diff = analysis::diff(policy(calling("h if (ip.ttl == 64) { h }")), policy(calling("h")));
    CHECK_FALSE(diff.chains.front().logs.compared);
}

TEST_CASE("to a log of a later function come those that earlier ones let through") {
    const auto chain = [](const std::string& first) {
        return "wan.prerouting: [a, f] Filter::IP a { " + first + " accept }\nFilter::IP f {\nif (ip.ttl < 5) { log(\"x\") }\ndrop\n}\n";
    };
    const auto logs = [&](const std::string& before, const std::string& after) {
        const auto diff = analysis::diff(policy(chain(before)), policy(chain(after)));
        const auto chain_diff = std::ranges::find(diff.chains, "wan.prerouting", &analysis::ChainDiff::name);
        REQUIRE(chain_diff != diff.chains.end());
        CHECK(chain_diff->change == analysis::Change::equivalent);
        CHECK(chain_diff->logs.compared);
        return chain_diff->logs.changes.size();
    };
    CHECK(logs("", "if (ip.ttl == 3) { drop }") == 1);
    CHECK(logs("if (ip.ttl == 3) { drop }", "") == 1);
    CHECK(logs("", "if (ip.ttl == 7) { drop }") == 0);
}
