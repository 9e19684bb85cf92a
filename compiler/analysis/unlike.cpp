#include "compiler/analysis/unlike.hpp"

namespace analysis {

namespace {

using model::Field;
using symbolic::Box;

/// The address that a source gets.
struct Source {
    std::optional<std::uint32_t> address;
    bool but_own = false; ///< what comes from it is left alone
};

/// What nobody has named is chosen by who masquerades.
Source source_of(const WayIn& way, const Rewrite& rewrite, bool has_ports) {
    if (rewrite.source) return {rewrite.source};
    if (has_ports && rewrite.source_port) return {};
    return {masquerade_of(way.appliance, way.way), true};
}

class Unlike {
public:
    explicit Unlike(symbolic::Space& space) : space_(space) {}

    /// Packets of these protocols, among those that have ports or among the others.
    void look_at(bool has_ports, const WayIn& before, const Rewrite& was, const WayIn& after, const Rewrite& is) {
        const auto protocols = space_.sets.add(ports_);
        const auto domain = space_.domain(symbolic::variable(Field::ip_protocol));
        const auto these = only(Field::ip_protocol, has_ports ? protocols : space_.sets.without(domain, protocols));
        field(these, Field::ip_daddr, was.destination, is.destination);
        source(these, source_of(before, was, has_ports), source_of(after, is, has_ports));
        if (!has_ports) return;
        field(only(Field::ip_protocol, space_.one(tcp)), Field::tcp_dport, was.destination_port, is.destination_port);
        field(only(Field::ip_protocol, space_.one(udp)), Field::udp_dport, was.destination_port, is.destination_port);
        if (was.source_port != is.source_port) found_.push_back(these); // the one that was may be chosen, or not
    }

    std::vector<Box> found() && { return std::move(found_); }

private:
    static constexpr model::Value tcp = model::protocol_number(model::Layer::tcp),
                                  udp = model::protocol_number(model::Layer::udp);

    Box only(Field field, symbolic::SetRef values) {
        Box box;
        narrow(space_, box, symbolic::variable(field), values);
        return box;
    }

    /// One that nobody names stays as it is.
    template <typename Value>
    void field(const Box& these, Field field, const std::optional<Value>& was, const std::optional<Value>& is) {
        if (was == is) return;
        if (was && is)
            found_.push_back(these);
        else
            add_but(these, field, was ? *was : *is);
    }

    void source(const Box& these, const Source& was, const Source& is) {
        if (was.address && was.address == is.address) {
            if (was.but_own == is.but_own) return;
            auto own = these;
            if (narrow(space_, own, symbolic::variable(Field::ip_saddr), space_.one(*was.address))) found_.push_back(own);
        } else if (was.address && is.address) {
            found_.push_back(these);
        } else if (const auto& one = was.address ? was : is; one.address) {
            if (one.but_own)
                add_but(these, Field::ip_saddr, *one.address);
            else
                found_.push_back(these);
        }
    }

    void add_but(Box these, Field field, model::Value value) {
        const auto variable = symbolic::variable(field);
        if (narrow(space_, these, variable, space_.sets.without(space_.domain(variable), space_.one(value))))
            found_.push_back(std::move(these));
    }

    symbolic::Space& space_;
    model::IntervalSet ports_{{tcp, tcp}, {udp, udp}};
    std::vector<Box> found_;
};

} // namespace

std::vector<Box> unlike(symbolic::Space& space, const WayIn& before, const Rewrite& was, const WayIn& after,
                        const Rewrite& is) {
    Unlike unlike(space);
    for (const bool has_ports : {true, false}) unlike.look_at(has_ports, before, was, after, is);
    return std::move(unlike).found();
}

} // namespace analysis
