package cexpr

import (
	"slices"
	"strings"
)

// Truth is Kleene's: a condition that can't be decided is both.
type Truth int

// What a condition may be.
const (
	Unknown Truth = iota
	Yes
	No
)

// TruthOf returns the truth value of a known condition.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Not is a condition's negation.
func (t Truth) Not() Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Unknown
}

// Either is a disjunction.
func Either(a, b Truth) Truth {
	if a == Yes || b == Yes {
		return Yes
	}
	if a == No && b == No {
		return No
	}
	return Unknown
}

// Both is a conjunction.
func Both(a, b Truth) Truth { return Either(a.Not(), b.Not()).Not() }

// Cond is a condition as a tree. What is neither defined, !, && nor || stays
// the tokens it is made of.
type Cond struct {
	Op     Op
	A, B   *Cond    // of OpNot (A alone), OpAnd and OpOr
	Name   string   // of OpDefined
	Tokens []string // of OpTerm
}

// Op is what a Cond does.
type Op int

// Kinds of Cond.
const (
	OpTerm Op = iota
	OpDefined
	OpNot
	OpAnd
	OpOr
)

// maxNested bounds the parentheses in a condition.
const maxNested = 50

// ParseCond reads what follows an #if, #ifdef, #ifndef or #elif.
func ParseCond(directive, text string) *Cond {
	tokens := Tokens(text)
	whole := &Cond{Op: OpTerm, Tokens: tokens}
	switch directive {
	case "ifdef", "ifndef":
		if len(tokens) != 1 {
			return &Cond{Op: OpTerm}
		}
		c := &Cond{Op: OpDefined, Name: tokens[0]}
		if directive == "ifndef" {
			c = &Cond{Op: OpNot, A: c}
		}
		return c
	}
	if len(tokens) > maxTokens {
		return &Cond{Op: OpTerm}
	}
	p := condParser{tokens: tokens}
	c := p.or(0)
	if p.bad || p.pos != len(p.tokens) {
		return whole
	}
	return c
}

// Eval tells a condition; defined answers for macros, term for the rest.
func (c *Cond) Eval(defined func(string) Truth, term func([]string) Truth) Truth {
	switch c.Op {
	case OpDefined:
		return defined(c.Name)
	case OpNot:
		return c.A.Eval(defined, term).Not()
	case OpAnd:
		return Both(c.A.Eval(defined, term), c.B.Eval(defined, term))
	case OpOr:
		return Either(c.A.Eval(defined, term), c.B.Eval(defined, term))
	}
	return term(c.Tokens)
}

type condParser struct {
	tokens []string
	pos    int
	bad    bool
}

func (p *condParser) peek() string {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos]
	}
	return ""
}

func (p *condParser) take(token string) {
	if p.peek() != token {
		p.bad = true
		return
	}
	p.pos++
}

func (p *condParser) or(depth int) *Cond {
	c := p.and(depth)
	for p.peek() == "||" {
		p.pos++
		c = &Cond{Op: OpOr, A: c, B: p.and(depth)}
	}
	return c
}

func (p *condParser) and(depth int) *Cond {
	c := p.operand(depth)
	for p.peek() == "&&" {
		p.pos++
		c = &Cond{Op: OpAnd, A: c, B: p.operand(depth)}
	}
	return c
}

// operand reads up to the next && || or closing parenthesis: a logical term,
// or one with other operators, which is kept as a whole.
func (p *condParser) operand(depth int) *Cond {
	start := p.pos
	c := p.primary(depth)
	if t := p.peek(); p.pos > start && (t == "" || t == "&&" || t == "||" || t == ")") {
		return c
	}
	nested := 0
	for ; p.pos < len(p.tokens); p.pos++ {
		switch t := p.tokens[p.pos]; {
		case t == "(":
			nested++
		case t == ")" && nested > 0:
			nested--
		case t == ")" || nested == 0 && (t == "&&" || t == "||"):
			return &Cond{Op: OpTerm, Tokens: p.tokens[start:p.pos]}
		case t == "?" || t == ":":
			p.bad = true // binds weaker than ||
			return c
		}
	}
	return &Cond{Op: OpTerm, Tokens: p.tokens[start:p.pos]}
}

// primary reads !x, (x), defined X, defined(X) or one other token.
func (p *condParser) primary(depth int) *Cond {
	if depth > maxNested || p.bad {
		p.bad = true
		return &Cond{Op: OpTerm}
	}
	switch t := p.peek(); t {
	case "!":
		p.pos++
		return &Cond{Op: OpNot, A: p.primary(depth + 1)}
	case "(":
		p.pos++
		c := p.or(depth + 1)
		p.take(")")
		return c
	case "defined":
		p.pos++
		parens := p.peek() == "("
		if parens {
			p.pos++
		}
		c := &Cond{Op: OpDefined, Name: p.peek()}
		p.pos++
		if parens {
			p.take(")")
		}
		return c
	case "", ")", "&&", "||":
		p.bad = true
		return &Cond{Op: OpTerm}
	}
	p.pos++
	return &Cond{Op: OpTerm, Tokens: p.tokens[p.pos-1 : p.pos]}
}

// Text renders a condition, in C without defined(), within an operator.
func (c *Cond) Text(within Op) string {
	s, compound := "", false
	switch c.Op {
	case OpDefined:
		s = c.Name
	case OpNot:
		s = "!" + c.A.Text(OpNot)
	case OpAnd:
		s, compound = c.A.Text(OpAnd)+" && "+c.B.Text(OpAnd), true
	case OpOr:
		s, compound = c.A.Text(OpOr)+" || "+c.B.Text(OpOr), true
	default:
		s, compound = strings.Join(c.Tokens, " "), within == OpNot
	}
	if compound && within != c.Op {
		return "(" + s + ")"
	}
	return s
}

// Mentions tells whether a condition names a macro.
func (c *Cond) Mentions(name string) bool {
	return c != nil && (c.Name == name || slices.Contains(c.Tokens, name) || c.A.Mentions(name) || c.B.Mentions(name))
}
