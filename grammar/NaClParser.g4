// The syntax of NaCl. It is wider than the language where that makes a better message: a missing comma or key, an
// empty body or a chained comparison is found by whoever builds the syntax tree, not here.
parser grammar NaClParser;
options { tokenVocab = NaClLexer; }

program    : item* EOF ;
item       : function | importing | typed | untyped ;

importing  : NAME STRING ;
typed      : NAME NAME value ;
untyped    : path COLON value ;
function   : NAME COLON COLON NAME NAME? target? body ;
target     : LPAREN path ( ARROW path )? RPAREN ;

body       : LBRACE statement* RBRACE ;
statement  : function | conditional | action ;
action     : path arguments? ;
arguments  : LPAREN ( value ( COMMA? value )* COMMA? )? RPAREN ;
conditional : arm otherwise* ;
arm        : IF LPAREN expression RPAREN body ;
otherwise  : ELSE ( body | arm ) ;

expression  : conjunction ( OR conjunction )* ;
conjunction : negation ( AND negation )* ;
negation    : NOT negation | unit ;
unit        : LPAREN expression RPAREN | comparison ;
comparison  : value ( relation value )* ;
relation    : EQ | NE | LE | GE | LT | GT | IN ;

value   : TRUE | FALSE | STRING | cidr | range | number | call | path | object | list ;
number  : INTEGER | HEX | DECIMAL | ADDRESS | BAD_NUMBER
        | LPAREN MINUS ( INTEGER | HEX | DECIMAL | BAD_NUMBER ) RPAREN ;
range   : number MINUS number ;
cidr    : ( ADDRESS | BAD_NUMBER ) SLASH ( INTEGER | BAD_NUMBER | LPAREN MINUS INTEGER RPAREN ) ;
call    : path arguments ;
path    : NAME ( DOT key )* ;
object  : LBRACE ( pair ( COMMA? pair )* COMMA? )? RBRACE ;
pair    : key COLON value | object | list ;
list    : LBRACK ( value ( COMMA? value )* COMMA? )? RBRACK ;
key     : NAME | IF | ELSE | IN | AND | OR | NOT | TRUE | FALSE ;
