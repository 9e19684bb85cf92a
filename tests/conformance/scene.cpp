#include "tests/conformance/scene.hpp"

#include "codegen/cpp.hpp"
#include "codegen/toolchain.hpp"
#include "codegen/workshop.hpp"
#include "compiler/eval/checksum.hpp"
#include "compiler/sema/load.hpp"
#include "harness/packets.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace conformance {

namespace {

using eval::Datagram;
using eval::get16;
using eval::put16;
using eval::put32;

Bytes ipv4(const Way& way, std::uint8_t protocol, const Bytes& payload) {
    Bytes packet(20);
    packet[0] = 0x45;
    put16(packet, 2, static_cast<std::uint16_t>(20 + payload.size()));
    put16(packet, 4, 0x4321);
    packet[8] = 64;
    packet[9] = protocol;
    put32(packet, 12, way.source);
    put32(packet, 16, way.destination);
    put16(packet, 10, eval::checksum(packet));
    eval::append(packet, payload);
    return packet;
}

void append_text(Bytes& bytes, const std::string& text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
}

Bytes icmp(const Way& way, std::uint8_t type, std::uint8_t code, std::uint16_t id, const Bytes& data) {
    Bytes message = {type, code, 0, 0, 0, 0, 0, 0};
    put16(message, 4, id);
    eval::append(message, data);
    put16(message, 2, eval::checksum(message));
    return ipv4(way, eval::icmp, message);
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

/// A policy with its products, built once.
struct Built {
    explicit Built(const std::string& name) {
        const auto loaded = sema::load(std::string(CONFORMANCE) + "/" + name + ".nacl");
        REQUIRE(loaded.appliance);
        appliance = *loaded.appliance;
        const auto kit = codegen::find_kit();
        REQUIRE(kit);
        const auto cpp = codegen::cpp(appliance);
        const auto so = workshop.path() / "policy.so", elf = workshop.path() / "policy.elf";
        REQUIRE(codegen::build(*kit, cpp, codegen::Product::host, so) == "");
        REQUIRE(codegen::build(*kit, cpp, codegen::Product::test_image, elf) == "");
        backends = {harness::interp_backend(appliance), harness::host_backend(appliance, so),
                    harness::qemu_backend(appliance, {.machine = {.image = elf}})};
    }

    codegen::Workshop workshop;
    model::Appliance appliance;
    std::vector<harness::Backend> backends;
};

model::IfaceId iface_named(const model::Appliance& appliance, const std::string& name) {
    const auto iface = std::ranges::find(appliance.ifaces, name, &model::Iface::name);
    REQUIRE(iface != appliance.ifaces.end());
    return static_cast<model::IfaceId>(iface - appliance.ifaces.begin());
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Way& way) {
    return out << std::hex << way.source << std::dec << ":" << way.source_port << " > " << std::hex
               << way.destination << std::dec << ":" << way.destination_port;
}

Bytes udp(const Way& way, const std::string& data) {
    Bytes datagram(8);
    put16(datagram, 0, way.source_port);
    put16(datagram, 2, way.destination_port);
    put16(datagram, 4, static_cast<std::uint16_t>(8 + data.size()));
    append_text(datagram, data);
    const auto sum = eval::transport_checksum(way.source, way.destination, eval::udp, datagram);
    put16(datagram, 6, sum == 0 ? 0xffff : sum);
    return ipv4(way, eval::udp, datagram);
}

Bytes tcp(const Way& way, unsigned flags, const std::string& data) {
    return tcp(way, {.flags = flags, .sequence = 1000, .data = data});
}

Bytes tcp(const Way& way, const Segment& segment) {
    Bytes bytes(20);
    put16(bytes, 0, way.source_port);
    put16(bytes, 2, way.destination_port);
    put32(bytes, 4, segment.sequence);
    put32(bytes, 8, segment.acknowledgement);
    const std::size_t header_words = 5 + segment.options.size() / 4;
    put16(bytes, 12, static_cast<std::uint16_t>(header_words << 12 | segment.flags));
    put16(bytes, 14, segment.window);
    append_text(bytes, segment.options + segment.data);
    put16(bytes, 16, eval::transport_checksum(way.source, way.destination, eval::tcp, bytes));
    return ipv4(way, eval::tcp, bytes);
}

Bytes query(const Way& way, std::uint8_t type, const std::string& data) {
    return icmp(way, type, 0, way.source_port, bytes_of(data));
}
Bytes answer(const Way& way, std::uint8_t type) { return icmp(way, type, 0, way.source_port, {}); }
Bytes other(const Way& way, std::uint8_t protocol) { return ipv4(way, protocol, {1, 2, 3, 4, 5, 6, 7, 8}); }

Bytes error(Ipv4Address from, const Bytes& about, std::uint8_t type, std::uint8_t code,
            std::size_t quoted_bytes) {
    const View quote = View(about).first(std::min(about.size(), quoted_bytes));
    return icmp({from, 0, Datagram(about).source(), 0}, type, code, 0, Bytes(quote.begin(), quote.end()));
}

Bytes with_ip_byte(Bytes packet, std::size_t at, std::uint8_t value) {
    packet[at] = value;
    put16(packet, 10, 0);
    put16(packet, 10, eval::checksum(View(packet).first(Datagram(packet).header_bytes())));
    return packet;
}

Bytes with_options(const Bytes& packet, const Bytes& options) {
    Bytes longer(packet.begin(), packet.begin() + 20);
    eval::append(longer, options);
    eval::append(longer, Datagram(packet).payload());
    put16(longer, 2, static_cast<std::uint16_t>(longer.size()));
    return with_ip_byte(std::move(longer), 0, static_cast<std::uint8_t>(0x45 + options.size() / 4));
}

Bytes fragment(const Bytes& packet, std::size_t offset_bytes, std::size_t bytes, bool more) {
    Bytes piece(packet.begin(), packet.begin() + 20);
    eval::append(piece, Datagram(packet).payload().subspan(offset_bytes, bytes));
    put16(piece, 2, static_cast<std::uint16_t>(piece.size()));
    put16(piece, 6, static_cast<std::uint16_t>(offset_bytes / 8 | (more ? 0x2000 : 0)));
    return with_ip_byte(std::move(piece), 8, 64);
}

std::vector<Bytes> in_fragments(const Bytes& packet, std::size_t payload_bytes) {
    std::vector<Bytes> fragments;
    const std::size_t all = Datagram(packet).payload().size();
    for (std::size_t at = 0; at < all; at += payload_bytes)
        fragments.push_back(
            fragment(packet, at, std::min(payload_bytes, all - at), at + payload_bytes < all));
    return fragments;
}

Way way_of(View packet) {
    const Datagram datagram(packet);
    Way way{datagram.source(), 0, datagram.destination(), 0};
    const View payload = datagram.payload();
    if (datagram.protocol() == eval::icmp) {
        way.source_port = way.destination_port = get16(payload, 4);
    } else if (datagram.protocol() == eval::tcp || datagram.protocol() == eval::udp) {
        way.source_port = get16(payload, 0);
        way.destination_port = get16(payload, 2);
    }
    return way;
}

Bytes quoted(View error) {
    const View inner = Datagram(error).payload().subspan(8);
    return {inner.begin(), inner.end()};
}

bool sound(View packet) {
    const Datagram datagram(packet);
    if (eval::checksum(packet.first(datagram.header_bytes())) != 0) return false;
    if (datagram.is_fragment() || get16(packet, 2) != packet.size()) return true; // its payload is not here
    if (eval::transport_fault(datagram)) return false;
    if (datagram.protocol() != eval::icmp) return true;
    const auto type = datagram.payload()[0];
    if (type != 3 && type != 11 && type != 12) return true;
    return sound(quoted(packet));
}

Scene::Scene(const model::Appliance& appliance, const harness::Backend& backend)
    : appliance_(appliance), backend_(backend) {
    backend_.boot();
}

Bytes packet_in(const harness::FrameOut& frame) {
    const auto begin = static_cast<std::ptrdiff_t>(eval::link_of(frame.bytes)->header_bytes);
    return {frame.bytes.begin() + begin, frame.bytes.end()};
}

Outcome Scene::send(const std::string& iface, const Bytes& packet, std::optional<model::Mac> to) const {
    const auto id = iface_named(appliance_, iface);
    const auto wire = harness::wire_of(appliance_, id);
    const auto destination = to.value_or(wire.mac);
    Bytes frame(destination.begin(), destination.end());
    eval::append(frame, Bytes{2, 0, 0, 0, 0, 9});
    eval::append(frame, Bytes{0x08, 0x00});
    eval::append(frame, packet);
    if (wire.vlan != 0) eval::insert_tag(frame, wire.vlan);
    const auto outcome = backend_.receive(model::nic_of(appliance_, id), frame);
    CHECK(backend_.balanced());
    for (const auto& out : outcome.out) {
        CHECK(sound(packet_in(out)));
        CHECK(packet_in(out).size() <= eval::mtu_bytes);
    }
    return outcome;
}

Bytes Scene::sent(const std::string& iface, const Bytes& packet, const std::string& out) const {
    const auto outcome = send(iface, packet);
    INFO(harness::describe(appliance_, outcome, [](View) { return std::string("a frame"); }));
    REQUIRE(outcome.out.size() == 1);
    CHECK(outcome.out[0].nic == model::nic_of(appliance_, iface_named(appliance_, out)));
    return packet_in(outcome.out[0]);
}

bool Scene::is_dropped(const std::string& iface, const Bytes& packet, model::Reason reason) const {
    return send(iface, packet).dropped_by(reason);
}

void on_each_backend(const std::string& policy, const std::function<void(const Scene&)>& script) {
    static std::map<std::string, std::unique_ptr<Built>> built;
    auto& product = built[policy];
    if (!product) product = std::make_unique<Built>(policy);
    for (const auto& backend : product->backends) {
        CAPTURE(backend.name);
        script(Scene(product->appliance, backend));
    }
}

} // namespace conformance
