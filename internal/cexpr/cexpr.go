// Package cexpr evaluates the conditions of #if like a C preprocessor, as far
// as they can be known: a name may be unknown, and if the result depends on it,
// the result is unknown too. It reads no text but conditions and the values of
// macros, and knows no macro itself.
package cexpr

import (
	"regexp"
	"strconv"
	"strings"
)

// Names says what is known of macros.
type Names interface {
	// Defined tells whether a macro is defined; known is false where that can't
	// be told.
	Defined(name string) (is, known bool)
	// Value is a macro's text. is and known are as Defined's, but for a macro
	// that is defined with what can't be known: that is not known.
	Value(name string) (text string, is, known bool)
}

// Bounds on a condition: the longest of Mbed TLS's check_config.h has 60
// tokens. A few macros can double it many times.
const (
	maxTokens = 500
	maxDepth  = 50
	maxSteps  = 20_000
)

var token = regexp.MustCompile(`\w+|&&|\|\||<<|>>|[=!<>]=|[^\s\w]`)

// Tokens cuts the text of a condition without comments into tokens.
func Tokens(text string) []string { return token.FindAllString(text, maxTokens+1) }

// Evaluate is the value of a condition; known is false if it can't be decided,
// also because it is no condition at all.
func Evaluate(tokens []string, names Names) (n int64, known bool) {
	steps := maxSteps
	e := evaluator{tokens: tokens, names: names, steps: &steps}
	v := e.ternary(0)
	return v.n, v.known && e.whole()
}

// number is a value, if it is known.
type number struct {
	n     int64
	known bool
}

func truth(b bool) number {
	if b {
		return number{1, true}
	}
	return number{0, true}
}

type evaluator struct {
	tokens []string
	names  Names
	within []string // macros whose value this is
	pos    int
	bad    bool
	steps  *int // left, shared with the values of macros
}

// whole says that all tokens were read, and rightly.
func (e *evaluator) whole() bool {
	return !e.bad && e.pos == len(e.tokens) && len(e.tokens) <= maxTokens
}

func (e *evaluator) peek() string {
	if e.pos < len(e.tokens) {
		return e.tokens[e.pos]
	}
	return ""
}

// expect reads one token.
func (e *evaluator) expect(t string) {
	if e.peek() != t {
		e.bad = true
	}
	e.pos++
}

// spent bounds the work.
func (e *evaluator) spent(depth int) bool {
	if *e.steps--; *e.steps < 0 || depth > maxDepth {
		e.bad = true
	}
	return e.bad
}

func (e *evaluator) ternary(depth int) number {
	c := e.binary(0, depth)
	if e.peek() != "?" || e.spent(depth) {
		return c
	}
	e.pos++
	a := e.ternary(depth + 1)
	e.expect(":")
	b := e.ternary(depth + 1)
	switch {
	case !c.known && a == b:
		return a
	case !c.known:
		return number{}
	case c.n != 0:
		return a
	}
	return b
}

// precedence of binary operators, C11 6.5.
var precedence = map[string]int{"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6,
	"<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10}

func (e *evaluator) binary(least, depth int) number {
	if e.spent(depth) {
		return number{}
	}
	v := e.unary(depth)
	for {
		op := e.peek()
		p, ok := precedence[op]
		if !ok || p <= least {
			return v
		}
		e.pos++
		v = operate(op, v, e.binary(p, depth+1))
	}
}

func operate(op string, a, b number) number {
	switch op {
	case "||":
		if a.known && a.n != 0 || b.known && b.n != 0 {
			return number{1, true}
		}
		return number{0, a.known && b.known}
	case "&&":
		if a.known && a.n == 0 || b.known && b.n == 0 {
			return number{0, true}
		}
		return number{1, a.known && b.known}
	}
	if !a.known || !b.known {
		return number{}
	}
	switch op {
	case "|":
		return number{a.n | b.n, true}
	case "^":
		return number{a.n ^ b.n, true}
	case "&":
		return number{a.n & b.n, true}
	case "==":
		return truth(a.n == b.n)
	case "!=":
		return truth(a.n != b.n)
	case "<":
		return truth(a.n < b.n)
	case ">":
		return truth(a.n > b.n)
	case "<=":
		return truth(a.n <= b.n)
	case ">=":
		return truth(a.n >= b.n)
	case "+":
		return number{a.n + b.n, true}
	case "-":
		return number{a.n - b.n, true}
	case "*":
		return number{a.n * b.n, true}
	case "<<", ">>":
		if b.n < 0 || b.n > 63 {
			return number{}
		}
		if op == "<<" {
			return number{a.n << b.n, true}
		}
		return number{a.n >> b.n, true}
	}
	if b.n == 0 {
		return number{}
	}
	if op == "/" {
		return number{a.n / b.n, true}
	}
	return number{a.n % b.n, true}
}

func (e *evaluator) unary(depth int) number {
	if e.spent(depth) {
		return number{}
	}
	t := e.peek()
	e.pos++
	switch {
	case t == "!":
		v := e.unary(depth + 1)
		return number{truth(v.n == 0).n, v.known}
	case t == "-":
		v := e.unary(depth + 1)
		return number{-v.n, v.known}
	case t == "+":
		return e.unary(depth + 1)
	case t == "~":
		v := e.unary(depth + 1)
		return number{^v.n, v.known}
	case t == "(":
		v := e.ternary(depth + 1)
		e.expect(")")
		return v
	case t == "defined":
		return e.defined()
	case t != "" && t[0] >= '0' && t[0] <= '9':
		n, err := strconv.ParseInt(strings.TrimRight(t, "uUlL"), 0, 64)
		return number{n, err == nil}
	case !isName(t):
		e.bad = true
		return number{}
	case e.peek() == "(":
		e.skip() // a macro with parameters, __has_include
		return number{}
	}
	return e.value(t, depth)
}

func (e *evaluator) defined() number {
	parens := e.peek() == "("
	if parens {
		e.pos++
	}
	name := e.peek()
	e.pos++
	if parens {
		e.expect(")")
	}
	is, known := e.names.Defined(name)
	return number{truth(is).n, known && isName(name)}
}

// value is the number a macro stands for.
func (e *evaluator) value(name string, depth int) number {
	text, is, known := e.names.Value(name)
	if !known || !is {
		return number{0, known}
	}
	for _, w := range e.within {
		if w == name {
			return number{} // it means itself
		}
	}
	inner := evaluator{tokens: Tokens(text), names: e.names, within: append(e.within[:len(e.within):len(e.within)], name), steps: e.steps}
	v := inner.ternary(depth + 1)
	return number{v.n, v.known && inner.whole()}
}

// skip reads parentheses and what they hold.
func (e *evaluator) skip() {
	for depth := 0; e.pos < len(e.tokens); {
		t := e.tokens[e.pos]
		e.pos++
		if t == "(" {
			depth++
		} else if t == ")" {
			if depth--; depth == 0 {
				return
			}
		}
	}
	e.bad = true
}

func isName(t string) bool {
	return t != "" && (t[0] == '_' || t[0] >= 'a' && t[0] <= 'z' || t[0] >= 'A' && t[0] <= 'Z')
}
