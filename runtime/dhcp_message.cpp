#include "runtime/dhcp_message.hpp"

#include <algorithm>

namespace runtime::dhcp {

namespace {

// Where the fields of the fixed part are (RFC 2131 2).
constexpr std::size_t xid_at = 4, secs_at = 8, flags_at = 10, client_at = 12, yours_at = 16, hardware_at = 28,
                      sname_at = 44, file_at = 108, cookie_at = 236, options_at = 240;
constexpr std::uint8_t boot_request = 1, boot_reply = 2, ethernet = 1;
constexpr std::uint16_t answer_by_broadcast = 0x8000;
constexpr std::uint32_t magic_cookie = 0x63825363;

namespace option {
constexpr std::uint8_t pad = 0, netmask = 1, router = 3, dns = 6, requested = 50, lease_time = 51, overload = 52,
                       type = 53, server = 54, parameters = 55, max_size = 57, renew_time = 58, rebind_time = 59,
                       client_id = 61, end = 255;
} // namespace option

/// Writes options one after another.
class Options {
public:
    explicit Options(MutableBytes bytes) : rest_(bytes) {}

    void put(std::uint8_t code, Bytes value) {
        put8(rest_, 0, code);
        put8(rest_, 1, static_cast<std::uint8_t>(value.size()));
        for (std::size_t i = 0; i < value.size(); ++i) put8(rest_, 2 + i, value[i]);
        rest_ = rest_.subspan(2 + value.size());
    }
    void put_address(std::uint8_t code, Ipv4Address address) {
        std::array<std::uint8_t, 4> bytes{};
        put32(bytes, 0, address);
        if (address != 0) put(code, bytes);
    }
    void end() { put8(rest_, 0, option::end); }

private:
    MutableBytes rest_;
};

/// The options that a client looks at. One that comes in several pieces is the pieces joined (RFC 3396); of each the
/// start is kept, since longer ones are lists whose first element is taken.
class Found {
public:
    struct Value {
        std::array<std::uint8_t, 4> start{};
        std::size_t bytes = 0;
    };

    /// One field full of options; false when one of them reaches beyond it.
    bool read(Bytes field) {
        for (std::size_t at = 0; at < field.size();) {
            const std::uint8_t code = field[at++];
            if (code == option::pad) continue;
            if (code == option::end) return true;
            if (at == field.size() || field[at] > field.size() - at - 1) return false;
            const std::size_t bytes = field[at++];
            add(code, field.subspan(at, bytes));
            at += bytes;
        }
        return true;
    }

    const Value& operator[](std::uint8_t code) const { return values_[code]; }
    bool has(std::uint8_t code) const { return values_[code].bytes != 0; }
    /// An option that is absent or has that many bytes.
    bool fits(std::uint8_t code, std::size_t bytes) const { return !has(code) || values_[code].bytes == bytes; }
    /// An option that is absent or a list of addresses.
    bool fits_list(std::uint8_t code) const { return values_[code].bytes % 4 == 0; }

    std::uint32_t number(std::uint8_t code) const { return get32(values_[code].start, 0); }
    std::optional<std::uint32_t> seconds(std::uint8_t code) const {
        return has(code) ? std::optional{number(code)} : std::nullopt;
    }

private:
    void add(std::uint8_t code, Bytes value) {
        if (code >= values_.size()) return;
        Value& known = values_[code];
        for (const std::uint8_t byte : value) {
            if (known.bytes < known.start.size()) known.start[known.bytes] = byte;
            ++known.bytes;
        }
    }

    std::array<Value, option::rebind_time + 1> values_{};
};

/// The options' own field, then those that an overload option says hold more of them (RFC 2132 9.3).
bool read_all(Bytes message, Found& found) {
    constexpr std::uint8_t in_file = 1, in_sname = 2;
    if (!found.read(message.subspan(options_at)) || !found.fits(option::overload, 1)) return false;
    const std::uint8_t overload = found[option::overload].start[0];
    if (overload > (in_file | in_sname)) return false;
    if ((overload & in_file) != 0 && !found.read(message.subspan(file_at, cookie_at - file_at))) return false;
    return (overload & in_sname) == 0 || found.read(message.subspan(sname_at, file_at - sname_at));
}

bool is_well_formed(const Found& found) {
    for (const auto code : {option::netmask, option::lease_time, option::renew_time, option::rebind_time})
        if (!found.fits(code, 4)) return false;
    return found[option::type].bytes == 1 && found[option::server].bytes == 4 && found.fits_list(option::router) &&
           found.fits_list(option::dns);
}

} // namespace

void write(MutableBytes message, const Question& question) {
    check(message.size() == question_bytes, "a question has the length of a BOOTP message");
    std::ranges::fill(message, std::uint8_t{0});
    put8(message, 0, boot_request);
    put8(message, 1, ethernet);
    put8(message, 2, static_cast<std::uint8_t>(question.mac.size()));
    put32(message, xid_at, question.xid);
    put16(message, secs_at, question.secs);
    const bool is_answered = question.type != Type::decline;
    put16(message, flags_at, is_answered && question.current == 0 ? answer_by_broadcast : 0);
    put32(message, client_at, question.current);
    put_mac(message, hardware_at, question.mac);
    put32(message, cookie_at, magic_cookie);
    Options options{message.subspan(options_at)};
    options.put(option::type, std::array{static_cast<std::uint8_t>(question.type)});
    std::array<std::uint8_t, 7> id{ethernet}; // RFC 2132 9.14
    std::ranges::copy(question.mac, id.begin() + 1);
    options.put(option::client_id, id);
    options.put_address(option::requested, question.requested);
    options.put_address(option::server, question.server);
    if (is_answered) { // RFC 2131 4.4.1, table 5
        constexpr std::array<std::uint8_t, 2> size{mtu_bytes >> 8, mtu_bytes & 0xff};
        options.put(option::max_size, size);
        options.put(option::parameters, std::array{option::netmask, option::router, option::dns, option::lease_time,
                                                   option::server, option::renew_time, option::rebind_time});
    }
    options.end();
}

bool is_reply_to(Bytes message, const Mac& mac) {
    return message.size() >= options_at && get8(message, 0) == boot_reply && get8(message, 1) == ethernet &&
           get8(message, 2) == mac.size() && get_mac(message, hardware_at) == mac;
}

std::optional<Reply> read_reply(Bytes message) {
    Found found;
    if (get32(message, cookie_at) != magic_cookie || !read_all(message, found) || !is_well_formed(found))
        return std::nullopt;
    const auto type = static_cast<Type>(found[option::type].start[0]);
    if (type != Type::offer && type != Type::ack && type != Type::nak) return std::nullopt;
    return Reply{.type = type,
                 .xid = get32(message, xid_at),
                 .server = found.number(option::server),
                 .lease = {.address = get32(message, yours_at),
                           .netmask = found.number(option::netmask),
                           .gateway = found.number(option::router),
                           .dns = found.number(option::dns)},
                 .lease_s = found.seconds(option::lease_time),
                 .renew_s = found.seconds(option::renew_time),
                 .rebind_s = found.seconds(option::rebind_time)};
}

} // namespace runtime::dhcp
