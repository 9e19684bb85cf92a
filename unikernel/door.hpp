// The test door's protocol: how a harness drives the test build of an image through its NICs. The product has
// no such door.
//
// Control frames are Ethernet frames of their own EtherType, with any addresses; numbers are big-endian. They
// are handled in order with the data frames of the same NIC, and never reach the data plane.
//
//   to the image                   answer
//   1 sync     {token:u32}         129 synced {token:u32, report_bytes:u32}, then the report in order, in
//                                  as many 130 report {token:u32, offset:u32, bytes...} as it takes
//   2 clock    {ns:u64}            none; sets the data plane's clock, which stands still otherwise, and ticks
//   3 poweroff                     none
//   4 judge    {flags:u8, state:u8, ingress:u8, egress:u8, count:u8, functions:u16[count], frame...}
//                                  none; runtime::judge() on the frame, which counts like any other
//   5 lease    {iface:u8, address:u32, netmask:u32, gateway:u32, dns:u32}
//                                  none; runtime::hold_lease()
//
// The answer to sync comes when every frame received before it on that NIC has been processed, and after
// every frame that was sent before it on any NIC. The report holds the texts of log statements since the last
// sync, each after its length (u16) and its severity (u8; `no_severity` for `log`), then `end_of_texts` (u16), then
// the counters as runtime::print_statistics() prints them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace unikernel::door {

inline constexpr std::uint16_t ether_type = 0x88b5; // IEEE 802: for local experiments

enum class Op : std::uint8_t { sync = 1, clock = 2, poweroff = 3, judge = 4, lease = 5, synced = 129, report = 130 };

/// Flags of a question: see runtime::Question.
inline constexpr std::uint8_t guarded = 1, translates = 2;

inline constexpr std::size_t op_offset = 14; ///< after the Ethernet header
inline constexpr std::size_t body_offset = op_offset + 1;
inline constexpr std::size_t functions_offset = body_offset + 5;
/// Of control frames: what a buffer of the data plane holds.
inline constexpr std::size_t frame_max_bytes = 1900;
inline constexpr std::size_t report_data_offset = body_offset + 4 + 4;
inline constexpr std::size_t report_data_max_bytes = 1400;

inline constexpr std::uint16_t end_of_texts = 0xffff; ///< longer than any text
inline constexpr std::uint8_t no_severity = 0xff;

} // namespace unikernel::door
