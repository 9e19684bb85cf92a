#include "compiler/analysis/test_text.hpp"

#include "compiler/analysis/chain.hpp"
#include "compiler/analysis/packet.hpp"
#include "compiler/analysis/underline.hpp"
#include "compiler/eval/chains.hpp"

namespace analysis {

namespace {

std::string address(model::Ipv4Address value) { return eval::show(model::Field::ip_saddr, value); }

class Text {
public:
    Text(const model::Appliance& appliance, const syntax::Sources& sources)
        : appliance_(appliance), sources_(sources) {}

    std::string of(const model::Scenario& test) const {
        auto text =
            "Test " + test.name + " {\n" + std::visit([&](const auto& is) { return about(is); }, test.about);
        for (const auto& lease : test.leases)
            text += (&lease == &test.leases.front() ? "lease: [" : ", ") + of(lease);
        if (!test.leases.empty()) text += "],\n";
        if (test.steps.size() == 1) return text + members(test.steps.front()) + "\n}\n";
        text += "steps: [\n";
        for (const auto& step : test.steps) text += "{ " + members(step) + " },\n";
        return text + "]\n}\n";
    }

private:
    std::string about(const model::WholeAppliance&) const { return {}; }
    std::string about(const model::IfaceChain& chain) const {
        return "chain: " + text_of(appliance_, Way(chain)) + ",\n";
    }
    std::string about(const model::ForwardChain&) const {
        return "chain: " + word_text(sources_, appliance_.gateway->place) + ".forward,\n";
    }
    std::string about(model::FunctionId function) const {
        return "function: " + appliance_.functions.at(function).name + ",\n";
    }

    std::string of(const model::Lease& lease) const {
        const auto& [address_, network, gateway, dns] = lease.config;
        return "{ iface: " + name(lease.iface) + ", address: " + address(address_) +
               ", netmask: " + address(network.mask()) + (gateway ? ", gateway: " + address(*gateway) : "") +
               (dns ? ", dns: " + address(*dns) : "") + " }";
    }

    std::string members(const model::TestStep& step) const {
        return std::visit([&](const auto& is) { return of(is); }, step.is);
    }
    std::string of(const model::WaitStep& step) const { return "wait: " + std::to_string(step.seconds); }
    std::string of(const model::SendStep& step) const {
        std::string text;
        if (step.iface) text += "iface: " + name(*step.iface) + ",\n";
        if (step.state)
            text +=
                "state: " + std::string(model::state_names[static_cast<std::size_t>(*step.state)]) + ",\n";
        text += "packet: " + literal_of(step.packet) +
                ",\nexpect: " + std::string(model::name(step.expect));
        if (step.reason) text += ",\nreason: " + std::string(model::name(*step.reason));
        if (step.out) text += ",\nout: " + literal_of(step.out->packet);
        if (!step.log) return text;
        text += ",\nlog: [";
        for (std::size_t i = 0; i < step.log->size(); ++i) text += (i == 0 ? "" : ", ") + quoted_bytes(step.log->at(i));
        return text + "]";
    }

    const std::string& name(model::IfaceId iface) const { return appliance_.ifaces.at(iface).name; }

    const model::Appliance& appliance_;
    const syntax::Sources& sources_;
};

} // namespace

std::string text_of(const model::Appliance& appliance, const syntax::Sources& sources,
                    const model::Scenario& test) {
    return Text(appliance, sources).of(test);
}

} // namespace analysis
