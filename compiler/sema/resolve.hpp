// What names stand for.
#pragma once
#include "compiler/sema/constants.hpp"
#include "compiler/sema/context.hpp"

namespace sema {

/// A mistake that has been reported: whoever meets it stays silent.
struct Poison {};

/// `eth0.address` where DHCP gives it: known only when the appliance runs.
struct Leased {
    model::IfaceId iface = 0;
    model::Ipv4Member member{};
};

/// What is left when every name has been followed: a literal, list or object; a constant of the language; a
/// packet field; what is known only at run time; or an element that is no value (a function or a typed object).
using Settled = std::variant<Poison, const syntax::Value*, const Constant*, model::Field, Leased,
                             model::Exceeded, const Element*>;

/// `hint`: for a name that means nothing and resembles nothing.
Settled settle(Context& context, const syntax::Value& value, const std::string& hint = {});

/// A scalar, range, network or Iface in a set.
struct Leaf {
    std::variant<const syntax::Value*, const Constant*, const Element*> is;
    syntax::Span span;
    syntax::Span use{}; ///< where it stands in its list or object, there perhaps by a name
    const syntax::Value* list = nullptr; ///< that holds it; nothing where it stands by itself or in an object
};

/// The leaves of a list or object, nested and named ones included, in source order; a scalar is its own leaf.
/// Nothing when a part of it is poison.
std::optional<std::vector<Leaf>> flatten(Context& context, const syntax::Value& value);

/// The items of a list or object as they are written; nothing when the value is neither.
std::optional<std::vector<const syntax::Value*>> items_in(const syntax::Value& value);

std::string dotted(std::uint32_t address);

/// A value as a message shows it, and what it is: "`http`", "a port".
std::string text_of(const syntax::Value& value);
std::string text_of(const Leaf& leaf);
/// The same without the backticks, for hints that can be typed in.
/// The element whose name the value is; null where it is something else.
const Element* declared_as(const Context& context, const syntax::Value& value);
/// A note at the declaration of the name that the value, or the owner of the member that it is, has.
std::vector<syntax::Note> note_of_declaration(const Context& context, const syntax::Value& value);

std::string source_of(const syntax::Value& value);
std::string kind_of(const syntax::Value& value);
std::string kind_of(const Leaf& leaf);
std::string kind_of(const Element& element);
/// What a settled value is.
std::string kind_of(const Settled& settled);

/// About a packet property where there is no packet.
void report_without_packet(Context& context, const syntax::Value& value, std::string hint = {});

/// Follows every name in the untyped elements, used or not.
void check_names(Context& context);

} // namespace sema
