// The packet fields, made from the registry runtime/fields.def.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace model {

/// Whose header holds a field; `meta` is held by none.
enum class Layer : std::uint8_t { meta, eth, ip, tcp, udp, icmp };

/// What a field's values are, hence which constants it may be compared with.
enum class FieldKind : std::uint8_t {
    number,
    address,
    port,
    protocol,
    icmp_type,
    flags,
    state,
    boolean,
    iface, ///< an index of Appliance::ifaces, or `no_iface`
    mac,   ///< the six bytes as one number, first byte highest
};

enum class Field : std::uint8_t {
#define FIELD(id, name, layer, bit, bits, scale, kind, text) id,
#include "runtime/fields.def"
};

/// Wide enough for every field's value. IPv6 will widen it here alone.
using Value = std::uint64_t;

/// What `iface.in` and `iface.out` read where there is none.
inline constexpr Value no_iface = 255;

struct FieldInfo {
    Field field;
    std::string_view name; ///< as the language writes it: "tcp.dport"
    Layer layer;
    unsigned bit;   ///< offset from the start of the layer's header
    unsigned bits;  ///< width on the wire
    unsigned scale; ///< value = raw bits * scale
    FieldKind kind;
    std::string_view text;

    /// The largest value it can have; the smallest is 0.
    constexpr Value max() const { return ((Value{1} << bits) - 1) * scale; }
};

inline constexpr std::array field_table = {
#define FIELD(id, name, layer, bit, bits, scale, kind, text) \
    FieldInfo{Field::id, name, Layer::layer, bit, bits, scale, FieldKind::kind, text},
#include "runtime/fields.def"
};

constexpr const FieldInfo& info(Field field) { return field_table[static_cast<std::size_t>(field)]; }

/// The field of that name in lower case ("ip.saddr"), if there is one.
constexpr std::optional<Field> field_named(std::string_view name) {
    for (const auto& entry : field_table)
        if (entry.name == name) return entry.field;
    return std::nullopt;
}

/// IP protocol number of a transport layer.
constexpr std::uint8_t protocol_number(Layer layer) {
    return layer == Layer::tcp ? 6 : layer == Layer::udp ? 17 : 1;
}

/// Values of `ct.state`.
enum class State : std::uint8_t { fresh = 0, established = 1, related = 2, invalid = 3 };

inline constexpr std::array<std::string_view, 4> state_names = {"new", "established", "related", "invalid"};

/// Names of the TCP flags, bit 0 first.
inline constexpr std::array<std::string_view, 9> tcp_flag_names = {"fin", "syn", "rst", "psh", "ack",
                                                                   "urg", "ece", "cwr", "ns"};

} // namespace model
