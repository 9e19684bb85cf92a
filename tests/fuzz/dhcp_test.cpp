// Hostile DHCP servers: replies of the corpus, mutated, at a client in every state. Whatever it hears, it must neither
// break nor take an address that no host has, and a sane server must get through to it afterwards.
// NACLC_FUZZ_RUNS says how many.
#include "tests/runtime/dhcp_server.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace {

using test_frames::Frame;
using test_frames::second_ns;

/// BOOTP messages in hexadecimal; a line that starts with `#` says what they are.
std::vector<Frame> corpus() {
    std::vector<Frame> messages;
    for (const auto& entry : std::filesystem::directory_iterator(NACLC_DHCP_CORPUS)) {
        std::ifstream file(entry.path());
        Frame bytes;
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with('#')) continue;
            std::istringstream words(line);
            for (std::string word; words >> word;) {
                std::uint8_t byte = 0;
                REQUIRE(std::from_chars(word.data(), word.data() + word.size(), byte, 16).ec == std::errc{});
                bytes.push_back(byte);
            }
        }
        messages.push_back(std::move(bytes));
    }
    std::ranges::sort(messages);
    REQUIRE(messages.size() >= 5);
    return messages;
}

class Fuzzer {
public:
    Fuzzer(const std::vector<Frame>& messages, unsigned seed) : messages_(messages), dice_(seed) {}

    void run() {
        test_frames::boot();
        for (int step = 0; step < 60; ++step) {
            pass(below(4) == 0 ? below(4000) : below(3));
            const auto questions = test_dhcp::asked();
            if (!questions.empty()) xid_ = questions.back().xid;
            test_frames::receive(0, test_dhcp::framed(reply()), now_);
            if (below(20) == 0) test_frames::receive(0, claim(), now_);
            check_addresses();
        }
        check_that_sane_servers_get_through();
        CHECK(runtime::counters().balanced());
    }

private:
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice_); }

    void pass(std::size_t seconds) {
        for (std::size_t i = 0; i < seconds; ++i) runtime::tick(now_ += second_ns);
    }

    /// Another host's word for the address that most replies of the corpus offer, or that none offers.
    Frame claim() {
        const auto op = static_cast<std::uint16_t>(1 + below(2));
        const auto address = test_dhcp::offered + static_cast<runtime::Ipv4Address>(below(2));
        return test_frames::arp(op, below(2) == 0 ? 0 : address, address, {255, 255, 255, 255, 255, 255});
    }

    Frame reply() {
        Frame message = messages_[below(messages_.size())];
        for (std::size_t changes = below(4); changes > 0; --changes) mutate(message);
        if (message.size() < 34 || below(20) == 0) return message;
        message[0] = 2;
        runtime::put32(message, 4, xid_);
        runtime::put_mac(message, 28, test_frames::left_mac);
        return message;
    }

    void mutate(Frame& message) {
        if (message.empty()) return;
        // Mostly among the options, which is where a length can lie.
        const std::size_t options = std::min<std::size_t>(240, message.size() - 1);
        const std::size_t at =
            below(3) == 0 ? below(message.size()) : options + below(message.size() - options);
        const auto place = message.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(5)) {
        case 0: *place = static_cast<std::uint8_t>(below(256)); break;
        case 1: *place ^= static_cast<std::uint8_t>(1u << below(8)); break;
        case 2: message.erase(place, place + static_cast<std::ptrdiff_t>(below(message.size() - at) + 1)); break;
        case 3: {
            const Frame& other = messages_[below(messages_.size())];
            message.erase(place, message.end());
            message.insert(message.end(), other.begin() + static_cast<std::ptrdiff_t>(std::min(at, other.size())),
                           other.end());
            break;
        }
        default: message.insert(place, below(40), static_cast<std::uint8_t>(below(256))); break;
        }
        message.resize(std::min<std::size_t>(message.size(), 1400));
    }

    /// "dhcp left STATE address A.B.C.D refused N"
    std::string word_of_left(int number) {
        test_platform::state().console.clear();
        runtime::print_statistics();
        std::istringstream text(test_platform::state().console.substr(test_platform::state().console.find("dhcp left ")));
        std::string word;
        for (int i = 0; i < number; ++i) text >> word;
        return word;
    }

    void check_addresses() {
        const std::string state = word_of_left(3), address = word_of_left(5);
        const bool leased = state == "bound" || state == "renewing" || state == "rebinding";
        CHECK(leased == (address != "0.0.0.0"));
        if (!leased) return;
        const int first = std::atoi(address.c_str());
        CHECK((first != 0 && first != 127 && first < 224));
        CHECK_FALSE(address.starts_with("10.0.1."));
    }

    void check_that_sane_servers_get_through() {
        // A lease that was taken meanwhile may be for ever.
        const std::string state = word_of_left(3);
        if (state != "selecting" && state != "requesting" && state != "probing") return;
        for (int tries = 0; tries < 1000 && word_of_left(3) != "bound"; ++tries) {
            pass(1);
            for (const auto& question : test_dhcp::asked()) {
                if (question.nic != 0) continue;
                const auto type = question.type == test_dhcp::discover ? test_dhcp::offer : test_dhcp::ack;
                const auto reply =
                    test_dhcp::frame({.type = type, .xid = question.xid, .options = test_dhcp::usual()});
                test_frames::receive(0, reply, now_);
            }
        }
        CHECK(word_of_left(3) == "bound");
    }

    const std::vector<Frame>& messages_;
    std::mt19937 dice_;
    runtime::Time now_ = 0;
    std::uint32_t xid_ = 0;
};

} // namespace

TEST_CASE("DHCP replies, mutated") {
    const char* const said = std::getenv("NACLC_FUZZ_RUNS");
    const int runs = said == nullptr ? 300 : std::atoi(said);
    const auto messages = corpus();
    for (int seed = 1; seed <= runs; ++seed) {
        INFO("seed " << seed);
        Fuzzer(messages, static_cast<unsigned>(seed)).run();
    }
}
