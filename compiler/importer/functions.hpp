// Chains of nft as functions of NaCl, with the same shape where NaCl has it.
//
// `accept` ends a base chain in nft, and a function on a chain here: it is the same. `jump` is a call.
// `return` and `goto` have no word here: what follows them becomes a function of its own, which only the
// other packets are given. Whatever cannot be said is replaced by something stricter, never left out in
// favour of a packet.
#pragma once
#include "compiler/importer/rules.hpp"

#include <set>

namespace importer {

struct Message {
    bool is_loss = true; ///< else it is good to know
    std::string text;
};

class Functions {
public:
    explicit Functions(const std::vector<Nic>& nics);
    Functions(const Functions&) = delete;
    Functions& operator=(const Functions&) = delete;

    /// The function that stands on chains for a base chain; empty where it does nothing.
    std::string base(const Table& table, const Chain& chain, const Context& context);
    /// A Filter for what translations of a hook could not say; empty where everything was said.
    std::string untranslated(const std::string& hook);
    /// A function made by hand.
    std::string add(const std::string& name, const std::string& text, std::string_view type = "Filter");

    /// All functions, sets and Limits.
    std::string text() const;
    const std::vector<Message>& messages() const { return messages_; }
    /// Whether a condition reads a transport header.
    bool reads_transport() const { return reads_transport_; }

private:
    /// Statements for packets of one layer; `ip`: of any.
    struct Piece {
        model::Layer layer = model::Layer::ip;
        std::string text;
    };
    struct Body {
        std::string text;
        bool is_empty = true; ///< but for comments
        bool ends = false;    ///< no packet gets behind it
        model::Layer open{};  ///< the text ends with a function of this layer, which could take more
    };
    struct Place {
        const Table& table;
        const Chain& chain;
        const Context& context;
        std::string name; ///< of the function
        bool is_base = false;
    };
    struct Way {
        model::Layer layer = model::Layer::ip;
        std::vector<std::string> texts{};
        std::vector<std::string> protocol_texts{}; ///< those that ask for the protocol
        unsigned protocols = protocol_bit::any;
    };

    std::string called(const Table& table, const std::string& target, const Context& context);
    std::vector<Understood> understood(const Place& place);
    Body rules(const Place& place, const std::vector<Understood>& all, std::size_t from, std::size_t depth);
    void one(const Place& place, const Understood& rule, bool is_last, const std::string& before, Body& body);
    bool leaves(const Place& place, const Understood& rule) const;
    std::vector<Piece> around(const Place& place, const Understood& rule, const std::string& inside,
                              const Body& rest, std::size_t at);
    void stricter(const Place& place, const Understood& rule, const std::string& before, Body& body);
    void set_aside(const Place& place, const std::vector<Understood>& all, std::size_t at, std::size_t depth);
    std::string statement(const Place& place, const Understood& rule, bool is_last);
    void tell(const Understood& rule, std::string_view instead);

    std::vector<Way> ways(const std::vector<Step>& steps, std::size_t from, std::size_t to,
                          model::Layer layer);
    std::vector<Piece> nested(const std::vector<Step>& steps, std::size_t from, model::Layer layer,
                              std::string_view type, const std::string& inside);
    static void append(Body& body, std::string_view type, std::string before,
                       const std::vector<Piece>& pieces);

    const std::vector<Nic>& nics_;
    std::set<std::string> names_;
    NamedSets sets_{names_};
    std::vector<std::string> texts_;
    std::map<std::string, std::string> made_; ///< by table, chain and what matters of the context
    std::set<std::string> decisive_;          ///< functions behind which nothing comes
    std::set<std::string> under_way_;         ///< chains that are being written
    std::map<std::string, std::string> limits_;
    std::string limit_texts_;
    std::map<std::string, Body> untranslated_; ///< by hook
    std::vector<Message> messages_;
    bool reads_transport_ = false;
};

/// Chains that go round in circles, or to where there is none.
struct BadChains : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace importer
