// What the host build of a policy exports: the same data plane as in the image, in a shared object that the harness
// loads. One appliance a shared object; calls come from one thread.
#pragma once
#include "runtime/dataplane.hpp"

#include <cstddef>
#include <cstdint>

extern "C" {

struct NaclHostCallbacks {
    void* context;
    /// A frame left by a NIC, ARP included.
    void (*transmitted)(void* context, std::uint8_t nic, const std::uint8_t* frame, std::size_t bytes);
    /// One statement's text; `severity` is that of `syslog`, negative for `log`.
    void (*logged)(void* context, int severity, const char* text, std::size_t bytes);
};

/// Starts the appliance from nothing. `macs` has six bytes for each NIC of the policy.
void nacl_host_boot(const NaclHostCallbacks* callbacks, const std::uint8_t* macs, std::size_t nics,
                    std::uint64_t now_ns, std::uint64_t seed);
/// Frames that came in on one NIC together: at most 32, taken as one burst. Those for which the NIC has no
/// buffer are lost. What leaves because of one call waits in its NIC's queue until the call returns, and has
/// its limit there.
struct NaclHostFrame {
    const std::uint8_t* bytes;
    std::size_t size;
};
void nacl_host_receive(std::uint8_t nic, const NaclHostFrame* frames, std::size_t count, std::uint64_t now_ns);
/// What the functions of a question say of a frame: it is dropped or counts as delivered.
void nacl_host_judge(const runtime::Question* question, const NaclHostFrame* frame, std::uint64_t now_ns);
/// An Iface with DHCP has that lease from now on, and no client of its own.
void nacl_host_lease(std::uint8_t iface, const runtime::Lease* lease);
void nacl_host_tick(std::uint64_t now_ns);
const runtime::Counters* nacl_host_counters();
/// Hit counters by statement number; sets their count.
const std::uint64_t* nacl_host_hits(std::size_t* count);

} // extern "C"
