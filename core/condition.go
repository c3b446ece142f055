package core

import "tlslab/internal/cexpr"

// truth is Kleene's: a condition that can't be told is both.
type truth int

const (
	unknown truth = iota
	yes
	no
)

func told(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

func either(a, b truth) truth {
	if a == yes || b == yes {
		return yes
	}
	if a == no && b == no {
		return no
	}
	return unknown
}

func both(a, b truth) truth { return either(a.not(), b.not()).not() }

// cond is a condition as a tree. What is neither defined, !, && nor || stays
// the tokens it is made of.
type cond struct {
	op     condOp
	a, b   *cond    // of opNot (a alone), opAnd and opOr
	name   string   // of opDefined
	tokens []string // of opTerm
}

type condOp int

const (
	opTerm condOp = iota
	opDefined
	opNot
	opAnd
	opOr
)

// Bounds on a condition: check_config.h's longest has 80 tokens.
const (
	maxExprTokens = 500
	maxExprDepth  = 50
)

// parseCond reads what follows an #if, #ifdef, #ifndef or #elif.
func parseCond(directive, text string) *cond {
	tokens := cexpr.Tokens(text)
	whole := &cond{op: opTerm, tokens: tokens}
	switch directive {
	case "ifdef", "ifndef":
		if len(tokens) != 1 {
			return &cond{op: opTerm}
		}
		c := &cond{op: opDefined, name: tokens[0]}
		if directive == "ifndef" {
			c = &cond{op: opNot, a: c}
		}
		return c
	}
	if len(tokens) > maxExprTokens {
		return &cond{op: opTerm}
	}
	p := condParser{tokens: tokens}
	c := p.or(0)
	if p.bad || p.pos != len(p.tokens) {
		return whole
	}
	return c
}

// eval tells a condition; defined answers for macros, term for the rest.
func (c *cond) eval(defined func(string) truth, term func([]string) truth) truth {
	switch c.op {
	case opDefined:
		return defined(c.name)
	case opNot:
		return c.a.eval(defined, term).not()
	case opAnd:
		return both(c.a.eval(defined, term), c.b.eval(defined, term))
	case opOr:
		return either(c.a.eval(defined, term), c.b.eval(defined, term))
	}
	return term(c.tokens)
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

func (p *condParser) or(depth int) *cond {
	c := p.and(depth)
	for p.peek() == "||" {
		p.pos++
		c = &cond{op: opOr, a: c, b: p.and(depth)}
	}
	return c
}

func (p *condParser) and(depth int) *cond {
	c := p.operand(depth)
	for p.peek() == "&&" {
		p.pos++
		c = &cond{op: opAnd, a: c, b: p.operand(depth)}
	}
	return c
}

// operand reads up to the next && || or closing parenthesis: a logical term,
// or one with other operators, which is kept as a whole.
func (p *condParser) operand(depth int) *cond {
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
			return &cond{op: opTerm, tokens: p.tokens[start:p.pos]}
		case t == "?" || t == ":":
			p.bad = true // binds weaker than ||
			return c
		}
	}
	return &cond{op: opTerm, tokens: p.tokens[start:p.pos]}
}

// primary reads !x, (x), defined X, defined(X) or one other token.
func (p *condParser) primary(depth int) *cond {
	if depth > maxExprDepth || p.bad {
		p.bad = true
		return &cond{op: opTerm}
	}
	switch t := p.peek(); t {
	case "!":
		p.pos++
		return &cond{op: opNot, a: p.primary(depth + 1)}
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
		c := &cond{op: opDefined, name: p.peek()}
		p.pos++
		if parens {
			p.take(")")
		}
		return c
	case "", ")", "&&", "||":
		p.bad = true
		return &cond{op: opTerm}
	}
	p.pos++
	return &cond{op: opTerm, tokens: p.tokens[p.pos-1 : p.pos]}
}
