// The host backend: the shared object is loaded, and driven with its clock as a parameter.
#include "harness/arp.hpp"
#include "harness/backend.hpp"
#include "harness/host_abi.hpp"
#include "harness/leases.hpp"
#include "harness/packets.hpp"
#include "harness/tally.hpp"
#include "harness/ticks.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <memory>
#include <utility>

namespace harness {

namespace {

class SharedObject {
public:
    explicit SharedObject(const std::filesystem::path& path)
        : path_(path), handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) throw Error(std::string("cannot load the host build: ") + dlerror());
    }
    SharedObject(const SharedObject&) = delete;
    SharedObject& operator=(const SharedObject&) = delete;
    ~SharedObject() { dlclose(handle_); }

    template <typename Function>
    void find(Function*& function, const char* name) const {
        function = reinterpret_cast<Function*>(dlsym(handle_, name));
        if (function == nullptr) throw Error(path_.string() + " is no host build: it lacks " + name);
    }

private:
    std::filesystem::path path_;
    void* handle_;
};

class Host {
public:
    Host(const model::Appliance& appliance, const std::filesystem::path& path)
        : appliance_(appliance), object_(path), macs_(nic_macs(appliance)) {
        object_.find(boot_, "nacl_host_boot");
        object_.find(receive_, "nacl_host_receive");
        object_.find(judge_, "nacl_host_judge");
        object_.find(lease_, "nacl_host_lease");
        object_.find(tick_, "nacl_host_tick");
        object_.find(counters_, "nacl_host_counters");
        object_.find(hits_, "nacl_host_hits");
        boot();
        std::size_t statements = 0;
        hits_(&statements);
        if (statements != appliance.statements.size())
            throw Error(path.string() + " was built from another policy");
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    void boot() {
        now_ = 0;
        left_.clear();
        logs_.clear();
        const NaclHostCallbacks callbacks{this, &transmitted, &logged};
        boot_(&callbacks, macs_.data()->data(), macs_.size(), now_, random_seed);
        fall_back(appliance_, [&](model::IfaceId iface, const auto& ipv4) { lease(iface, ipv4); });
        // Statement counters are the policy's, and a boot need not clear them: only their growth is looked
        // at.
        tally_ = tally();
    }

    void lease(model::IfaceId iface, const std::optional<model::Ipv4Config>& ipv4) {
        const runtime::Lease held = lease_of(ipv4);
        lease_(static_cast<std::uint8_t>(iface), &held);
    }

    Outcome receive(NicId nic, View frame) {
        give(nic, frame);
        return outcome(answer_arp_requests());
    }

    Outcome judge(const Question& question, View frame) {
        const std::vector<std::uint16_t> functions(question.functions.begin(), question.functions.end());
        const auto iface = [](const std::optional<model::IfaceId>& id) {
            return static_cast<runtime::IfaceId>(id.value_or(model::no_iface));
        };
        const runtime::Question asked{functions, question.guarded, question.translates(),
                                      static_cast<runtime::State>(question.state), iface(question.ingress),
                                      iface(question.egress)};
        const NaclHostFrame one{frame.data(), frame.size()};
        judge_(&asked, &one, now_);
        return outcome(0);
    }
    void wait(Time ns) {
        for_each_tick(ns, [&](Time step) {
            now_ += step;
            tick_(now_);
            answer_arp_requests();
        });
        left_.clear(); // what Timers tell the syslog server: no Test's and no comparison's business
        tally_ = tally();
    }

    bool balanced() const { return tally_.balanced; }

private:
    static void transmitted(void* context, std::uint8_t nic, const std::uint8_t* frame, std::size_t bytes) {
        static_cast<Host*>(context)->left_.push_back({nic, Bytes(frame, frame + bytes)});
    }
    static void logged(void* context, int severity, const char* text, std::size_t bytes) {
        auto& logs = static_cast<Host*>(context)->logs_;
        logs.push_back({std::string(text, bytes), std::nullopt});
        if (severity >= 0) logs.back().severity = static_cast<std::uint8_t>(severity);
    }

    void give(NicId nic, View frame) const {
        const NaclHostFrame one{frame.data(), frame.size()};
        receive_(nic, &one, 1, now_);
    }

    /// Takes ARP out of what has left until nothing more is asked. Returns how many answers came in.
    std::uint64_t answer_arp_requests() {
        std::uint64_t answers = 0;
        for (;;) {
            const auto first_arp =
                std::ranges::find_if(left_, [](const FrameOut& frame) { return is_arp(frame.bytes); });
            if (first_arp == left_.end()) return answers;
            const FrameOut question = std::move(*first_arp);
            left_.erase(first_arp);
            if (const auto answer = answer_arp(question.bytes)) {
                give(question.nic, *answer);
                ++answers;
            }
        }
    }

    /// What has happened since the last tally.
    Outcome outcome(std::uint64_t arp_answers) {
        const Tally after = tally();
        Outcome outcome = outcome_between(tally_, after, arp_answers);
        tally_ = after;
        outcome.out = std::exchange(left_, {});
        outcome.logs = std::exchange(logs_, {});
        return outcome;
    }

    Tally tally() const {
        const auto& counters = *counters_();
        std::size_t statements = 0;
        const std::uint64_t* const hits = hits_(&statements);
        return {counters.received,     counters.delivered,        counters.waiting,   counters.dropped,
                counters.dropped_made, {hits, hits + statements}, counters.balanced()};
    }

    const model::Appliance& appliance_;
    SharedObject object_;
    std::vector<model::Mac> macs_;
    decltype(&nacl_host_boot) boot_ = nullptr;
    decltype(&nacl_host_receive) receive_ = nullptr;
    decltype(&nacl_host_judge) judge_ = nullptr;
    decltype(&nacl_host_lease) lease_ = nullptr;
    decltype(&nacl_host_tick) tick_ = nullptr;
    decltype(&nacl_host_counters) counters_ = nullptr;
    decltype(&nacl_host_hits) hits_ = nullptr;
    Time now_ = 0;
    Tally tally_;
    std::vector<FrameOut> left_;
    std::vector<eval::LogText> logs_;
};

} // namespace

Backend host_backend(const model::Appliance& appliance, const std::filesystem::path& shared_object) {
    const auto state = std::make_shared<Host>(appliance, shared_object);
    return {
        .name = "host",
        .boot = [state] { state->boot(); },
        .lease = [state](model::IfaceId iface, const auto& ipv4) { state->lease(iface, ipv4); },
        .receive = [state](NicId nic, View frame) { return state->receive(nic, frame); },
        .wait = [state](Time ns) { state->wait(ns); },
        .balanced = [state] { return state->balanced(); },
        .judge = [state](const Question& question, View frame) { return state->judge(question, frame); },
    };
}

} // namespace harness
