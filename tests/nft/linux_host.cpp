#include "tests/nft/linux_host.hpp"

#include "codegen/names.hpp"
#include "codegen/process.hpp"
#include "codegen/workshop.hpp"
#include "harness/packets.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <linux/if_tun.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nft_test {

namespace {

std::string run(const std::string& command) {
    std::istringstream words(command);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    const auto done = codegen::run(arguments, "/");
    if (done.status != 0) throw std::runtime_error(command + ": " + done.output);
    return done.output;
}

/// False where this kernel has no such switch.
bool sysctl(const std::string& name, std::uint64_t value) {
    std::string path = "/proc/sys/net/" + name;
    std::ofstream file(path);
    file << value << std::flush;
    return file.good();
}

int tap(const std::string& name) {
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) throw Unavailable("no /dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) != 0) throw Unavailable("no TAP devices");
    return fd;
}

std::string prefix(const model::Ipv4Prefix& prefix) {
    return fmt::format("{}/{}", codegen::dotted(prefix.address), prefix.length);
}

} // namespace

int status_of(const std::function<int()>& test) {
    constexpr int skipped = 77; // what ctest takes for a skip
    try {
        return test();
    } catch (const Unavailable& why) {
        fmt::print("skipped: {}\n", why.what());
        return std::getenv("CI") != nullptr ? 1 : skipped;
    } catch (const std::exception& error) {
        fmt::print("{}\n", error.what());
        return 2;
    }
}

LinuxHost::LinuxHost(const model::Appliance& appliance) {
    if (unshare(CLONE_NEWNET) != 0) throw Unavailable("no network namespace: it takes root");
    sysctl("ipv6/conf/all/disable_ipv6", 1);
    sysctl("ipv6/conf/default/disable_ipv6", 1);
    // Linux limits its answers too; the policy's are compared.
    sysctl("ipv4/icmp_ratemask", 0);
    sysctl("ipv4/icmp_msgs_per_sec", 1'000'000);
    sysctl("ipv4/icmp_msgs_burst", 1'000'000);
    sysctl("ipv4/conf/all/send_redirects", 0);
    sysctl("ipv4/conf/default/send_redirects", 0);
    sysctl("ipv4/conf/all/rp_filter", 0);
    sysctl("ipv4/conf/default/rp_filter", 0);
    run("ip link set lo up");
    make_nics(appliance);
    if (!sysctl("ipv4/ip_forward", appliance.gateway ? 1 : 0))
        throw Unavailable("/proc/sys cannot be written");
    make_routes(appliance);
    conntrack_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (conntrack_ < 0) throw Unavailable("no netfilter");
}

LinuxHost::~LinuxHost() {
    for (const int fd : taps_) close(fd);
    for (const auto& [protocol, fd] : heard_) close(fd);
    if (conntrack_ >= 0) close(conntrack_);
}

void LinuxHost::make_nics(const model::Appliance& appliance) {
    const auto macs = harness::nic_macs(appliance);
    for (const auto& iface : appliance.ifaces) {
        const auto id = static_cast<model::IfaceId>(&iface - appliance.ifaces.data());
        taps_.push_back(tap(iface.name));
        const auto mac = fmt::format("{:02x}", fmt::join(macs.at(model::nic_of(appliance, id)), ":"));
        run(fmt::format("ip link set dev {} address {} arp off up", iface.name, mac));
        if (iface.ipv4)
            run(fmt::format("ip address add {}/{} broadcast + dev {} noprefixroute",
                            codegen::dotted(iface.ipv4->address), iface.ipv4->network.length, iface.name));
    }
}

/// What goes through takes the stated routes alone; what is made here knows our networks too.
void LinuxHost::make_routes(const model::Appliance& appliance) {
    run("ip rule add iif lo lookup 100 priority 10");
    unsigned place = 0;
    const auto add = [&](const model::Ipv4Prefix& net, const std::string& dev, std::uint32_t cost,
                         bool through) {
        const auto route =
            fmt::format("{} dev {} scope link metric {}", prefix(net), dev, cost * 1000 + ++place);
        if (through) run("ip route add " + route);
        run("ip route add table 100 " + route);
    };
    if (appliance.gateway)
        for (const auto& route : appliance.gateway->routes)
            add(route.destination, appliance.ifaces[route.iface].name, route.cost, true);
    for (const auto& iface : appliance.ifaces)
        if (iface.ipv4) add(iface.ipv4->network, iface.name, 0, false);
    for (const auto& iface : appliance.ifaces)
        if (iface.ipv4 && iface.ipv4->gateway) return add({}, iface.name, 1'000'000, false);
}

void LinuxHost::load(const std::string& ruleset) {
    const codegen::Workshop workshop;
    const auto file = workshop.path() / "ruleset.nft";
    std::ofstream(file) << ruleset;
    run("nft -f " + file.string());
    // The sysctls that the ruleset asks for stand in its comments.
    std::istringstream lines(ruleset);
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view mark = "#   sysctl -w net.";
        const auto equals = line.find('=');
        if (!line.starts_with(mark) || equals == line.npos) continue;
        auto name = line.substr(mark.size(), equals - mark.size());
        std::ranges::replace(name, '.', '/');
        if (!sysctl(name, std::stoull(line.substr(equals + 1))) && name != "netfilter/nf_conntrack_max")
            throw std::runtime_error("no such sysctl: " + name);
    }
}

std::string LinuxHost::listed() const { return run("nft -j list ruleset"); }

void LinuxHost::forget() {
    struct {
        nlmsghdr header;
        nfgenmsg body;
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    message.body.nfgen_family = AF_INET;
    std::array<char, 4096> answer{};
    if (::send(conntrack_, &message, sizeof message, 0) < 0 ||
        recv(conntrack_, answer.data(), answer.size(), 0) < 0)
        throw std::runtime_error("the flows cannot be flushed");
    nlmsgerr error{};
    std::memcpy(&error, answer.data() + sizeof(nlmsghdr), sizeof error);
    if (error.error != 0) throw Unavailable("no ctnetlink");
}

int LinuxHost::listener(std::uint8_t protocol) {
    const auto known = heard_.find(protocol);
    if (known != heard_.end()) return known->second;
    const int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    return heard_[protocol] = fd; // -1 for protocols that have none: nothing is heard of them
}

void LinuxHost::collect(Seen& seen, std::uint8_t protocol) {
    std::array<std::uint8_t, 2048> buffer{};
    for (std::size_t nic = 0; nic < taps_.size(); ++nic)
        for (ssize_t size; (size = read(taps_[nic], buffer.data(), buffer.size())) > 0;)
            if (eval::get16(buffer, 12) == 0x0800)
                seen.out.push_back(
                    {static_cast<harness::NicId>(nic), {buffer.begin(), buffer.begin() + size}});
    while (recv(listener(protocol), buffer.data(), buffer.size(), 0) > 0) seen.delivered = true;
}

Seen LinuxHost::send(harness::NicId nic, harness::View frame, std::size_t frames, bool delivery) {
    constexpr int patience_ms = 1000;
    const std::uint8_t protocol = frame[eval::ethernet_header_bytes + 9];
    listener(protocol);
    if (write(taps_.at(nic), frame.data(), frame.size()) < 0)
        throw std::runtime_error("a TAP takes no frames");
    Seen seen;
    collect(seen, protocol);
    while (seen.out.size() < frames || (delivery && !seen.delivered)) {
        std::vector<pollfd> waiting;
        for (const int fd : taps_) waiting.push_back({fd, POLLIN, 0});
        waiting.push_back({listener(protocol), POLLIN, 0});
        if (poll(waiting.data(), waiting.size(), patience_ms) <= 0) break; // it never comes
        collect(seen, protocol);
    }
    return seen;
}

} // namespace nft_test
