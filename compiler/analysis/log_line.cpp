#include "compiler/analysis/log_line.hpp"

#include "compiler/eval/chains.hpp"

#include <algorithm>
#include <charconv>
#include <cctype>
#include <set>

namespace analysis {

namespace {

using model::Field;
using model::FieldKind;
using model::Value;

using Part = std::variant<std::string, Field>;
using Parts = std::vector<Part>;

constexpr std::size_t value_max_chars = 17; ///< a MAC address
constexpr std::size_t readings_max = 16;    ///< of one line

/// A log may print several lines, and need not end one.
std::vector<Parts> lines_of(const model::Log& log) {
    std::vector<Parts> lines(1);
    for (const auto& part : log.parts) {
        const auto* text = std::get_if<std::string>(&part);
        if (text == nullptr) {
            lines.back().push_back(part);
            continue;
        }
        std::string_view rest = *text;
        for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
            lines.back().emplace_back(std::string(rest.substr(0, end)));
            lines.emplace_back();
            rest.remove_prefix(end + 1);
        }
        lines.back().emplace_back(std::string(rest));
    }
    std::erase_if(lines, [](const Parts& parts) {
        return std::ranges::all_of(parts, [](const Part& part) { return part == Part(std::string()); });
    });
    return lines;
}

/// Numbers with separators between them; more than there is room for is left to the comparison with what the
/// value prints as.
Value number_of(std::string_view text, char separator, int base, Value scale) {
    Value whole = 0;
    const auto* at = text.data();
    const auto* end = at + text.size();
    while (at != end) {
        Value part = 0;
        at = std::from_chars(at, end, part, base).ptr;
        whole = whole * scale + part;
        if (at == end || *at != separator) break;
        ++at;
    }
    return whole;
}

/// One line of a log held against a text.
class Reader {
public:
    enum class Ends : std::uint8_t { there, anywhere };

    /// `ends`: where the text may go on behind the parts.
    Reader(const model::Appliance& appliance, const Parts& parts, std::string_view text, Ends ends = Ends::there)
        : appliance_(appliance), parts_(parts), text_(text), ends_(ends) {}

    /// Where nothing stands between two values there may be several ways to read them.
    std::vector<Told> readings() {
        reads(0, 0);
        return std::move(readings_);
    }

private:
    bool reads(std::size_t part, std::size_t at) {
        if (part == parts_.size()) {
            if (ends_ == Ends::there && at != text_.size()) return false;
            readings_.push_back(told_);
            return true;
        }
        if (failed_.contains({part, at}) || readings_.size() == readings_max) return false;
        const auto* written = std::get_if<std::string>(&parts_[part]);
        const bool is_read = written == nullptr
                                 ? reads(std::get<Field>(parts_[part]), part, at)
                                 : text_.substr(at).starts_with(*written) && reads(part + 1, at + written->size());
        if (!is_read) failed_.emplace(part, at);
        return is_read;
    }

    /// The longest value first, which is nearly always the right one.
    bool reads(Field field, std::size_t part, std::size_t at) {
        const auto rest = text_.substr(at);
        bool is_read = false;
        for (auto length = std::min(rest.size(), value_max_chars_of(field)); length > 0; --length) {
            const auto value = value_of(field, rest.substr(0, length));
            if (!value) continue;
            told_.emplace_back(field, *value);
            is_read |= reads(part + 1, at + length);
            told_.pop_back();
        }
        return is_read;
    }

    std::size_t value_max_chars_of(Field field) const {
        switch (model::info(field).kind) {
        case FieldKind::flags:
        case FieldKind::iface:
            return text_.size(); // names
        default:
            return value_max_chars;
        }
    }

    std::optional<Value> value_of(Field field, std::string_view text) const {
        const auto& info = model::info(field);
        switch (info.kind) {
        case FieldKind::flags:
        case FieldKind::state:
        case FieldKind::boolean:
            return named(field, text);
        case FieldKind::iface:
            if (text == "none") return model::no_iface;
            for (Value value = 0; value < appliance_.ifaces.size(); ++value)
                if (appliance_.ifaces[value].name == text) return value;
            return std::nullopt;
        default: {
            const auto value = info.kind == FieldKind::address ? number_of(text, '.', 10, 256)
                               : info.kind == FieldKind::mac   ? number_of(text, ':', 16, 256)
                                                               : number_of(text, '\0', 10, 1);
            if (value > info.max() || eval::show(field, value) != text) return std::nullopt;
            return value;
        }
        }
    }

    /// Of few values the one that prints so.
    static std::optional<Value> named(Field field, std::string_view text) {
        const auto& info = model::info(field);
        const auto last = info.kind == FieldKind::state ? Value{model::state_names.size() - 1} : info.max();
        for (Value value = 0; value <= last; ++value)
            if (eval::show(field, value) == text) return value;
        return std::nullopt;
    }

    const model::Appliance& appliance_;
    const Parts& parts_;
    std::string_view text_;
    Ends ends_;
    std::set<std::pair<std::size_t, std::size_t>> failed_;
    Told told_; ///< so far
    std::vector<Told> readings_;
};

/// Where the text may begin: at once, or behind what names the application.
std::vector<std::size_t> starts_of(std::string_view line) {
    constexpr std::string_view application = "nacl";
    std::vector<std::size_t> starts = {0};
    const auto named = line.find(application);
    if (named == line.npos) return starts;
    for (auto at = named + application.size() + 1; at < line.size(); ++at)
        if (line[at - 1] == ' ' || line[at] == ' ') starts.push_back(at);
    return starts;
}

/// Blanks at the end of a line are not looked at.
std::string_view without_end(std::string_view line) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.remove_suffix(1);
    return line;
}

Parts without_end(Parts parts) {
    if (auto* last = std::get_if<std::string>(&parts.back()))
        while (last->ends_with(' ') || last->ends_with('\t')) last->pop_back();
    return parts;
}

template <typename Visit> void each_log(const model::Block& block, const Visit& visit) {
    for (const auto& step : block) {
        if (const auto* log = std::get_if<model::Log>(&step.is)) visit(*log, step.place);
        if (const auto* enter = std::get_if<model::Enter>(&step.is)) each_log(enter->body, visit);
        const auto* branch = std::get_if<model::Branch>(&step.is);
        if (branch == nullptr) continue;
        each_log(branch->then, visit);
        each_log(branch->otherwise, visit);
    }
}

} // namespace

std::vector<Printed> printed(const model::Appliance& appliance, std::string_view line) {
    line = without_end(line);
    std::vector<Printed> result;
    for (const auto start : starts_of(line)) {
        const auto text = line.substr(start);
        for (const auto& function : appliance.functions)
            each_log(function.body, [&](const model::Log& log, const model::Place& place) {
                for (const auto& parts : lines_of(log))
                    for (auto& told : Reader(appliance, without_end(parts), text).readings())
                        result.push_back({{{&log, place}}, std::move(told), std::string(text)});
            });
        // What explains more of the line is nearer to the truth.
        if (!result.empty()) break;
    }
    return result;
}

namespace {

/// Sequences of logs, each with those that may follow it.
class Together {
public:
    Together(const model::Appliance& appliance, std::string_view text) : appliance_(appliance), text_(text) {}

    std::vector<Printed> run(const std::vector<model::FunctionId>& chain) {
        for (const auto function : chain) collect(appliance_.functions.at(function).body);
        for (std::size_t i = 0; i < logs_.size(); ++i) begin(i);
        return std::move(result_);
    }

private:
    static constexpr std::size_t together_max = 4, logs_max = 256;

    /// In the order in which a packet may come to them. A message to a syslog server is a line of its own.
    void collect(const model::Block& block) {
        for (const auto& step : block) {
            if (logs_.size() == logs_max) return;
            if (const auto* log = std::get_if<model::Log>(&step.is); log != nullptr && !log->severity)
                logs_.push_back({log, step.place});
            if (const auto* enter = std::get_if<model::Enter>(&step.is)) collect(enter->body);
            if (const auto* call = std::get_if<model::Call>(&step.is)) collect(appliance_.functions.at(call->function).body);
            if (const auto* branch = std::get_if<model::Branch>(&step.is)) {
                collect(branch->then);
                collect(branch->otherwise);
            }
        }
    }

    static bool ends_line(const model::Log& log) {
        const auto* last = std::get_if<std::string>(&log.parts.back());
        return last != nullptr && last->ends_with('\n');
    }

    void begin(std::size_t first) {
        const auto lines = lines_of(*logs_[first].log);
        if (lines.empty() || ends_line(*logs_[first].log)) return;
        by_ = {logs_[first]};
        go_on(first, lines.back());
    }

    /// With one more, which ends the line or is all in it.
    void go_on(std::size_t last, const Parts& so_far) {
        if (by_.size() == together_max || Reader(appliance_, so_far, text_, Reader::Ends::anywhere).readings().empty())
            return;
        for (auto next = last + 1; next < logs_.size() && result_.size() < readings_max; ++next) {
            const auto lines = lines_of(*logs_[next].log);
            if (lines.empty()) continue;
            auto parts = so_far;
            parts.insert(parts.end(), lines.front().begin(), lines.front().end());
            by_.push_back(logs_[next]);
            for (auto& told : Reader(appliance_, without_end(parts), text_).readings())
                result_.push_back({by_, std::move(told), std::string(text_)});
            if (lines.size() == 1 && !ends_line(*logs_[next].log)) go_on(next, parts);
            by_.pop_back();
        }
    }

    const model::Appliance& appliance_;
    std::string_view text_;
    std::vector<LogAt> logs_, by_;
    std::vector<Printed> result_;
};

} // namespace

std::vector<Printed> printed_together(const model::Appliance& appliance,
                                      const std::vector<model::FunctionId>& chain, std::string_view line) {
    return Together(appliance, without_end(line)).run(chain);
}

} // namespace analysis
