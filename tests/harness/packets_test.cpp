// Crafting and reading back: what is said is there, what is unsaid is right, and wrong values stay wrong.
#include "harness/packets.hpp"

#include "compiler/eval/checksum.hpp"
#include "compiler/eval/machine.hpp"
#include "harness/frames.hpp"
#include "tests/eval/sample.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace harness;
using enum model::Field;
using model::Layer;
using model::PacketSpec;

const model::Appliance policy = sample::bastion().appliance;
const Wire wire = wire_of(policy, sample::outside);

PacketSpec tcp_to_server(std::vector<model::FieldValue> fields = {},
                         std::optional<std::string> payload = {}) {
    fields.insert(fields.begin(), {{ip_saddr, sample::ip(203, 0, 113, 7)}, {ip_daddr, sample::server}});
    return {std::move(fields), Layer::tcp, std::move(payload)};
}

/// 0 where all is right.
std::uint16_t ip_fault(const eval::Bytes& frame) {
    return eval::checksum(eval::View(frame).subspan(14, (frame[14] & 0xf) * std::size_t{4}));
}
std::uint16_t transport_fault(const eval::Bytes& frame) {
    const auto datagram = *datagram_in(frame);
    if (datagram.protocol() == eval::icmp) return eval::checksum(datagram.payload());
    return eval::transport_checksum(datagram.source(), datagram.destination(), datagram.protocol(),
                                    datagram.payload());
}

} // namespace

TEST_CASE("unsaid fields have the language's defaults") {
    const auto tcp = craft(tcp_to_server(), wire);
    CHECK(field_of(tcp, ip_ttl) == 64);
    CHECK(field_of(tcp, ip_length) == 40);
    CHECK(field_of(tcp, tcp_sport) == 49152);
    CHECK(field_of(tcp, tcp_dport) == 0);
    CHECK(field_of(tcp, tcp_flags) == eval::tcp_flag::syn);
    CHECK(payload_of(tcp) == "");
    CHECK(field_of(tcp, udp_sport) == std::nullopt);

    const auto ping = craft({{}, Layer::icmp, {}}, wire);
    CHECK(field_of(ping, icmp_type) == 8);
    CHECK(field_of(ping, icmp_code) == 0);
    CHECK(eval::get16(ping, 38) == 1);
    CHECK(field_of(ping, ip_daddr) == sample::outside_address);
    CHECK(field_of(ping, ip_saddr) == sample::ip(10, 55, 0, 2));
    CHECK(craft({}, wire) == ping);

    const auto gre = craft({{{ip_protocol, 47}}, {}, {}}, wire);
    CHECK(field_of(gre, ip_protocol) == 47);
    CHECK(field_of(gre, ip_length) == 20);
    for (const auto& frame : {tcp, ping, gre}) CHECK(ip_fault(frame) == 0);
    for (const auto& frame : {tcp, ping}) CHECK(transport_fault(frame) == 0);
}

TEST_CASE("frames go to the NIC and come from the sender's neighbour MAC") {
    const auto frame = craft(tcp_to_server(), wire);
    const eval::Bytes addresses(frame.begin(), frame.begin() + 12);
    CHECK(addresses == eval::Bytes{0x52, 0x54, 0, 0x6e, 0x61, 0, 2, 0, 203, 0, 113, 7});
}

TEST_CASE("frames have the tag of their Iface's VLAN, or the one that is said") {
    auto trunk = policy;
    trunk.ifaces[sample::outside].vlan = 12;
    const auto at = wire_of(trunk, sample::outside);
    const auto tagged = craft(tcp_to_server(), at);
    CHECK(eval::get32(tagged, 12) == 0x8100000c);
    CHECK(field_of(tagged, vlan_id) == 12);
    CHECK(field_of(tagged, ip_daddr) == sample::server);
    CHECK(field_of(craft(tcp_to_server({{vlan_id, 4095}}), at), vlan_id) == 4095);
    CHECK(craft(tcp_to_server({{vlan_id, 0}}), at) == craft(tcp_to_server(), wire));
    CHECK(field_of(craft(tcp_to_server(), wire), vlan_id) == 0);
}

TEST_CASE("every field of the registry that is said is there, at its boundaries too") {
    for (const auto& info : model::field_table) {
        if (info.layer == Layer::meta) continue;
        // A header length that is not the crafted one moves all that follows; the next test is about those.
        if (info.field == ip_version || info.field == ip_hdrlength || info.field == ip_length ||
            info.field == ip_protocol || info.field == ip_frag_off)
            continue;
        INFO(info.name);
        for (const model::Value value : {model::Value{0}, model::Value{1}, info.max() / 2, info.max()}) {
            PacketSpec spec{{{info.field, value}}, info.layer == Layer::ip ? Layer::udp : info.layer, "data"};
            CHECK(field_of(craft(spec, wire), info.field) == value);
        }
    }
}

TEST_CASE("lies about the header stay lies") {
    const auto raw = [](const eval::Bytes& frame, model::Field field) {
        const auto& info = model::info(field);
        return eval::get_bits(eval::View(frame).subspan(14), info.bit, info.bits) * info.scale;
    };
    CHECK(raw(craft(tcp_to_server({{ip_version, 6}}), wire), ip_version) == 6);
    CHECK(raw(craft(tcp_to_server({{ip_hdrlength, 16}}), wire), ip_hdrlength) == 16);
    CHECK(raw(craft(tcp_to_server({{ip_length, 1400}}), wire), ip_length) == 1400);
    CHECK(raw(craft(tcp_to_server({{ip_checksum, 0x1234}}), wire), ip_checksum) == 0x1234);
    CHECK(raw(craft(tcp_to_server({{ip_frag_off, 8191}}), wire), ip_frag_off) == 8191);

    const auto bad_sum = craft(tcp_to_server({{tcp_checksum, 0xbeef}, {tcp_dport, 80}}), wire);
    CHECK(field_of(bad_sum, tcp_checksum) == 0xbeef);
    CHECK(transport_fault(bad_sum) != 0);
    CHECK(ip_fault(bad_sum) == 0);
    const auto none = craft({{{udp_checksum, 0}}, Layer::udp, "x"}, wire);
    CHECK(field_of(none, udp_checksum) == 0);
    const auto shorter = craft({{{udp_length, 10}}, Layer::udp, "four"}, wire);
    CHECK(field_of(shorter, udp_length) == 10);
}

TEST_CASE("checksums are right for odd and even lengths, and agree with libtins'") {
    for (const char* payload : {"", "a", "ab", "abc", "some more bytes"}) {
        for (const auto layer : {Layer::tcp, Layer::udp, Layer::icmp}) {
            const auto frame = craft({{}, layer, payload}, wire);
            CHECK(ip_fault(frame) == 0);
            CHECK(transport_fault(frame) == 0);
            CHECK(payload_of(frame) == payload);
        }
    }
}

TEST_CASE("options lengthen the header, and stand where they should") {
    const auto frame = craft(tcp_to_server({{ip_options, 1}, {tcp_dport, 443}}, "x"), wire);
    CHECK(field_of(frame, ip_options) == 1);
    CHECK(field_of(frame, ip_hdrlength) == 24);
    CHECK(field_of(frame, tcp_dport) == 443);
    CHECK(ip_fault(frame) == 0);
    CHECK(transport_fault(frame) == 0);
}

TEST_CASE("sequence numbers go on as peers would count them, from what has passed") {
    Conversations conversations;
    const auto there = tcp_to_server({{tcp_dport, 80}});
    auto back = tcp_to_server({{tcp_sport, 80}, {tcp_dport, 49152}, {tcp_flags, 0x12}});
    back.fields[0] = {ip_saddr, sample::server};
    back.fields[1] = {ip_daddr, sample::ip(203, 0, 113, 7)};
    const auto send = [&](const PacketSpec& spec) {
        const auto frame = craft(spec, wire, conversations);
        conversations.passed(frame);
        return frame;
    };

    const auto syn = craft(there, wire, conversations);
    CHECK(craft(there, wire, conversations) == syn); // nothing has passed: it is sent again
    CHECK(field_of(syn, tcp_sequence) == 1000);
    CHECK(field_of(syn, tcp_ackseq) == 0);
    conversations.passed(syn);
    const auto syn_ack = send(back);
    CHECK(field_of(syn_ack, tcp_sequence) == 5000);
    CHECK(field_of(syn_ack, tcp_ackseq) == 1001);
    const auto data = send(tcp_to_server({{tcp_dport, 80}, {tcp_flags, 0x18}}, "12345"));
    CHECK(field_of(data, tcp_sequence) == 1001);
    CHECK(field_of(data, tcp_ackseq) == 5001);
    const auto fin = send(tcp_to_server({{tcp_dport, 80}, {tcp_flags, 0x11}}));
    CHECK(field_of(fin, tcp_sequence) == 1006);
    const auto last = send(tcp_to_server({{tcp_dport, 80}, {tcp_flags, 0x10}}));
    CHECK(field_of(last, tcp_sequence) == 1007);
    // What was sent before, and a RST out of nowhere, do not lead back or forth.
    send(tcp_to_server({{tcp_dport, 80}, {tcp_flags, 0x18}, {tcp_sequence, 1001}}, "12345"));
    send(tcp_to_server({{tcp_dport, 80}, {tcp_flags, 0x04}, {tcp_sequence, 1500}}));
    CHECK(field_of(send(tcp_to_server({{tcp_dport, 80}, {tcp_flags, 0x10}})), tcp_sequence) == 1007);
    CHECK(field_of(craft(tcp_to_server({{tcp_dport, 80}, {tcp_sequence, 5}}), wire, conversations),
                   tcp_sequence) == 5);
}

TEST_CASE("the two bits about fragments are as they are said, and stay out of the offset") {
    PacketSpec spec{{{ip_protocol, eval::udp}, {ip_frag_off, 0x1fff}}, Layer::udp, {}};
    CHECK(eval::get16(craft(spec, wire), 20) == 0x1fff);
    spec.dont_fragment = true;
    CHECK(eval::get16(craft(spec, wire), 20) == 0x5fff);
    spec.more_fragments = true;
    const auto frame = craft(spec, wire);
    CHECK(eval::get16(frame, 20) == 0x7fff);
    CHECK(ip_fault(frame) == 0);
    CHECK(eval::get16(frame, 34 + 6) == 0); // no checksum over a whole that is not known
    CHECK(difference(frame, spec) == std::nullopt);
    spec.more_fragments = false;
    CHECK(difference(frame, spec) == "ip.more-fragments is true, not false");
    spec.more_fragments = std::nullopt;
    spec.dont_fragment = false;
    CHECK(difference(frame, spec) == "ip.dont-fragment is true, not false");
    CHECK(summary(frame).starts_with("fragment of protocol 17 "));
    CHECK(summary(frame).ends_with(" bytes 65528 to 65536, more follow"));
}

TEST_CASE("a frame differs from what is said of it in words") {
    const auto frame = craft(tcp_to_server({{tcp_dport, 80}}, "hello"), wire);
    CHECK(difference(frame, tcp_to_server({{tcp_dport, 80}}, "hello")) == std::nullopt);
    CHECK(difference(frame, {}) == std::nullopt);
    CHECK(difference(frame, tcp_to_server({{tcp_dport, 443}})) == "tcp.dport is 80, not 443");
    CHECK(difference(frame, {{{ip_daddr, 1}}, {}, {}}) == "ip.daddr is 192.168.0.10, not 0.0.0.1");
    CHECK(difference(frame, {{{tcp_flags, 0x10}}, {}, {}}) == "tcp.flags is syn, not ack");
    CHECK(difference(frame, {{{udp_dport, 80}}, {}, {}}) == "it has no udp.dport");
    CHECK(difference(frame, {{}, Layer::udp, {}}) == "ip.protocol is 6, not 17");
    CHECK(difference(frame, {{}, {}, "bye"}) == "the payload is \"hello\", not \"bye\"");
    CHECK(difference(eval::Bytes(60), {}) == "it is no IPv4 packet");
}
