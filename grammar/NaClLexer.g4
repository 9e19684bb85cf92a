// The tokens of NaCl. What can go wrong inside a token (a string or comment that is not closed, a number that is
// none, a character that means nothing) is a token of its own, so that the parser's input never has holes and
// every such mistake gets a message with a place. The order of the rules is that of compiler/syntax/tokens.def.
lexer grammar NaClLexer;

IF     : 'if' ;
ELSE   : 'else' ;
IN     : 'in' | 'IN' ;
AND    : 'and' | '&&' ;
OR     : 'or' | '||' ;
NOT    : 'not' | '!' ;
TRUE   : 'true' ;
FALSE  : 'false' ;

EQ     : '==' ;
NE     : '!=' ;
LE     : '<=' ;
GE     : '>=' ;
LT     : '<' ;
GT     : '>' ;
ARROW  : '->' ;
MINUS  : '-' ;
SLASH  : '/' ;
DOT    : '.' ;
COLON  : ':' ;
COMMA  : ',' ;
LBRACE : '{' ;
RBRACE : '}' ;
LBRACK : '[' ;
RBRACK : ']' ;
LPAREN : '(' ;
RPAREN : ')' ;

NAME    : LETTER ( LETTER | DIGIT | '_' | '-' )* ;
ADDRESS : DIGIT+ '.' DIGIT+ '.' DIGIT+ '.' DIGIT+ ;
DECIMAL : DIGIT+ '.' DIGIT+ ;
INTEGER : DIGIT+ ;
HEX     : '0' [xX] [0-9a-fA-F]+ ;
// Longer than any number: `5x`, `10.0.0`, `1.2.3.4.5`, `0xZZ`.
BAD_NUMBER : DIGIT+ ( '.' DIGIT+ )* ( ( LETTER | '_' ) ( LETTER | DIGIT | '_' )* )? ;

STRING     : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )* '"' ;
BAD_STRING : '"' ( '\\' ~[\r\n] | ~["\\\r\n] )* '\\'? ;

BLOCK_COMMENT : '/*' ( ~'*' | '*'+ ~[*/] )* '*'+ '/' -> channel(HIDDEN) ;
BAD_COMMENT   : '/*' ( ~'*' | '*'+ ~[*/] )* '*'* ;
LINE_COMMENT  : ( '#' | '//' ) ~[\r\n]* -> channel(HIDDEN) ;
SPACE         : [ \t\r\n]+ -> skip ;

BAD_CHARACTER : . ;

fragment LETTER : [a-zA-Z] ;
fragment DIGIT  : [0-9] ;
