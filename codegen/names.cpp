#include "codegen/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace codegen {

std::string identifier(std::string_view name) {
    // A trailing underscore keeps clear of keywords, of the runtime's names and of the tables' names.
    std::string result(name);
    std::ranges::replace(result, '-', '_');
    std::ranges::replace(result, '.', '_');
    return result + "_";
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        // Always three octal digits, so that none after them joins in. A quote is escaped that way too, so that a
        // quote in generated code always starts or ends a string; a question mark, so that none makes a trigraph.
        if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\' || c == '?')
            result += fmt::format("\\{:03o}", byte);
        else
            result += c;
    }
    result += '"';
    // A literal ends at its first NUL when it is taken for a C string.
    if (text.find('\0') == text.npos) return result;
    return fmt::format("std::string_view{{{}, {}}}", result, text.size());
}

std::string dotted(model::Ipv4Address a) {
    return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 0xff, a >> 8 & 0xff, a & 0xff);
}

std::string accessor(model::Field field) {
    std::string name(model::info(field).name);
    std::ranges::replace(name, '.', '_');
    std::ranges::replace(name, '-', '_');
    return name;
}

std::string notation(model::FieldKind kind, model::Value value) {
    switch (kind) {
    case model::FieldKind::address: return dotted(static_cast<model::Ipv4Address>(value));
    case model::FieldKind::state: return std::string(model::state_names[value & 3]);
    case model::FieldKind::boolean: return value != 0 ? "true" : "false";
    case model::FieldKind::flags: {
        std::string names;
        for (std::size_t i = 0; i < model::tcp_flag_names.size(); ++i)
            if ((value >> i & 1) != 0) names += (names.empty() ? "" : ",") + std::string(model::tcp_flag_names[i]);
        return names.empty() ? "none" : names;
    }
    case model::FieldKind::mac: {
        std::string bytes;
        for (int shift = 40; shift >= 0; shift -= 8)
            bytes += fmt::format("{}{:02x}", bytes.empty() ? "" : ":", value >> shift & 0xff);
        return bytes;
    }
    default: return fmt::format("{}", value);
    }
}

std::string literal(model::Field field, model::Value value) {
    const auto kind = model::info(field).kind;
    const std::string known = notation(kind, value);
    const std::string code =
        kind == model::FieldKind::address ? fmt::format("{:#010x}", value)
        : kind == model::FieldKind::mac   ? fmt::format("std::uint64_t{{{:#014x}}}", value)
                                          : fmt::format("{}u", value);
    return known + "u" == code ? code : fmt::format("{} /* {} */", code, known);
}

std::string in_comment(std::string_view name) {
    std::string result(name);
    // Neither the end of the line nor a backslash before it may end or lengthen a comment.
    std::ranges::replace_if(result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\'; }, '?');
    return result;
}

std::string location(const model::Appliance& appliance, const model::Place& place) {
    return fmt::format("{}:{}", in_comment(appliance.files.at(place.file)), place.line);
}

std::string_view subtype(model::Layer layer) {
    switch (layer) {
    case model::Layer::tcp: return "TCP";
    case model::Layer::udp: return "UDP";
    case model::Layer::icmp: return "ICMP";
    default: return "IP";
    }
}

} // namespace codegen
