package core

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Rule is one condition under which the core's check_config.h stops with
// #error.
type Rule struct {
	Line    int    // of the #error
	Message string // its text
	conds   []guard
	own     map[string]bool // macros that the header defines itself: no configuration decides them
}

// guard is one condition around an #error: of the branch it is in, or, turned
// over, of a branch before that.
type guard struct {
	tokens []string
	not    bool
}

// Rules reads the core's check_config.h: its rules in the header's order.
func (s *Source) Rules() ([]Rule, error) {
	path := filepath.Join(s.Dir, "include", "mbedtls", "check_config.h")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	return parseRules(data), nil
}

var (
	ruleDirective = regexp.MustCompile(`^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif|error)\b(.*)$`)
	ruleToken     = regexp.MustCompile(`\w+|&&|\|\||[=!<>]=|[^\s\w]`)
)

// blankComments replaces comments by blanks and keeps the lines apart.
func blankComments(data []byte) []byte {
	out := slices.Clone(data)
	for i := 0; i+1 < len(out); i++ {
		end := "\n"
		switch string(out[i : i+2]) {
		case "/*":
			end = "*/"
		case "//":
		default:
			continue
		}
		n := bytes.Index(out[i+2:], []byte(end))
		stop := len(out)
		if n >= 0 {
			stop = i + 2 + n
			if end == "*/" {
				stop += 2
			}
		}
		for ; i < stop; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
		i--
	}
	return out
}

func parseRules(data []byte) []Rule {
	type open struct {
		before []guard // conditions of the branches before, turned over
		now    []guard
	}
	var stack []open
	var out []Rule
	own := map[string]bool{}
	lines := strings.Split(string(blankComments(data)), "\n")
	for i := 0; i < len(lines); i++ {
		line, start := lines[i], i+1
		for strings.HasSuffix(strings.TrimRight(line, " \t\r"), "\\") && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(strings.TrimRight(line, " \t\r"), "\\") + " " + lines[i]
		}
		if m := definition.FindStringSubmatch(line); m != nil {
			own[m[2]] = !strings.HasSuffix(m[2], "_H") // its include guard is not defined when it is read
		}
		m := ruleDirective.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		tokens := ruleToken.FindAllString(m[2], maxExprTokens+1)
		switch m[1] {
		case "ifdef", "ifndef":
			g := guard{append([]string{"defined"}, tokens...), m[1] == "ifndef"}
			stack = append(stack, open{[]guard{{g.tokens, !g.not}}, []guard{g}})
		case "if":
			stack = append(stack, open{[]guard{{tokens, true}}, []guard{{tokens, false}}})
		case "elif", "else":
			if n := len(stack); n > 0 {
				top := &stack[n-1]
				top.now = slices.Clone(top.before)
				if m[1] == "elif" {
					top.now = append(top.now, guard{tokens, false})
					top.before = append(top.before, guard{tokens, true})
				}
			}
		case "endif":
			if n := len(stack); n > 0 {
				stack = stack[:n-1]
			}
		case "error":
			r := Rule{Line: start, Message: strings.Join(strings.Fields(strings.ReplaceAll(m[2], `"`, "")), " "), own: own}
			for _, o := range stack {
				r.conds = append(r.conds, o.now...)
			}
			out = append(out, r)
		}
	}
	return out
}

// Violated says whether a configuration, macro name with MBEDTLS_ -> value,
// runs into the rule; known is false where that depends on what is no macro of
// the core.
func (r *Rule) Violated(macros map[string]string) (violated, known bool) {
	violated, known = true, true
	for _, g := range r.conds {
		e := evaluator{tokens: g.tokens, macros: macros, own: r.own}
		v := e.expr(0, 0)
		ok := v.known && !e.bad && e.pos == len(e.tokens)
		if ok && (v.n != 0) == g.not {
			return false, true
		}
		known = known && ok
	}
	return violated, known
}

// Within is the rule for configurations that decide the named macros alone:
// what others are can't be told (3.x derives many from the configuration).
func (r Rule) Within(decides func(name string) bool) Rule {
	own := maps.Clone(r.own)
	on, off := r.Names()
	for _, n := range append(on, off...) {
		own[n] = own[n] || !decides(n) && !strings.HasSuffix(n, "_H") // not its include guard
	}
	r.own = own
	return r
}

// Names are the core's macros that the rule asks for, in order: on those that
// must be defined for it to be violated, off those that must not.
func (r *Rule) Names() (on, off []string) {
	for _, g := range r.conds {
		depth := []bool{g.not} // whether what stands in each open parenthesis is turned over
		for i := 0; i < len(g.tokens); i++ {
			not := depth[len(depth)-1] != (i > 0 && g.tokens[i-1] == "!")
			switch t := g.tokens[i]; {
			case t == "(":
				depth = append(depth, not)
			case t == ")" && len(depth) > 1:
				depth = depth[:len(depth)-1]
			case t == "defined":
				for i++; i < len(g.tokens) && g.tokens[i] == "("; i++ {
					depth = append(depth, not)
				}
				switch name := g.tokens[min(i, len(g.tokens)-1)]; {
				case not:
					off = append(off, name)
				default:
					on = append(on, name)
				}
			}
		}
	}
	return on, off
}

// number is a value of a preprocessor expression, where it can be told.
type number struct {
	n     int64
	known bool
}

func truthOf(b bool) number {
	if b {
		return number{1, true}
	}
	return number{0, true}
}

// evaluator evaluates a condition as the preprocessor does, for what the core's
// macros alone decide.
type evaluator struct {
	tokens []string
	macros map[string]string
	own    map[string]bool
	pos    int
	bad    bool
}

func (e *evaluator) peek() string {
	if e.pos < len(e.tokens) {
		return e.tokens[e.pos]
	}
	return ""
}

// precedence of binary operators, C11 6.5.
var precedence = map[string]int{"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}

func (e *evaluator) expr(least, depth int) number {
	if depth > maxExprDepth {
		e.bad = true
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
		v = operate(op, v, e.expr(p, depth+1))
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
	case "==":
		return truthOf(a.n == b.n)
	case "!=":
		return truthOf(a.n != b.n)
	case "<":
		return truthOf(a.n < b.n)
	case ">":
		return truthOf(a.n > b.n)
	case "<=":
		return truthOf(a.n <= b.n)
	case ">=":
		return truthOf(a.n >= b.n)
	case "+":
		return number{a.n + b.n, true}
	case "-":
		return number{a.n - b.n, true}
	case "*":
		return number{a.n * b.n, true}
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
	t := e.peek()
	e.pos++
	if depth > maxExprDepth {
		e.bad = true
		return number{}
	}
	switch {
	case t == "!":
		v := e.unary(depth + 1)
		return number{truthOf(v.n == 0).n, v.known}
	case t == "-":
		v := e.unary(depth + 1)
		return number{-v.n, v.known}
	case t == "(":
		v := e.expr(0, depth+1)
		if e.peek() != ")" {
			e.bad = true
		}
		e.pos++
		return v
	case t == "defined":
		parens := e.peek() == "("
		if parens {
			e.pos++
		}
		name := e.peek()
		e.pos++
		if parens {
			if e.peek() != ")" {
				e.bad = true
			}
			e.pos++
		}
		_, has := e.macros[name]
		return number{truthOf(has).n, !e.own[name] && (has || strings.HasPrefix(name, "MBEDTLS_") || strings.HasPrefix(name, "PSA_"))}
	case t != "" && t[0] >= '0' && t[0] <= '9':
		n, err := strconv.ParseInt(strings.TrimRight(t, "uUlL"), 0, 64)
		return number{n, err == nil}
	}
	if value, ok := e.macros[t]; ok {
		inner := evaluator{tokens: ruleToken.FindAllString(value, maxExprTokens+1), macros: e.macros, own: e.own}
		if len(inner.tokens) == 0 || slices.Contains(inner.tokens, t) {
			return number{}
		}
		v := inner.expr(0, depth+1)
		return number{v.n, v.known && !inner.bad && inner.pos == len(inner.tokens)}
	}
	return number{0, strings.HasPrefix(t, "MBEDTLS_")}
}
