#include "compiler/syntax/antlr.hpp"

#include "compiler/syntax/keyless.hpp"
#include "compiler/syntax/literal.hpp"
#include "compiler/syntax/utf8.hpp"
#include "compiler/syntax/words.hpp"

#include "NaClLexer.h"
#include "NaClParser.h"

#include <algorithm>
#include <utility>

namespace syntax {

namespace {

// Our enumeration of tokens is the lexer's, less its end of file.
#define TOKEN(name, RULE, text)                                                                              \
    static_assert(NaClLexer::RULE == static_cast<std::size_t>(TokenKind::name) + 1);
#include "compiler/syntax/tokens.def"

TokenKind kind_of(std::size_t antlr_type) {
    return antlr_type == antlr4::Token::EOF ? TokenKind::end_of_file : static_cast<TokenKind>(antlr_type - 1);
}

Position end_of(Position at, std::string_view text) {
    const auto lines = std::count(text.begin(), text.end(), '\n');
    if (lines == 0) return {at.line, at.column + characters_in(text)};
    return {at.line + static_cast<std::uint32_t>(lines),
            1 + characters_in(text.substr(text.rfind('\n') + 1))};
}

/// ANTLR counts from the first token of what it was given; these indexes are ours.
class Piece {
public:
    Piece(const Tokens& tokens, Range range) : tokens_(tokens), range_(range) {}

    std::size_t index(const antlr4::Token& token) const { return range_.begin + token.getTokenIndex(); }
    const Token& operator[](std::size_t index) const { return tokens_[index]; }
    const Token& token(const antlr4::Token& token) const { return tokens_[index(token)]; }
    auto begin() const { return tokens_.begin() + static_cast<std::ptrdiff_t>(range_.begin); }
    auto end() const { return tokens_.begin() + static_cast<std::ptrdiff_t>(range_.end); }
    std::size_t size() const { return range_.end - range_.begin; }

    /// Any token of the file, or its end.
    Token at(std::size_t index) const {
        if (index < tokens_.size()) return tokens_[index];
        const auto file = tokens_.empty() ? FileId{} : tokens_.back().span.file;
        const auto last = tokens_.empty() ? Position{} : tokens_.back().span.end;
        return {TokenKind::end_of_file, "", {file, last, last}};
    }

private:
    const Tokens& tokens_;
    Range range_;
};

class ErrorCollector : public antlr4::BaseErrorListener {
public:
    explicit ErrorCollector(const Piece& piece) : piece_(piece) {}

    void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, std::size_t, std::size_t,
                     const std::string&, std::exception_ptr error) override {
        const auto index = piece_.index(*offending);
        auto& parser = *dynamic_cast<antlr4::Parser*>(recognizer);
        // Before the first token stands as little as behind the last one.
        SyntaxError problem{index, part(parser, index), piece_.at(index), piece_.at(index - 1), {}};
        const auto expected_types = expected(parser, error);
        for (const auto& interval : expected_types.getIntervals())
            for (auto type = interval.a; type <= interval.b; ++type)
                problem.expected.push_back(kind_of(static_cast<std::size_t>(type)));
        errors.push_back(std::move(problem));
    }

    std::vector<SyntaxError> errors;

private:
    std::size_t part(antlr4::Parser& parser, std::size_t index) const {
        for (antlr4::RuleContext* rule = parser.getContext(); rule != nullptr;
             rule = dynamic_cast<antlr4::RuleContext*>(rule->parent)) {
            const auto kind = rule->getRuleIndex();
            if (kind == NaClParser::RuleItem || kind == NaClParser::RuleStatement ||
                kind == NaClParser::RulePair)
                return piece_.index(*dynamic_cast<antlr4::ParserRuleContext*>(rule)->getStart());
        }
        return index;
    }

    static antlr4::misc::IntervalSet expected(antlr4::Parser& parser, const std::exception_ptr& error) {
        try {
            if (error) std::rethrow_exception(error);
        } catch (const antlr4::RecognitionException& e) {
            return e.getExpectedTokens();
        } catch (...) {
        }
        return parser.getExpectedTokens();
    }

    const Piece& piece_;
};

/// Recovers by skipping tokens, never by conjuring one up: every token of the tree is one of ours.
class Recovery : public antlr4::DefaultErrorStrategy {
protected:
    bool singleTokenInsertion(antlr4::Parser*) override { return false; }
};

bool has_error(const antlr4::tree::ParseTree& tree) {
    if (dynamic_cast<const antlr4::tree::ErrorNode*>(&tree) != nullptr) return true;
    const auto* rule = dynamic_cast<const antlr4::ParserRuleContext*>(&tree);
    if (rule != nullptr && rule->exception) return true;
    return std::any_of(tree.children.begin(), tree.children.end(),
                       [](const auto* child) { return has_error(*child); });
}

/// Walks the parse tree of a declaration without syntax errors.
class Builder {
public:
    using P = NaClParser;

    Builder(const Piece& tokens, Diagnostics& diagnostics) : tokens_(tokens), diagnostics_(diagnostics) {}

    Declaration declaration(P::ItemContext& item) {
        if (auto* f = item.function()) return function(*f);
        if (auto* t = item.typed()) {
            auto* whole = t->value()->object(); // which is no list, whatever it holds
            return Typed{name(t->NAME(0)), name(t->NAME(1)),
                         whole ? Value{object(*whole), span(*whole)} : value(*t->value()), span(*t)};
        }
        if (auto* i = item.importing()) {
            const bool is_guess = token(i->STRING()).inserted; // where the path ends is not known
            if (is_guess || !is_import(token(i->NAME()), token(i->STRING()))) return Import{"", span(*i)};
            const auto path = string_value(token(i->STRING()), diagnostics_);
            const auto* text = std::get_if<String>(&path.is);
            if (text != nullptr && text->text.empty())
                diagnostics_.report({Kind::unreadable_file, path.span, "this path is empty"});
            return Import{text ? text->text : std::string(), span(*i)};
        }
        auto& u = *item.untyped();
        return Untyped{path(*u.path()), value(*u.value()), span(u)};
    }

    /// Any word before a string parses, for the sake of this message.
    bool is_import(const Token& word, const Token& path) {
        if (lower(word.text) == "import") return true;
        diagnostics_.report(
            {Kind::syntax_error,
             word.span,
             syntax::quoted(word.text) + " has no meaning before a string",
             {},
             "write `import " + path.text + "`, or `" + word.text + ": " + path.text + "` for a value"});
        return false;
    }

    const Token& token(antlr4::tree::TerminalNode* node) const {
        return tokens_.token(*node->getSymbol());
    }
    Span span(antlr4::ParserRuleContext& rule) const {
        return join(tokens_.token(*rule.getStart()).span, tokens_.token(*rule.getStop()).span);
    }

    Name name(antlr4::tree::TerminalNode* node) const { return {token(node).text, token(node).span}; }

    Name key(P::KeyContext& rule) {
        const auto& t = tokens_.token(*rule.getStart());
        if (!t.inserted && std::isalpha(static_cast<unsigned char>(t.text[0])) == 0)
            diagnostics_.report({Kind::bad_key, t.span, "`" + t.text + "` cannot be a key"});
        return {t.text, t.span};
    }

    Path path(P::PathContext& rule) {
        Path result{{name(rule.NAME())}, span(rule)};
        for (auto* part : rule.key()) result.parts.push_back(key(*part));
        return result;
    }

    Value number(P::NumberContext& rule) {
        const bool negative = rule.MINUS() != nullptr;
        const auto index = tokens_.index(*rule.getStart()) + (negative ? 2 : 0);
        return number_value(tokens_[index], negative, span(rule), diagnostics_);
    }

    Value value(P::ValueContext& rule) {
        const auto where = span(rule);
        if (rule.TRUE()) return {Boolean{true}, where};
        if (rule.FALSE()) return {Boolean{false}, where};
        if (rule.STRING()) {
            // Where it ends is a guess, and that it has not the right quotes has been said.
            if (token(rule.STRING()).inserted) return {Bad{}, where};
            return string_value(token(rule.STRING()), diagnostics_);
        }
        if (auto* n = rule.number()) return number(*n);
        if (auto* p = rule.path()) {
            // `@admins`: the message about the character says what is wrong with this value.
            if (tokens_.token(*p->getStart()).inserted) return {Bad{}, where};
            return {path(*p), where};
        }
        if (auto* c = rule.call()) return {Call{path(*c->path()), arguments(*c->arguments())}, where};
        if (auto* l = rule.list()) return list(*l);
        if (auto* o = rule.object()) return object_value(*o);
        if (auto* c = rule.cidr()) {
            const auto first = tokens_.index(*c->getStart());
            const bool negative = c->MINUS() != nullptr;
            return cidr_value(tokens_[first], tokens_[first + (negative ? 4 : 2)], negative, where,
                              diagnostics_);
        }
        auto* r = rule.range();
        const auto low = number(*r->number(0));
        return range_value(low, number(*r->number(1)), where, diagnostics_);
    }

    std::vector<Value> values(const std::vector<P::ValueContext*>& rules) {
        std::vector<Value> result;
        for (auto* rule : rules) result.push_back(value(*rule));
        return result;
    }

    Value list(P::ListContext& rule) {
        check_commas(rule.children);
        return {List{values(rule.value())}, span(rule)};
    }

    Object object(P::ObjectContext& rule) {
        check_commas(rule.children);
        Object result;
        std::vector<Value> keyless;
        bool is_said = false;
        for (auto* p : rule.pair()) {
            if (p->key() == nullptr) {
                is_said |= tokens_.token(*p->getStart()).inserted;
                keyless.push_back(keyless_value(*p));
                continue;
            }
            auto k = key(*p->key());
            result.pairs.push_back({std::move(k), value(*p->value())});
        }
        if (!keyless.empty()) add_keyless(result, std::move(keyless), is_said, diagnostics_);
        return result;
    }

    Value keyless_value(P::PairContext& rule) {
        return rule.object() != nullptr ? object_value(*rule.object()) : list(*rule.list());
    }

    /// `{ { … }, { … } }`, where no member has a key, is a list.
    Value object_value(P::ObjectContext& rule) {
        const auto pairs = rule.pair();
        const bool is_list = !pairs.empty() && std::ranges::all_of(pairs, [](auto* p) { return p->key() == nullptr; });
        if (!is_list) return {object(rule), span(rule)};
        diagnostics_.report({Kind::mismatched_bracket, token(rule.LBRACE()).span,
                             "a list stands between `[` and `]`", {}, "write `[…]`"});
        List items;
        for (auto* p : pairs) items.items.push_back(keyless_value(*p));
        return {std::move(items), span(rule)};
    }

    std::vector<Value> arguments(P::ArgumentsContext& rule) {
        check_commas(rule.children);
        return values(rule.value());
    }

    /// A member that stands twice, which is told where the keys are read: the comma is a part of it.
    bool is_doubled(antlr4::ParserRuleContext* before, antlr4::ParserRuleContext* item) const {
        auto* first = dynamic_cast<P::PairContext*>(before);
        auto* second = dynamic_cast<P::PairContext*>(item);
        return first != nullptr && second != nullptr && first->key() != nullptr &&
               tokens_.token(*first->getStart()).text == tokens_.token(*second->getStart()).text;
    }

    /// The grammar lets two items follow each other without a comma, for the sake of this message.
    void check_commas(const std::vector<antlr4::tree::ParseTree*>& children) {
        antlr4::ParserRuleContext* before = nullptr;
        for (auto* child : children) {
            auto* item = dynamic_cast<antlr4::ParserRuleContext*>(child);
            // Behind a bracket that was closed for the user the comma is a part of the same mistake.
            const auto start = item == nullptr ? 0 : tokens_.index(*item->getStart());
            const bool is_news = item != nullptr && before != nullptr && !tokens_[start - 1].inserted &&
                                 !tokens_[start].inserted;
            if (is_news && !is_doubled(before, item))
                diagnostics_.report({Kind::missing_comma,
                                     tokens_.token(*item->getStart()).span,
                                     "a `,` is missing before this",
                                     {},
                                     "write `,` between the items"});
            before = item;
        }
    }

    Function function(P::FunctionContext& rule) {
        Function result{name(rule.NAME(0)), name(rule.NAME(1)), std::nullopt, std::nullopt, {}, span(rule)};
        if (rule.NAME().size() > 2) result.name = name(rule.NAME(2));
        if (auto* t = rule.target()) {
            result.target = Target{path(*t->path(0)), std::nullopt, span(*t)};
            if (t->path().size() > 1) result.target->to = path(*t->path(1));
        }
        result.body = body(*rule.body(), "a function");
        return result;
    }

    std::vector<Statement> body(P::BodyContext& rule, const std::string& of) {
        std::vector<Statement> result;
        for (auto* s : rule.statement()) result.push_back(statement(*s));
        if (result.empty())
            diagnostics_.report({Kind::empty_body,
                                 span(rule),
                                 "the body of " + of + " is empty",
                                 {},
                                 "say what happens to the packet, or leave the whole out"});
        return result;
    }

    Statement statement(P::StatementContext& rule) {
        const auto where = span(rule);
        if (auto* f = rule.function()) return {function(*f), where};
        if (auto* c = rule.conditional()) return {conditional(*c), where};
        auto& a = *rule.action();
        Action action{path(*a.path()), a.arguments() != nullptr, {}};
        if (a.arguments()) action.arguments = arguments(*a.arguments());
        return {std::move(action), where};
    }

    Conditional conditional(P::ConditionalContext& rule) {
        Conditional result;
        result.arms.push_back(arm(*rule.arm()));
        bool is_over = false, is_said = false;
        for (auto* rest : rule.otherwise()) {
            if (is_over && !std::exchange(is_said, true)) report_late_else(*rest);
            if (auto* b = rest->body()) {
                result.otherwise = body(*b, "an `else`");
                is_over = true;
            } else {
                result.arms.push_back(arm(*rest->arm()));
            }
        }
        return result;
    }

    /// The grammar lets an `else` stand behind the last one, for the sake of this message.
    void report_late_else(P::OtherwiseContext& rule) {
        diagnostics_.report({Kind::syntax_error,
                             token(rule.ELSE()).span,
                             "this `if` has had its `else`",
                             {},
                             "write `else if (condition) { … }` for what stands before the last one"});
    }

    Arm arm(P::ArmContext& rule) {
        return {expression(*rule.expression()), body(*rule.body(), "an `if`"), span(rule)};
    }

    /// `and` and `or` of a single operand are that operand.
    template <typename Node, typename Rule>
    Expression chain(std::vector<Rule*> operands, const Span& where) {
        if (operands.size() == 1) return expression(*operands.front());
        Node node;
        for (auto* operand : operands) node.operands.push_back(expression(*operand));
        return {std::move(node), where};
    }

    Expression expression(P::ExpressionContext& rule) { return chain<Or>(rule.conjunction(), span(rule)); }
    Expression expression(P::ConjunctionContext& rule) { return chain<And>(rule.negation(), span(rule)); }

    Expression expression(P::NegationContext& rule) {
        if (auto* u = rule.unit())
            return u->expression() ? expression(*u->expression()) : comparison(*u->comparison());
        Not negation;
        negation.operand.push_back(expression(*rule.negation()));
        return {std::move(negation), span(rule)};
    }

    Expression comparison(P::ComparisonContext& rule) {
        const auto where = span(rule);
        auto left = value(*rule.value(0));
        if (rule.relation().empty()) return {std::move(left), where};
        const auto relations = rule.relation();
        if (relations.size() > 1)
            diagnostics_.report({Kind::chained_comparison,
                                 span(*relations[1]),
                                 "comparisons cannot be chained",
                                 {},
                                 "write two of them with `and` between"});
        const auto& sign = tokens_.token(*relations[0]->getStart());
        return {Comparison{operator_of(sign.kind), sign.span, std::move(left), value(*rule.value(1))}, where};
    }

    static Operator operator_of(TokenKind kind) {
        switch (kind) {
        case TokenKind::equal:
            return Operator::equal;
        case TokenKind::not_equal:
            return Operator::not_equal;
        case TokenKind::less:
            return Operator::less;
        case TokenKind::greater:
            return Operator::greater;
        case TokenKind::less_equal:
            return Operator::less_equal;
        case TokenKind::greater_equal:
            return Operator::greater_equal;
        default:
            return Operator::in;
        }
    }

private:
    const Piece& tokens_;
    Diagnostics& diagnostics_;
};

std::vector<std::unique_ptr<antlr4::Token>> antlr_tokens(const Piece& piece) {
    std::vector<std::unique_ptr<antlr4::Token>> result;
    result.reserve(piece.size() + 1);
    for (const auto& token : piece) {
        auto made =
            std::make_unique<antlr4::CommonToken>(static_cast<std::size_t>(token.kind) + 1, token.text);
        made->setLine(token.span.begin.line);
        made->setCharPositionInLine(token.span.begin.column - 1);
        result.push_back(std::move(made));
    }
    result.push_back(std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF, ""));
    return result;
}

} // namespace

Tokens lex(FileId file, std::string_view text) {
    antlr4::ANTLRInputStream input{std::string(text)};
    NaClLexer lexer(&input);
    Tokens tokens;
    std::size_t characters = 0, bytes = 0; // ANTLR counts those, a text has these
    const auto offset = [&](std::size_t character) {
        for (; characters < character; ++characters) bytes += character_bytes(text.substr(bytes));
        return bytes;
    };
    // Each is let go once it is ours: all of ANTLR's together take several times the room.
    for (auto token = lexer.nextToken(); token->getType() != antlr4::Token::EOF; token = lexer.nextToken()) {
        const auto first = offset(token->getStartIndex());
        std::string content(text.substr(first, offset(token->getStopIndex() + 1) - first));
        const Position begin{static_cast<std::uint32_t>(token->getLine()),
                             static_cast<std::uint32_t>(token->getCharPositionInLine()) + 1};
        const auto end = end_of(begin, content);
        tokens.push_back({kind_of(token->getType()), std::move(content), {file, begin, end}});
    }
    return tokens;
}

Tree parse_tokens(const Tokens& tokens, Range range, Diagnostics& diagnostics) {
    const Piece piece(tokens, range);
    antlr4::ListTokenSource source(antlr_tokens(piece));
    antlr4::CommonTokenStream stream(&source);
    NaClParser parser(&stream);
    ErrorCollector collector(piece);
    parser.removeErrorListeners();
    parser.addErrorListener(&collector);
    parser.setErrorHandler(std::make_shared<Recovery>());
    auto* program = parser.program();
    Tree tree{{}, std::move(collector.errors)};
    Builder builder(piece, diagnostics);
    for (auto* item : program->item())
        if (tree.errors.empty() || !has_error(*item)) tree.declarations.push_back(builder.declaration(*item));
    return tree;
}

} // namespace syntax
