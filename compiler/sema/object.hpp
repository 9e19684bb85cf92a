// Reading typed objects: known keys, and values of the type that a key wants. Every reader reports what is
// wrong and returns nothing then, so that a caller only asks whether something is there.
#pragma once
#include "compiler/sema/resolve.hpp"

namespace sema {

/// What a message calls a value: the key, "`index`".
struct Member {
    const syntax::Name* key = nullptr;
    const syntax::Value* value = nullptr;
    std::string_view what = {}; ///< "a server", in place of the key
    bool beside_netmask = false;

    explicit operator bool() const { return value != nullptr; }
};

class ObjectReader {
public:
    /// Reports keys that are not among the known ones. `what`: "an Iface", for messages.
    ObjectReader(Context& context, const syntax::Object& object, std::string_view what,
                 std::vector<std::string> keys, bool ignore_case = true);

    /// The member with that key; empty when it is not set.
    Member operator[](std::string_view key) const;
    /// True when it is not set, not even under a misspelt key, or none.
    bool lacks(std::string_view key) const;

private:
    const syntax::Object& object_;
    bool ignore_case_;
    bool lacks_key_ = false;         ///< a member has no key, and may be any
    std::vector<std::string> meant_; ///< known keys that unknown ones probably stand for
};

/// Whether an address and a port stand in one value, as in `10.0.0.5:514`, which has been refused.
bool may_hold_port(const Member& address);

/// The object that a value is or names.
const syntax::Object* object_of(Context& context, const Member& member, std::string hint = {});
const syntax::List* list_of(Context& context, const Member& member);

std::optional<std::uint32_t> address_of(Context& context, const Member& member);
/// An address that one host can have.
std::optional<std::uint32_t> host_of(Context& context, const Member& member);
/// The address of a router; nothing for 0.0.0.0, which says that there is none.
std::optional<std::uint32_t> router_of(Context& context, const Member& member);
/// `hint`: what to write where it is none of these.
std::optional<std::int64_t> integer_of(Context& context, const Member& member, std::int64_t min,
                                       std::int64_t max, std::string hint = {});
/// A port of TCP or UDP.
std::optional<std::uint16_t> port_of(Context& context, const Member& member);
std::optional<bool> boolean_of(Context& context, const Member& member);
std::optional<std::string> string_of(Context& context, const Member& member);
/// One of the words, in lower case; written as a word, not through a name.
std::optional<std::string> word_of(Context& context, const Member& member,
                                   const std::vector<std::string>& words);
/// The length of a mask without holes.
std::optional<std::uint8_t> netmask_of(Context& context, const Member& member);
/// "there is `lan` or `wan`"; empty without any.
std::string known_ifaces(const Context& context);
std::optional<model::IfaceId> iface_of(Context& context, const Member& member);
std::optional<model::IfaceId> iface_named(Context& context, const syntax::Path& path);

/// `eth0.prerouting`, or `gateway.forward` by the Gateway's name.
using ChainName = std::variant<model::IfaceChain, model::ForwardChain>;
std::optional<ChainName> chain_named(Context& context, const syntax::Path& path);

/// `10.1.0.1/24` where an address belongs: it says the netmask too.
bool is_network(const Member& member);
/// A function on a chain, and where the chain names it.
struct ChainItem {
    model::FunctionId function = 0;
    const syntax::Value* value = nullptr;
};

/// A Filter or Nat, by its name.
std::optional<model::FunctionId> function_of(Context& context, const Member& member);

/// A chain: a function name or a list of them. Filters on it must be for all packets.
std::vector<ChainItem> chain_of(Context& context, const Member& member);

/// The value as a list: itself when it is none.
std::vector<const syntax::Value*> items_of(const syntax::Value& value);

} // namespace sema
