package core

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tlslab/internal/cexpr"
	"tlslab/internal/input"
)

// Rule is one condition under which the core's check_config.h stops with
// #error.
type Rule struct {
	Line    int    // of the #error in check_config.h
	Message string // its text without quotes

	reached guard
	program *program
}

// Rules returns the rules of the core's check_config.h in its order. Cores
// from 3.0 on adjust a configuration in headers of their own before they check
// it: these are followed, so that a rule is told from what the configuration
// itself defines.
func (s *Source) Rules() ([]Rule, error) {
	p, err := s.checks()
	if err != nil {
		return nil, err
	}
	return p.rules, nil
}

// checks reads the headers that check a configuration.
func (s *Source) checks() (*program, error) {
	p := &program{include: filepath.Join(s.Dir, "include"), events: map[string][]event{}}
	first := "mbedtls/build_info.h"
	if _, err := os.Stat(filepath.Join(p.include, first)); err != nil {
		first = checkHeader
	}
	if err := p.read(first, nil, 0); err != nil {
		return nil, err
	}
	if len(p.rules) == 0 {
		return nil, fmt.Errorf("core: %s: no #error in include/%s", s.Dir, checkHeader)
	}
	return p, nil
}

const checkHeader = "mbedtls/check_config.h"

// configHeaders are what a configuration stands in for.
var configHeaders = []string{"mbedtls/config.h", "mbedtls/mbedtls_config.h"}

// compilerMacros are what the lab's compilers (clang and gcc for bare targets)
// and <limits.h> say of the macros that headers ask for; "" means that it is
// not defined. What is not here, and not the core's own, can't be told.
var compilerMacros = map[string]string{
	"__GNUC__": "4", "CHAR_BIT": "8",
	"_WIN32": "", "_MSC_VER": "", "__MINGW32__": "", "__ARMCC_VERSION": "", "__cplusplus": "", "TARGET_LIKE_MBED": "",
}

// program is the headers that check a configuration, as what they ask.
type program struct {
	include string
	seq     int
	events  map[string][]event // macro -> where the headers define or undefine it, in order
	rules   []Rule

	text func(line string, under guard) // told of each line that is no directive; nil: nobody
}

// event is one #define or #undef in the headers.
type event struct {
	seq     int
	reached guard
	defined bool
	value   string
}

// guard is the conditions a line is under; all hold where it is reached.
type guard []branch

type branch struct {
	asked *asked
	want  bool
}

// asked is a condition and where it stands: what the headers define counts
// from there on.
type asked struct {
	*cond
	seq int
}

const maxIncludeDepth = 20 // 3.6 needs 4

// untold is a value that no condition can be told from.
const untold = "\""

var errorDirective = regexp.MustCompile(`^[ \t]*#[ \t]*error\b(.*)`)

// read adds a header that is included under outer.
func (p *program) read(name string, outer guard, depth int) error {
	if depth > maxIncludeDepth {
		return fmt.Errorf("core: include/%s: headers include each other", name)
	}
	data, err := input.Read(filepath.Join(p.include, filepath.FromSlash(name)), input.Source)
	if err != nil {
		return fmt.Errorf("core: %w", err)
	}
	type level struct {
		outer guard
		past  guard // the branches before this one, not taken
	}
	var open []level
	now := outer
	next := 1
	lines := strings.Split(string(uncomment(data)), "\n")
	for i := 0; i < len(lines); i++ {
		number := next // joined lines count as the first of them
		next++
		line := strings.TrimSuffix(lines[i], "\r")
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) {
			i++
			next++
			line = strings.TrimSuffix(line, "\\") + " " + strings.TrimSuffix(lines[i], "\r")
		}
		p.seq++
		if m := conditional.FindStringSubmatch(line); m != nil {
			var q *asked
			if m[1] != "else" && m[1] != "endif" {
				q = &asked{parseCond(m[1], m[2]), p.seq}
			}
			if strings.HasPrefix(m[1], "if") {
				open = append(open, level{outer: now})
			} else if len(open) == 0 {
				return fmt.Errorf("core: include/%s:%d: #%s without #if", name, number, m[1])
			}
			l := &open[len(open)-1]
			if m[1] == "endif" {
				now = l.outer
				open = open[:len(open)-1]
				continue
			}
			now = slices.Concat(l.outer, l.past)
			if q != nil {
				now = append(now, branch{q, true})
				l.past = append(l.past, branch{q, false})
			}
			continue
		}
		if m := definition.FindStringSubmatch(line); m != nil {
			value := strings.TrimSpace(m[3])
			if strings.HasPrefix(m[3], "(") {
				value = untold // a macro with parameters
			}
			p.events[m[2]] = append(p.events[m[2]], event{p.seq, now, m[1] == "define", value})
		} else if m := errorDirective.FindStringSubmatch(line); m != nil && name == checkHeader {
			p.rules = append(p.rules, Rule{Line: number, Message: message(m[1]), reached: now, program: p})
		} else if !inclusion.MatchString(line) {
			if p.text != nil {
				p.text(line, now)
			}
		} else {
			_, includes := words([]byte(line))
			if len(includes) == 1 && p.follows(includes[0]) {
				if err := p.read(includes[0], now, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// follows tells whether an included header may define what rules ask.
func (p *program) follows(name string) bool {
	if slices.Contains(configHeaders, name) || p.text != nil && name != oidHeader {
		return false
	}
	_, err := os.Stat(filepath.Join(p.include, filepath.FromSlash(name)))
	return err == nil
}

// message is an #error's text without quotes.
func message(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(text, `" "`, ""), `"`, ""))
}

// Violated tells whether check_config.h reaches the rule's #error when a
// configuration defines macros (with MBEDTLS_; "" for no value) and no other
// of the core's. known is false where the compiler's own macros decide.
// Violated is safe for concurrent use.
func (r *Rule) Violated(macros map[string]string) (violated, known bool) {
	t := newReading(r.program, macros).holds(r.reached)
	return t == yes, t != unknown
}

// Violations lists which rules a configuration violates, as indices into
// rules; those that can't be told are left out.
func Violations(rules []Rule, macros map[string]string) []int {
	var out []int
	if len(rules) == 0 {
		return nil
	}
	v := newReading(rules[0].program, macros)
	for i := range rules {
		if v.holds(rules[i].reached) == yes {
			out = append(out, i)
		}
	}
	return out
}

// Names returns the macros a rule asks for, in the header's order: those that
// speak for a violation when they are defined, and those that do when they
// are not. A macro whose value counts is in neither.
func (r *Rule) Names() (positive, negative []string) {
	var visit func(c *cond, want bool)
	visit = func(c *cond, want bool) {
		switch c.op {
		case opNot:
			visit(c.a, !want)
		case opAnd, opOr:
			visit(c.a, want)
			visit(c.b, want)
		case opDefined:
			list := &negative
			if want {
				list = &positive
			}
			if !slices.Contains(*list, c.name) {
				*list = append(*list, c.name)
			}
		}
	}
	for _, b := range r.reached {
		if !includeGuard(b.asked.cond) {
			visit(b.asked.cond, b.want)
		}
	}
	return positive, negative
}

// Condition is when the rule is violated, in C without defined():
// "MBEDTLS_A && !(MBEDTLS_B || MBEDTLS_C)".
func (r *Rule) Condition() string {
	var terms []string
	for _, b := range r.reached {
		if includeGuard(b.asked.cond) {
			continue
		}
		c := b.asked.cond
		if !b.want {
			c = &cond{op: opNot, a: c}
		}
		terms = append(terms, c.text(opAnd))
	}
	return strings.Join(terms, " && ")
}

// text renders a condition within an operator.
func (c *cond) text(within condOp) string {
	s, compound := "", false
	switch c.op {
	case opDefined:
		s = c.name
	case opNot:
		s = "!" + c.a.text(opNot)
	case opAnd:
		s, compound = c.a.text(opAnd)+" && "+c.b.text(opAnd), true
	case opOr:
		s, compound = c.a.text(opOr)+" || "+c.b.text(opOr), true
	default:
		s, compound = strings.Join(c.tokens, " "), within == opNot
	}
	if compound && within != c.op {
		return "(" + s + ")"
	}
	return s
}

// Mentions tells whether the rule's condition or message names a macro.
func (r *Rule) Mentions(name string) bool {
	for _, b := range r.reached {
		if b.asked.cond.mentions(name) {
			return true
		}
	}
	return slices.Contains(identifier.FindAllString(r.Message, -1), name)
}

func (c *cond) mentions(name string) bool {
	return c != nil && (c.name == name || slices.Contains(c.tokens, name) || c.a.mentions(name) || c.b.mentions(name))
}

// includeGuard recognises !defined(MBEDTLS_X_H).
func includeGuard(c *cond) bool {
	return c.op == opNot && c.a.op == opDefined && strings.HasSuffix(c.a.name, "_H")
}

// reading is a program read with one configuration.
type reading struct {
	*program
	macros map[string]string
	memo   map[*asked]truth
}

func newReading(p *program, macros map[string]string) *reading {
	return &reading{p, macros, map[*asked]truth{}}
}

func (v *reading) holds(g guard) truth {
	t := yes
	for _, b := range g {
		a := v.truth(b.asked)
		if !b.want {
			a = a.not()
		}
		if t = both(t, a); t == no {
			break
		}
	}
	return t
}

func (v *reading) truth(q *asked) truth {
	if t, ok := v.memo[q]; ok {
		return t
	}
	t := v.evaluate(q.cond, q.seq)
	v.memo[q] = t
	return t
}

func (v *reading) evaluate(c *cond, seq int) truth {
	return c.eval(
		func(name string) truth { return v.defined(name, seq) },
		func(tokens []string) truth {
			n, known := cexpr.Evaluate(tokens, place{v, seq})
			if !known {
				return unknown
			}
			return told(n != 0)
		})
}

// place is what a reading knows of macros at a place in the headers.
type place struct {
	*reading
	seq int
}

func (p place) Defined(name string) (is, known bool) {
	t := p.reading.defined(name, p.seq)
	return t == yes, t != unknown
}

func (p place) Value(name string) (text string, is, known bool) {
	is, known = p.Defined(name)
	if !is || !known {
		return "", is, known
	}
	text, known = p.reading.value(name, p.seq)
	return text, true, known
}

// defined tells whether a macro is defined at a place in the headers.
func (v *reading) defined(name string, seq int) truth {
	var maybe []truth // what headers make of it, where it can't be told whether they do
	last := v.given(name)
	for _, e := range slices.Backward(v.events[name]) {
		if e.seq >= seq {
			continue
		}
		t := v.holds(e.reached)
		if t == yes {
			last = told(e.defined)
			break
		}
		if t == unknown {
			maybe = append(maybe, told(e.defined))
		}
	}
	for _, m := range maybe {
		if m != last {
			return unknown
		}
	}
	return last
}

// given tells whether the configuration or the compiler defines a macro.
func (v *reading) given(name string) truth {
	if _, ok := v.macros[name]; ok {
		return yes
	}
	if text, ok := compilerMacros[name]; ok {
		return told(text != "")
	}
	if coreOwn(name) {
		return no
	}
	return unknown
}

// coreOwn tells a macro that only the core and its configuration define.
func coreOwn(name string) bool {
	return strings.HasPrefix(name, "MBEDTLS_") || strings.HasPrefix(name, "PSA_")
}

// value is what a macro that is defined stands for at a place in the headers.
func (v *reading) value(name string, seq int) (text string, ok bool) {
	for _, e := range slices.Backward(v.events[name]) {
		if e.seq >= seq {
			continue
		}
		switch v.holds(e.reached) {
		case yes:
			return e.value, true
		case unknown:
			return "", false
		}
	}
	if text, ok := v.macros[name]; ok {
		return text, true
	}
	text, ok = compilerMacros[name]
	return text, ok
}
