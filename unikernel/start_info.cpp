#include "unikernel/start_info.hpp"
#include "runtime/platform.hpp"
#include "unikernel/image.hpp"

#include <array>

namespace unikernel::start_info {

namespace {

// The layout of Xen's public/arch-x86/hvm/start_info.h.
struct Loader {
    std::uint32_t magic, version, flags, modules;
    std::uint64_t module_list, command_line, rsdp;
    std::uint64_t memory_map; // these three since version 1
    std::uint32_t memory_map_entries, reserved;
};
struct MemoryRange {
    std::uint64_t begin, bytes;
    std::uint32_t type, reserved;
};
constexpr std::uint32_t magic = 0x336ec578;
constexpr std::uint32_t usable = 1;

std::array<char, 2048> command_line_text;
std::size_t command_line_bytes;
std::uint64_t rsdp;
std::uint64_t memory_end;

} // namespace

void take(std::uint64_t address) {
    const auto& loader = *reinterpret_cast<const Loader*>(address);
    runtime::check(loader.magic == magic, "the loader speaks PVH");
    rsdp = loader.rsdp;
    if (loader.command_line != 0) {
        const char* const text = reinterpret_cast<const char*>(loader.command_line);
        while (command_line_bytes < command_line_text.size() && text[command_line_bytes] != 0) {
            command_line_text[command_line_bytes] = text[command_line_bytes];
            ++command_line_bytes;
        }
    }
    if (loader.version == 0) return;
    const auto* const ranges = reinterpret_cast<const MemoryRange*>(loader.memory_map);
    for (std::uint32_t i = 0; i < loader.memory_map_entries; ++i) {
        const std::uint64_t end = ranges[i].begin + ranges[i].bytes;
        const std::uint64_t image = address_of(image_begin);
        if (ranges[i].type == usable && ranges[i].begin <= image && image < end) memory_end = end;
    }
}

std::string_view command_line() { return {command_line_text.data(), command_line_bytes}; }
std::uint64_t rsdp_address() { return rsdp; }
std::uint64_t memory_bytes() { return memory_end; }

} // namespace unikernel::start_info
