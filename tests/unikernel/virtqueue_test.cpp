// The driver's side of a virtqueue against a device that this file plays, honestly and not.
#include "runtime/platform.hpp"
#include "unikernel/virtqueue.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <stdexcept>
#include <vector>

namespace runtime::platform {

/// On the host a failed assertion is an exception that a test can expect.
void halt(std::string_view what, const char*, int) { throw std::runtime_error(std::string(what)); }

} // namespace runtime::platform

namespace {

using unikernel::buffer_max_bytes;
using unikernel::Virtqueue;

constexpr std::uint16_t entries = 8;

/// What a device knows: the addresses of the three parts, laid out as in virtio 1.1, 2.6.
class Device {
public:
    explicit Device(const Virtqueue& queue) : places_(queue.places()) {}

    std::uint16_t available() const { return word(places_.available + 2); }
    std::uint16_t available_id(std::size_t index) const {
        return word(places_.available + 4 + 2 * (index % entries));
    }
    bool wants_interrupts() const { return word(places_.available) == 0; }

    std::uint64_t address(std::uint16_t id) const {
        return *reinterpret_cast<const std::uint64_t*>(places_.descriptors + 16u * id);
    }
    std::uint32_t bytes(std::uint16_t id) const {
        return *reinterpret_cast<const std::uint32_t*>(places_.descriptors + 16u * id + 8);
    }
    bool writes(std::uint16_t id) const { return word(places_.descriptors + 16u * id + 12) == 2; }

    void give_back(std::uint32_t id, std::uint32_t bytes) {
        auto* const entry =
            reinterpret_cast<std::uint32_t*>(places_.used + 4 + 8u * (word(places_.used + 2) % entries));
        entry[0] = id;
        entry[1] = bytes;
        skip(1);
    }
    /// Claims that it has given back so many more than it has.
    void skip(std::uint16_t count) {
        auto& index = *reinterpret_cast<std::uint16_t*>(places_.used + 2);
        index = static_cast<std::uint16_t>(index + count);
    }
    void refuse_notifications() { *reinterpret_cast<std::uint16_t*>(places_.used) = 1; }

private:
    static std::uint16_t word(std::uint64_t at) { return *reinterpret_cast<const std::uint16_t*>(at); }

    unikernel::QueuePlaces places_;
};

struct Bench {
    std::unique_ptr<Virtqueue> queue = std::make_unique<Virtqueue>();
    std::vector<runtime::Packet> packets{entries};
    Device device{*queue};

    explicit Bench(Virtqueue::Use use = Virtqueue::Use::device_writes) { queue->start(entries, use); }

    void offer(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) queue->offer(packets[i], buffer_max_bytes);
        queue->publish();
    }
};

} // namespace

TEST_CASE("a device sees what was published, and nothing before") {
    Bench bench(Virtqueue::Use::device_reads);
    bench.queue->offer(bench.packets[3], 100);
    CHECK(bench.device.available() == 0);
    CHECK(bench.queue->publish());
    CHECK(bench.device.available() == 1);
    const std::uint16_t id = bench.device.available_id(0);
    CHECK(bench.device.address(id) == reinterpret_cast<std::uint64_t>(bench.packets[3].frame.data()) - 12);
    CHECK(bench.device.bytes(id) == 100);
    CHECK_FALSE(bench.device.writes(id));
    CHECK_FALSE(bench.queue->publish());
}

TEST_CASE("a queue holds no more packets than it may, whichever come back") {
    Bench bench;
    bench.queue->start(entries, Virtqueue::Use::device_reads, 3);
    for (std::uint32_t round = 0; round < 70'000 / 3; ++round) {
        REQUIRE(bench.queue->free_entries() == 3);
        REQUIRE(bench.queue->drained());
        const std::uint16_t begin = bench.device.available();
        bench.offer(3);
        REQUIRE(bench.queue->free_entries() == 0);
        bench.device.give_back(bench.device.available_id(static_cast<std::uint16_t>(begin + 1)), 12);
        REQUIRE(bench.queue->take().packet != nullptr);
        REQUIRE(bench.queue->free_entries() == 1);
        for (const unsigned i : {2u, 0u}) {
            bench.device.give_back(bench.device.available_id(static_cast<std::uint16_t>(begin + i)), 12);
            REQUIRE(bench.queue->take().packet != nullptr);
        }
    }
}

TEST_CASE("buffers come back in any order, for ever") {
    Bench bench;
    for (std::uint32_t round = 0; round < 70'000 / entries; ++round) { // the indices wrap round at 65,536
        const std::uint16_t begin = bench.device.available();
        bench.offer(entries);
        REQUIRE(bench.queue->free_entries() == 0);
        for (std::uint16_t i = 0; i < entries; ++i) {
            const auto at = static_cast<std::uint16_t>(begin + (i * 3 + round) % entries);
            const std::uint16_t id = bench.device.available_id(at);
            REQUIRE(bench.device.writes(id));
            bench.device.give_back(id, 12u + i);
            const Virtqueue::Returned returned = bench.queue->take();
            REQUIRE(returned.packet != nullptr);
            REQUIRE(reinterpret_cast<std::uint64_t>(returned.packet->frame.data()) ==
                    bench.device.address(id) + 12);
            REQUIRE(returned.bytes == 12u + i);
        }
        REQUIRE(bench.queue->drained());
        REQUIRE(bench.queue->take().packet == nullptr);
    }
}

TEST_CASE("a device that lies is caught before its lie is used") {
    Bench bench;
    bench.offer(2);
    const std::uint16_t id = bench.device.available_id(0);
    REQUIRE(bench.device.available_id(1) < entries - 1);
    SECTION("an id beyond the queue") {
        bench.device.give_back(entries, 64);
        CHECK_THROWS_WITH(bench.queue->take(), Catch::Contains("was given"));
    }
    SECTION("an id far beyond the queue") {
        bench.device.give_back(0xffff'ffff, 64);
        CHECK_THROWS_WITH(bench.queue->take(), Catch::Contains("was given"));
    }
    SECTION("an id that the device does not have") {
        bench.device.give_back(entries - 1, 64);
        CHECK_THROWS_WITH(bench.queue->take(), Catch::Contains("was given"));
    }
    SECTION("an id twice") {
        bench.device.give_back(id, 64);
        bench.device.give_back(id, 64);
        CHECK(bench.queue->take().packet == &bench.packets[0]);
        CHECK_THROWS_WITH(bench.queue->take(), Catch::Contains("was given"));
    }
    SECTION("more bytes than the buffer has") {
        bench.device.give_back(id, buffer_max_bytes + 1);
        CHECK_THROWS_WITH(bench.queue->take(), Catch::Contains("stays inside"));
    }
    SECTION("an index that jumps ahead") {
        for (std::uint16_t i = 0; i < 2; ++i) bench.device.give_back(bench.device.available_id(i), 64);
        bench.device.skip(30'000);
        CHECK(bench.queue->take().packet != nullptr);
        CHECK(bench.queue->take().packet != nullptr);
        CHECK_THROWS_WITH(bench.queue->take(), Catch::Contains("was given"));
    }
}

TEST_CASE("both sides say when they want to be disturbed") {
    Bench bench;
    bench.device.refuse_notifications();
    bench.queue->offer(bench.packets[0], buffer_max_bytes);
    CHECK_FALSE(bench.queue->publish());
    CHECK(bench.device.available() == 1);
    bench.queue->ask_for_interrupts(false);
    CHECK_FALSE(bench.device.wants_interrupts());
    bench.queue->ask_for_interrupts(true);
    CHECK(bench.device.wants_interrupts());
}

TEST_CASE("a queue takes no more than it has entries, and no buffer beyond its packet") {
    Bench bench;
    CHECK_THROWS_WITH(bench.queue->offer(bench.packets[0], buffer_max_bytes + 1),
                      Catch::Contains("in the packet"));
    bench.offer(entries);
    CHECK_THROWS_WITH(bench.queue->offer(bench.packets[0], 64), Catch::Contains("has room"));
    CHECK_THROWS_WITH(Virtqueue{}.start(24, Virtqueue::Use::device_reads), Catch::Contains("size"));
}
