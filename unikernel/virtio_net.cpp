#include "unikernel/virtio_net.hpp"
#include "runtime/dataplane.hpp"
#include "runtime/platform.hpp"

#include <cstring>

namespace unikernel {

namespace {

constexpr std::uint64_t feature_mac = 1 << 5;
constexpr std::uint64_t feature_version_1 = std::uint64_t{1} << 32;
constexpr std::uint16_t receive_index = 0, send_index = 1;

} // namespace

void VirtioNet::start(const VirtioDevice& device, runtime::NicId id, std::uint16_t send_max,
                      std::uint16_t receive_max) {
    device_ = device;
    id_ = id;
    runtime::check(virtio::negotiate(device_, feature_version_1 | feature_mac),
                   "the NIC speaks virtio 1 and has a MAC");
    receive_.start(virtio::queue_entries(device_, receive_index), Virtqueue::Use::device_writes, receive_max);
    send_.start(virtio::queue_entries(device_, send_index), Virtqueue::Use::device_reads, send_max);
    receive_.ask_for_interrupts(false);
    send_.ask_for_interrupts(false);
    receive_bell_ = virtio::attach(device_, receive_index, receive_, true);
    send_bell_ = virtio::attach(device_, send_index, send_, false);
}

void VirtioNet::go() {
    virtio::go(device_);
    running_ = true;
    refill();
}

void VirtioNet::stop() {
    if (running_) virtio::reset(device_);
    running_ = false;
}

std::size_t VirtioNet::receive(std::span<runtime::Packet*> frames) {
    std::size_t count = 0;
    for (; count < frames.size(); ++count) {
        const Virtqueue::Returned returned = receive_.take();
        if (returned.packet == nullptr) break;
        runtime::check(returned.bytes >= virtio_header_bytes, "a received frame has its header");
        returned.packet->frame_bytes = static_cast<std::uint16_t>(returned.bytes - virtio_header_bytes);
        returned.packet->nic = id_;
        frames[count] = returned.packet;
    }
    return count;
}

void VirtioNet::refill() {
    while (receive_.free_entries() > 0) {
        runtime::Packet* const packet = runtime::acquire();
        if (packet == nullptr) break;
        receive_.offer(*packet, buffer_max_bytes);
    }
    if (receive_.publish()) receive_bell_.ring();
}

std::size_t VirtioNet::transmit(std::span<runtime::Packet* const> packets) {
    if (!running_) return 0;
    if (send_.free_entries() < packets.size()) reclaim();
    std::size_t count = 0;
    for (; count < packets.size() && send_.free_entries() > 0; ++count) {
        runtime::Packet& packet = *packets[count];
        runtime::check(packet.frame_bytes <= packet.frame.size(), "a frame lies in its packet");
        // All zero: no offload (5.1.6.2).
        std::memset(packet.frame.data() + packet.begin - virtio_header_bytes, 0, virtio_header_bytes);
        send_.offer(packet, virtio_header_bytes + packet.frame_bytes);
    }
    return count;
}

void VirtioNet::flush() {
    if (send_.publish()) send_bell_.ring();
}

void VirtioNet::reclaim() {
    while (runtime::Packet* const packet = send_.take().packet) {
        runtime::release(*packet);
        patience_.got_on();
    }
}

bool VirtioNet::may_be_given_more(runtime::Time now) {
    if (!send_.has_room_for_burst()) reclaim();
    return !patience_.waits(send_.has_room_for_burst(), now);
}

bool VirtioNet::prepare_sleep() {
    receive_.ask_for_interrupts(true);
    virtio::acknowledge(device_);
    cpu::fence(); // the wish is out before the ring is looked at for the last time
    return !receive_.has_returned();
}

void VirtioNet::end_sleep() { receive_.ask_for_interrupts(false); }

runtime::Mac virtio_net::mac(const VirtioDevice& device) {
    runtime::Mac mac{};
    for (std::uint32_t i = 0; i < mac.size(); ++i) mac[i] = virtio::read_config(device, i);
    return mac;
}

} // namespace unikernel
