// The Ifaces of the program: a dump names NICs and knows nothing of their addresses.
#pragma once
#include "compiler/importer/dump.hpp"
#include "compiler/model/ipv4.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace importer {

/// What is said of a NIC on the command line: `eth0=10.0.0.1/24`, `wan=203.0.113.5/29,203.0.113.1`,
/// `wan=dhcp`.
struct NicOption {
    std::string nic;
    std::optional<model::Ipv4Config> ipv4{}; ///< nothing: leased
};

/// The option, or why it is none.
std::variant<NicOption, std::string> parse_nic(std::string_view text);

struct Nic {
    std::string linux_name;
    std::string name; ///< of the Iface
    std::optional<model::Ipv4Config> ipv4{};
    bool leased = false; ///< neither an address nor leased: to be filled in
    bool masquerades = false;
    bool strict = false; ///< rpf
};

/// The NICs of the options first, then those that rules name, in their order.
std::vector<Nic> nics_of(const Dump& dump, const std::vector<NicOption>& options);

/// The Ifaces that a name of nft means, which may end in `*`.
std::vector<const Nic*> named(const std::vector<Nic>& nics, std::string_view pattern);

/// A name that NaCl takes for an element.
std::string identifier(std::string_view text);

} // namespace importer
