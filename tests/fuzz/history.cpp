#include "tests/fuzz/history.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

namespace fuzz {

namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
    bool percent(unsigned chance) { return below(100) < chance; }
    template <typename T>
    T one_of(std::initializer_list<T> all) {
        return all.begin()[below(all.size())];
    }

private:
    std::mt19937 random_;
};

void put(Frame& frame, std::size_t at, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i)
        frame.at(at + i) = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
}

/// What a host round the appliance of edge.nacl sends: whole, sound, and often to where something listens.
Frame packet(Dice& dice, std::uint32_t& nic) {
    const auto host = static_cast<std::uint32_t>(2 + dice.below(8));
    const std::uint32_t vlan = dice.one_of({0u, 0u, 7u, 10u, 20u});
    nic = vlan == 7 || (vlan == 0 && dice.percent(50)) ? 0 : 1;
    const std::uint32_t here = vlan == 7   ? 0xc6336400
                               : vlan != 0 ? 0x0a000000 + vlan * 256
                               : nic == 0  ? 0xcb007100
                                           : 0x0a001e00;
    const std::uint32_t source = dice.percent(80) ? here + host : 0xc0000200 + host;
    const std::uint32_t destination =
        dice.one_of<std::uint32_t>({0xcb007101, 0xcb007101, 0x0a000a01, here + 1, 0x0a001e05, 0x0a001e07,
                                    0x0a000a02, 0xc0000207, 0xcb007105, here + 255, 0xc6336409});
    const auto protocol = dice.one_of<std::uint8_t>({6, 6, 6, 17, 17, 1, 47});
    const std::size_t header = protocol == 6 ? 20 : 8,
                      data = dice.percent(10) ? dice.below(1400) : dice.below(40);
    Frame frame(14 + 20 + header + data);
    put(frame, 0, 0x0200'0000'0001 + nic, 6);
    put(frame, 6, 0x0200'0a00'0000 + host, 6);
    put(frame, 12, 0x0800, 2);
    put(frame, 14, 0x45, 1);
    put(frame, 16, 20 + header + data, 2);
    put(frame, 18, dice.below(4), 2);
    put(frame, 22, dice.one_of<std::uint8_t>({64, 64, 255, 2, 1}), 1);
    put(frame, 23, protocol, 1);
    put(frame, 26, source, 4);
    put(frame, 30, destination, 4);
    const std::size_t at = 34;
    put(frame, at, protocol == 1 ? dice.one_of({0x0800u, 0x0809u, 0x0d00u, 0x0000u}) : 40000 + dice.below(6),
        2);
    put(frame, at + 2, dice.one_of({80u, 443u, 443u, 8080u, 5060u, 22u, 13u, 9u}), 2);
    if (protocol == 17) put(frame, at + 4, header + data, 2);
    if (protocol == 1) put(frame, at + 4, 1 + dice.below(3), 2);
    if (protocol == 6) {
        put(frame, at + 4, 1000 + dice.below(3), 4);
        put(frame, at + 12, 0x5000 | dice.one_of({2u, 2u, 2u, 16u, 17u, 4u, 18u}), 2);
        put(frame, at + 14, 1000, 2);
    }
    seal(frame);
    if (vlan != 0) {
        const Frame tag = {0x81, 0, static_cast<std::uint8_t>(dice.below(16) << 4),
                           static_cast<std::uint8_t>(vlan)};
        frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    }
    return frame;
}

/// Pieces of a frame's datagram, each a step.
void add_fragments(History& history, const Frame& whole, std::uint32_t nic, Dice& dice) {
    const std::size_t at = datagram_in(whole);
    const std::size_t payload = whole.size() - at - 20, each = 8 * (1 + dice.below(12));
    std::vector<Step> pieces;
    for (std::size_t offset = 0; offset < payload; offset += each) {
        const std::size_t bytes = std::min(each, payload - offset);
        Frame piece(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at + 20));
        const auto from = whole.begin() + static_cast<std::ptrdiff_t>(at + 20 + offset);
        piece.insert(piece.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
        put(piece, at + 2, 20 + bytes, 2);
        put(piece, at + 6, offset / 8 | (offset + bytes < payload ? 0x2000 : 0), 2);
        seal(piece);
        pieces.push_back({Step::Is::frame, nic, std::move(piece)});
    }
    if (dice.percent(50)) std::ranges::reverse(pieces);
    for (auto& piece : pieces)
        if (!dice.percent(5)) history.push_back(std::move(piece));
}

void add_step(History& history, Dice& dice) {
    const auto recent = static_cast<std::uint32_t>(dice.below(dice.percent(80) ? 3 : 20));
    if (dice.percent(30)) return history.push_back({Step::Is::answer, recent});
    if (dice.percent(10)) return history.push_back({Step::Is::error, recent});
    if (dice.percent(8))
        return history.push_back({Step::Is::wait, dice.one_of({1u, 100u, 1000u, 5000u, 31000u, 400000u})});
    std::uint32_t nic = 0;
    Frame frame = packet(dice, nic);
    if (dice.percent(12)) return add_fragments(history, frame, nic, dice);
    history.push_back({Step::Is::frame, nic, std::move(frame)});
}

void damage(Frame& frame, Dice& dice) {
    for (std::size_t changes = 1 + dice.below(3); changes > 0 && !frame.empty(); --changes) {
        // Most of what is read lies among the headers.
        const std::size_t at =
            dice.below(dice.percent(80) ? std::min<std::size_t>(frame.size(), 62) : frame.size());
        switch (dice.below(5)) {
        case 0:
            frame[at] = static_cast<std::uint8_t>(dice.below(256));
            break;
        case 1:
            frame[at] ^= static_cast<std::uint8_t>(1u << dice.below(8));
            break;
        case 2:
            frame[at] = dice.one_of<std::uint8_t>({0, 1, 0x7f, 0x80, 0xff, 0x45, 0x4f});
            break;
        case 3:
            frame.resize(dice.below(frame.size() + 1));
            break;
        default:
            frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(at), dice.below(30), 1);
            break;
        }
    }
    frame.resize(std::min<std::size_t>(frame.size(), 2000));
    if (dice.percent(70)) seal(frame);
}

void change(History& history, const std::vector<History>& kept, Dice& dice) {
    const std::size_t at = dice.below(history.size());
    const auto place = history.begin() + static_cast<std::ptrdiff_t>(at);
    switch (dice.below(6)) {
    case 0:
    case 1:
        if (!history.empty() && place->is == Step::Is::frame) damage(place->bytes, dice);
        break;
    case 2:
        if (!history.empty()) history.erase(place);
        break;
    case 3:
        if (!history.empty()) history.insert(place, Step(*place));
        break;
    case 4:
        if (!kept.empty()) {
            const History& other = kept[dice.below(kept.size())];
            history.insert(place, other.begin(), other.end());
        }
        break;
    default:
        add_step(history, dice);
        break;
    }
}

constexpr std::string_view words[] = {"in", "answer", "error", "wait"};

Frame bytes_of(const std::string& hex) {
    Frame bytes;
    if (hex.size() % 2 != 0) throw std::runtime_error("half a byte in `" + hex + "`");
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        std::uint8_t byte = 0;
        const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        if (error != std::errc{} || end != hex.data() + i + 2)
            throw std::runtime_error("no byte in `" + hex + "`");
        bytes.push_back(byte);
    }
    return bytes;
}

} // namespace

History read(const std::string& text) {
    History history;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        std::istringstream words_of_line(line);
        std::string word, hex;
        Step step;
        words_of_line >> word >> step.number >> hex;
        const auto found = std::ranges::find(words, word);
        if (found == std::end(words)) throw std::runtime_error("no step: `" + line + "`");
        step.is = static_cast<Step::Is>(found - std::begin(words));
        step.bytes = bytes_of(hex);
        history.push_back(std::move(step));
    }
    return history;
}

std::string write(const History& history) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const Step& step : history) {
        text += std::string(words[static_cast<std::size_t>(step.is)]) + " " + std::to_string(step.number);
        if (!step.bytes.empty()) text += ' ';
        for (const auto byte : step.bytes) text += {digits[byte >> 4], digits[byte & 15]};
        text += '\n';
    }
    return text;
}

History Histories::make(unsigned seed) const {
    Dice dice(seed);
    History history;
    if (!kept_.empty() && dice.percent(70)) history = kept_[dice.below(kept_.size())];
    if (history.empty())
        for (std::size_t steps = 1 + dice.below(40); steps > 0; --steps) add_step(history, dice);
    for (std::size_t changes = dice.below(6); changes > 0; --changes) change(history, kept_, dice);
    history.resize(std::min(history.size(), steps_max));
    return history;
}

} // namespace fuzz
