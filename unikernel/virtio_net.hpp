// A virtio NIC (virtio 1.1, 5.1): frames in, frames out, nothing offloaded.
#pragma once
#include "unikernel/patience.hpp"
#include "unikernel/virtio.hpp"

#include <span>

namespace unikernel {

class VirtioNet {
public:
    /// Takes the device over. Halts when it is no NIC that we can drive. Nothing is received before go().
    void start(const VirtioDevice& device, runtime::NicId id, std::uint16_t send_max,
               std::uint16_t receive_max);
    void go();
    void stop();

    /// The frames that have come in, at most as many as fit. The caller owns them.
    std::size_t receive(std::span<runtime::Packet*> frames);
    /// Gives the device free packets to receive into, as many as it has room for and the pool holds.
    void refill();

    /// As runtime::platform::transmit. The device learns of the packets by flush().
    std::size_t transmit(std::span<runtime::Packet* const> packets);
    void flush();
    /// Releases the packets that have been sent.
    void reclaim();
    bool all_sent() const { return send_.drained(); }
    /// False while the ring is too full for a burst and the device may still get on with it: it may need the processor
    /// for that. How long and how often it is waited for, Patience says.
    bool may_be_given_more(runtime::Time now);
    /// How long nothing was received because of that.
    runtime::Time held_ns() const { return patience_.waited_ns(); }

    /// Interrupts are wanted only before a sleep. False: a frame is there already.
    bool prepare_sleep();
    void end_sleep();

private:
    VirtioDevice device_;
    Virtqueue receive_, send_;
    Doorbell receive_bell_, send_bell_;
    runtime::NicId id_ = 0;
    Patience patience_;
    bool running_ = false;
};

namespace virtio_net {

/// The address that the device has been given.
runtime::Mac mac(const VirtioDevice& device);

} // namespace virtio_net

} // namespace unikernel
