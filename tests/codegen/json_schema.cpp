#include "tests/codegen/json_schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>

namespace {

using nlohmann::json;

class Validator {
public:
    explicit Validator(const json& root) : root_(root) {}

    std::string check(const json& schema, const json& value, const std::string& at) const {
        for (const auto& [keyword, argument] : schema.items())
            if (auto wrong = keyword_holds(schema, keyword, argument, value, at); !wrong.empty()) return wrong;
        return {};
    }

private:
    static std::string unless(bool holds, const std::string& at, const std::string& keyword, const json& value) {
        return holds ? "" : at + ": " + keyword + " does not hold for " + value.dump().substr(0, 200);
    }

    static bool is_of(const std::string& type, const json& value) {
        return type == "object"    ? value.is_object()
               : type == "array"   ? value.is_array()
               : type == "string"  ? value.is_string()
               : type == "boolean" ? value.is_boolean()
               : type == "integer" ? value.is_number_integer()
                                   : type == "null" && value.is_null();
    }

    std::string keyword_holds(const json& schema, const std::string& keyword, const json& argument, const json& value,
                              const std::string& at) const {
        const auto holds = [&](bool it_does) { return unless(it_does, at, keyword, value); };
        if (keyword == "$schema" || keyword == "$defs" || keyword == "title" || keyword == "description") return {};
        if (keyword == "$ref") return check(root_.at(json::json_pointer(argument.get<std::string>().substr(1))), value, at);
        if (keyword == "type") return holds(is_of(argument, value));
        if (keyword == "const") return holds(value == argument);
        if (keyword == "enum") return holds(std::ranges::find(argument, value) != argument.end());
        if (keyword == "anyOf" || keyword == "oneOf") {
            const auto matches = std::ranges::count_if(
                argument, [&](const json& one) { return check(one, value, at).empty(); });
            return holds(keyword == "oneOf" ? matches == 1 : matches > 0);
        }
        if (keyword == "minimum") return holds(!value.is_number() || value >= argument);
        if (keyword == "maximum") return holds(!value.is_number() || value <= argument);
        if (keyword == "minItems") return holds(!value.is_array() || value.size() >= argument);
        if (keyword == "maxItems") return holds(!value.is_array() || value.size() <= argument);
        if (keyword == "pattern")
            return holds(!value.is_string() ||
                         std::regex_search(value.get<std::string>(), std::regex(argument.get<std::string>())));
        if (keyword == "items") return items_hold(argument, value, at);
        if (keyword == "properties") return properties_hold(argument, value, at);
        if (keyword == "required")
            return holds(!value.is_object() ||
                         std::ranges::all_of(argument, [&](const json& key) { return value.contains(key); }));
        if (keyword == "additionalProperties" && argument == false) return nothing_more(schema, value, at);
        return at + ": the keyword " + keyword + " is not known";
    }

    std::string items_hold(const json& schema, const json& value, const std::string& at) const {
        for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
            if (auto wrong = check(schema, value[i], at + '/' + std::to_string(i)); !wrong.empty()) return wrong;
        return {};
    }

    std::string properties_hold(const json& schemas, const json& value, const std::string& at) const {
        for (const auto& [key, schema] : schemas.items())
            if (value.is_object() && value.contains(key))
                if (auto wrong = check(schema, value[key], at + '/' + key); !wrong.empty()) return wrong;
        return {};
    }

    static std::string nothing_more(const json& schema, const json& value, const std::string& at) {
        if (!value.is_object()) return {};
        for (const auto& [key, member] : value.items())
            if (!schema.at("properties").contains(key)) return at + ": nothing is said about " + key;
        return {};
    }

    const json& root_;
};

} // namespace

std::string nonconformity(const json& schema, const json& value) { return Validator(schema).check(schema, value, ""); }
