#include "harness/mutations.hpp"

#include "harness/frames.hpp"
#include "harness/packets.hpp"

namespace harness {

namespace {

/// Where the datagram begins.
std::size_t ip_at(View frame) { return eval::link_of(frame)->header_bytes; }

void set_field(Bytes& frame, model::Field field, model::Value raw) {
    const auto& info = model::info(field);
    const std::size_t ip = ip_at(frame);
    const std::size_t header_bytes = (frame[ip] & 0xf) * std::size_t{4};
    const std::size_t header = info.layer == model::Layer::ip ? ip : ip + header_bytes;
    if (header + (info.bit + info.bits + 7) / 8 > frame.size()) return;
    eval::put_bits(std::span(frame).subspan(header), info.bit, info.bits, raw);
}

void lie(Bytes& frame, Dice& dice) {
    using enum model::Field;
    const auto field = dice.one_of({ip_version, ip_hdrlength, ip_length, ip_checksum, tcp_doff, udp_length,
                                    ip_ttl, tcp_checksum, udp_checksum, ip_protocol});
    const auto& info = model::info(field);
    const model::Value most = (model::Value{1} << info.bits) - 1;
    const model::Value small = dice.below(40);
    set_field(frame, field, dice.percent(70) ? std::min(small, most) : dice.below(most + 1));
    if (field != ip_checksum && dice.percent(80)) fix_ip_checksum(frame);
}

/// Kinds of RFC 791, good and bad, each filled up to whole words.
Bytes some_options(Dice& dice) {
    static const std::vector<Bytes> kinds = {
        {1, 1, 1, 0},                // no operation, end
        {7, 7, 4, 0, 0, 0, 0, 0},    // record route
        {131, 7, 4, 10, 0, 0, 1, 0}, // loose source route
        {137, 7, 4, 10, 0, 0, 1, 0}, // strict source route
        {68, 8, 5, 0, 0, 0, 0, 0},   // timestamp
        {148, 4, 0, 0},              // router alert
        {0, 7, 131, 137},            // what follows the end is nothing
        {1, 1, 1, 148},              // no length
        {148, 0, 0, 0},
        {148, 1, 0, 0}, // too short
        {148, 5, 0, 0},
        {1, 1, 148, 3}, // too long
        {148, 2, 7, 3}, // an empty one, then a record route
    };
    return dice.one_of(kinds);
}

void insert_options(Bytes& frame, Dice& dice) {
    const Bytes options = some_options(dice);
    const std::size_t ip = ip_at(frame);
    if ((frame[ip] & 0xf) != 5 || frame.size() + options.size() > ip + eval::mtu_bytes) return;
    frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(ip + eval::ip_header_min_bytes), options.begin(),
                 options.end());
    frame[ip] = static_cast<std::uint8_t>(0x45 + options.size() / 4);
    eval::put16(frame, ip + 2, static_cast<std::uint16_t>(eval::get16(frame, ip + 2) + options.size()));
    fix_ip_checksum(frame);
}

void fragment(Bytes& frame, Dice& dice) {
    const bool more = dice.percent(60);
    const auto offset = static_cast<std::uint16_t>(dice.percent(50) ? 0 : dice.below(200));
    eval::put16(frame, ip_at(frame) + 6, static_cast<std::uint16_t>((more ? eval::fragment_flag::more : 0) | offset));
    fix_ip_checksum(frame);
}

void other_destination(Bytes& frame, Dice& dice) {
    const auto mac = dice.one_of<model::Mac>({{0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                                              {0x01, 0x00, 0x5e, 0x00, 0x00, 0x05},
                                              {0x02, 0x00, 0x00, 0x00, 0x00, 0x01}});
    std::ranges::copy(mac, frame.begin());
}

void other_ether_type(Bytes& frame, Dice& dice) {
    eval::put16(frame, ip_at(frame) - 2,
                dice.one_of<std::uint16_t>({0x86dd, 0x8100, 0x88a8, 0x0801, 0x0100, 0x88cc}));
}

/// Another VLAN, a priority alone, priority bits, a second tag, a provider's, half a tag, none.
void retag(Bytes& frame, Dice& dice) {
    constexpr std::ptrdiff_t tag_begin = 12, tag_end = 16;
    const auto kind = dice.below(8);
    if (eval::has_tag(frame) && kind != 0) frame.erase(frame.begin() + tag_begin, frame.begin() + tag_end);
    if (kind == 1) return;
    const auto id = dice.one_of<std::uint16_t>({0, 0, 5, 10, 20, 30, 4094, 4095});
    const auto priority = static_cast<std::uint16_t>(dice.percent(50) ? dice.below(16) << 12 : 0);
    eval::insert_tag(frame, id | priority);
    if (kind == 2) eval::put16(frame, 12, eval::ether_type::provider_vlan);
    if (kind == 3) frame.resize(tag_end - dice.below(2) + dice.below(3));
}

void resize(Bytes& frame, Dice& dice) {
    const std::size_t ip = ip_at(frame);
    if (dice.percent(70))
        frame.resize(dice.below(frame.size()) + 1);
    else
        frame.resize(dice.percent(50) ? ip + eval::mtu_bytes + dice.below(3) : frame.size() + dice.below(30));
}

void flip(Bytes& frame, Dice& dice) {
    const std::size_t ip = ip_at(frame);
    frame[ip + dice.below(frame.size() - ip)] ^= static_cast<std::uint8_t>(1 << dice.below(8));
    if (dice.percent(50)) fix_ip_checksum(frame);
}

} // namespace

void mutate(Bytes& frame, Dice& dice) {
    if (!datagram_in(frame)) return;
    using Mutation = void (*)(Bytes&, Dice&);
    dice.one_of<Mutation>({lie, lie, lie, insert_options, insert_options, fragment, other_destination,
                           other_ether_type, retag, resize, resize, flip})(frame, dice);
}

std::vector<Bytes> split(const Bytes& frame, Dice& dice) {
    const auto datagram = datagram_in(frame);
    if (!datagram || datagram->payload().empty()) return {frame};
    const View payload = datagram->payload();
    const std::size_t ip = ip_at(frame);
    const Bytes head(frame.begin(),
                     frame.begin() + static_cast<std::ptrdiff_t>(ip + datagram->header_bytes()));
    const auto identification = static_cast<std::uint16_t>(dice.below(4)); // few, so that datagrams mix

    std::vector<Bytes> pieces;
    for (std::size_t at = 0; at < payload.size();) {
        const std::size_t units = dice.percent(10) ? 1 : 3 + dice.below(20);
        const std::size_t bytes = std::min(8 * units, payload.size() - at);
        std::size_t offset = at / 8;
        if (dice.percent(3)) offset = at == 0 ? 1 : offset - 1;
        at += bytes;
        Bytes piece = head;
        eval::append(piece, payload.subspan(at - bytes, bytes));
        eval::put16(piece, ip + 2, static_cast<std::uint16_t>(datagram->header_bytes() + bytes));
        eval::put16(piece, ip + 4, identification);
        eval::put16(piece, ip + 6,
                    static_cast<std::uint16_t>((at < payload.size() ? eval::fragment_flag::more : 0) | offset));
        piece[ip + 8] =
            static_cast<std::uint8_t>(piece[ip + 8] - dice.below(2)); // by ways of different lengths
        fix_ip_checksum(piece);
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

} // namespace harness
