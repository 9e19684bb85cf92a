#include "harness/capture.hpp"

#include "harness/backend.hpp"

#include <memory>
#include <pcap/pcap.h>

namespace harness {

std::vector<eval::Bytes> frames_in(const std::string& path) {
    char why[PCAP_ERRBUF_SIZE] = {};
    const std::unique_ptr<pcap_t, void (*)(pcap_t*)> capture(pcap_open_offline(path.c_str(), why), pcap_close);
    if (!capture) throw Error(path + " cannot be read as a capture: " + why);
    if (pcap_datalink(capture.get()) != DLT_EN10MB) throw Error(path + " is no capture of Ethernet frames");
    std::vector<eval::Bytes> frames;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    int status = 0;
    while ((status = pcap_next_ex(capture.get(), &header, &bytes)) == 1) {
        if (header->caplen < header->len)
            throw Error(path + " has packets that were cut off; capture with `tcpdump -s 0`");
        frames.emplace_back(bytes, bytes + header->caplen);
    }
    if (status == PCAP_ERROR) throw Error(path + ": " + pcap_geterr(capture.get()));
    return frames;
}

} // namespace harness
