// Sections are those of the ACPI specification, version 6.4.
#include "unikernel/acpi.hpp"
#include "unikernel/paging.hpp"

#include <cstring>
#include <string_view>

namespace unikernel::acpi {

namespace {

Tables found;

/// A table's bytes. Reading past them gives zero, which is what a field that an older table lacks means.
class Bytes {
public:
    Bytes() = default;
    Bytes(std::uint64_t address, std::uint64_t bytes) : address_(address), bytes_(bytes) {
        paging::map(address, bytes, paging::Access::read);
    }

    std::uint64_t size() const { return bytes_; }
    template <typename Word>
    Word at(std::uint64_t offset) const {
        Word word{};
        if (offset + sizeof word <= bytes_)
            std::memcpy(&word, reinterpret_cast<const void*>(address_ + offset), sizeof word);
        return word;
    }
    std::string_view text(std::uint64_t offset, std::uint64_t bytes) const {
        if (offset + bytes > bytes_) return {};
        return {reinterpret_cast<const char*>(address_ + offset), bytes};
    }

private:
    std::uint64_t address_ = 0;
    std::uint64_t bytes_ = 0;
};

constexpr std::uint64_t header_bytes = 36;         // 5.2.6
constexpr std::uint64_t table_max_bytes = 1 << 20; // no table is longer; one that says so is not believed

Bytes table(std::uint64_t address) {
    if (address == 0) return {};
    const std::uint32_t bytes = Bytes(address, header_bytes).at<std::uint32_t>(4);
    if (bytes < header_bytes || bytes > table_max_bytes) return {};
    return {address, bytes};
}

/// 5.2.12: the I/O APICs among the interrupt controllers.
void read_madt(const Bytes& madt) {
    constexpr std::uint8_t io_apic = 1;
    for (std::uint64_t at = 44; at + 2 <= madt.size();) {
        const auto type = madt.at<std::uint8_t>(at);
        const auto bytes = madt.at<std::uint8_t>(at + 1);
        if (bytes < 2) return;
        if (type == io_apic && found.io_apic_count < found.io_apics.size())
            found.io_apics[found.io_apic_count++] = {madt.at<std::uint32_t>(at + 4),
                                                     madt.at<std::uint32_t>(at + 8)};
        at += bytes;
    }
}

/// 5.2.9
void read_fadt(const Bytes& fadt) {
    constexpr std::uint32_t hardware_reduced = 1 << 20;
    if (fadt.at<std::uint32_t>(112) & hardware_reduced) {
        constexpr std::uint8_t in_memory = 0;
        if (fadt.at<std::uint8_t>(244) == in_memory) found.sleep_register = fadt.at<std::uint64_t>(248);
    } else {
        found.control_port = static_cast<std::uint16_t>(fadt.at<std::uint32_t>(64));
        found.timer_port = static_cast<std::uint16_t>(fadt.at<std::uint32_t>(76));
    }
    const auto wide = fadt.at<std::uint64_t>(140);
    found.dsdt = wide != 0 ? wide : fadt.at<std::uint32_t>(40);
}

} // namespace

void read(std::uint64_t rsdp_address) {
    if (rsdp_address == 0) return;
    const Bytes rsdp(rsdp_address, header_bytes); // 5.2.5.3
    if (rsdp.text(0, 8) != "RSD PTR ") return;
    const bool wide = rsdp.at<std::uint8_t>(15) >= 2 && rsdp.at<std::uint64_t>(24) != 0;
    const Bytes root = table(wide ? rsdp.at<std::uint64_t>(24) : rsdp.at<std::uint32_t>(16));
    const std::uint64_t step = wide ? 8 : 4;
    for (std::uint64_t at = header_bytes; at + step <= root.size(); at += step) {
        const Bytes entry = table(wide ? root.at<std::uint64_t>(at) : root.at<std::uint32_t>(at));
        if (entry.text(0, 4) == "FACP") read_fadt(entry);
        if (entry.text(0, 4) == "APIC") read_madt(entry);
    }
}

const Tables& tables() { return found; }

std::uint8_t off_type() {
    // It stands in the object \_S5 of the DSDT (7.4.2). We interpret no byte code: the object is a package of
    // constants, which can be found by its name.
    constexpr std::uint8_t package = 0x12, byte_prefix = 0x0a, usual = 5;
    const Bytes dsdt = table(found.dsdt);
    for (std::uint64_t at = header_bytes; at + 4 <= dsdt.size(); ++at) {
        if (dsdt.text(at, 4) != "_S5_" || dsdt.at<std::uint8_t>(at + 4) != package) continue;
        // 20.2.4: the top two bits of the package's length say how many more bytes it has.
        const std::uint64_t first = at + 5 + 1 + (dsdt.at<std::uint8_t>(at + 5) >> 6) + 1;
        const auto value = dsdt.at<std::uint8_t>(first);
        return (value == byte_prefix ? dsdt.at<std::uint8_t>(first + 1) : value) & 7;
    }
    return usual;
}

} // namespace unikernel::acpi
