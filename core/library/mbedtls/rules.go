package mbedtls

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tlslab/core/options"
	"tlslab/internal/cexpr"
	"tlslab/internal/ctext"
	"tlslab/internal/input"
)

// rule is one condition under which the core's check_config.h stops with
// #error.
type rule struct {
	line    int    // of the #error in check_config.h
	message string // its text without quotes

	reached guard
	program *program
}

// At is the rule's place.
func (r *rule) At() string { return fmt.Sprintf("check_config.h:%d", r.line) }

// Message is the #error's text without quotes.
func (r *rule) Message() string { return r.message }

// rules are those of the core's check_config.h in its order. Cores from 3.0 on
// adjust a configuration in headers of their own before they check it: these are
// followed, so that a rule is judged by what the configuration itself defines.
func (t *tree) rules() ([]*rule, error) {
	p, err := t.checks()
	if err != nil {
		return nil, err
	}
	return p.rules, nil
}

// asRules are rules as catalogues have them.
func asRules(rules []*rule) []options.Rule {
	out := make([]options.Rule, len(rules))
	for i, r := range rules {
		out[i] = r
	}
	return out
}

// checks reads the headers that check a configuration.
func (t *tree) checks() (*program, error) {
	p := &program{include: filepath.Join(t.dir, "include"), events: map[string][]event{}}
	first := "mbedtls/build_info.h"
	if _, err := os.Stat(filepath.Join(p.include, first)); err != nil {
		first = checkHeader
	}
	if err := p.read(first, nil, 0); err != nil {
		return nil, err
	}
	if len(p.rules) == 0 {
		return nil, fmt.Errorf("core: %s: no #error in include/%s", t.dir, checkHeader)
	}
	return p, nil
}

const checkHeader = "mbedtls/check_config.h"

// configHeaders are what a configuration stands in for.
var configHeaders = []string{"mbedtls/config.h", "mbedtls/mbedtls_config.h"}

// compilerMacros are what the lab's compilers (clang and gcc for bare targets)
// and <limits.h> say of the macros that headers ask for; "" means that it is
// not defined. What is not here, and not the core's own, can't be known.
var compilerMacros = map[string]string{
	"__GNUC__": "4", "CHAR_BIT": "8",
	"_WIN32": "", "_MSC_VER": "", "__MINGW32__": "", "__ARMCC_VERSION": "", "__cplusplus": "", "TARGET_LIKE_MBED": "",
}

// program is the headers that check a configuration, as what they ask.
type program struct {
	include string
	seq     int
	events  map[string][]event // macro -> where the headers define or undefine it, in order
	rules   []*rule

	text func(line string, under guard) // called for each line that is no directive; may be nil
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
	*cexpr.Cond
	seq int
}

const maxIncludeDepth = 20 // 3.6 needs 4

// untold is a value that decides no condition.
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
	lines := strings.Split(string(ctext.Uncomment(data)), "\n")
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
		if m := ctext.Conditional.FindStringSubmatch(line); m != nil {
			var q *asked
			if m[1] != "else" && m[1] != "endif" {
				q = &asked{cexpr.ParseCond(m[1], m[2]), p.seq}
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
		if m := ctext.Definition.FindStringSubmatch(line); m != nil {
			value := strings.TrimSpace(m[3])
			if strings.HasPrefix(m[3], "(") {
				value = untold // a macro with parameters
			}
			p.events[m[2]] = append(p.events[m[2]], event{p.seq, now, m[1] == "define", value})
		} else if m := errorDirective.FindStringSubmatch(line); m != nil && name == checkHeader {
			p.rules = append(p.rules, &rule{line: number, message: message(m[1]), reached: now, program: p})
		} else if !ctext.Inclusion.MatchString(line) {
			if p.text != nil {
				p.text(line, now)
			}
		} else {
			_, includes := ctext.Words([]byte(line))
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
func (r *rule) Violated(macros map[string]string) (violated, known bool) {
	t := newReading(r.program, macros).holds(r.reached)
	return t == cexpr.Yes, t != cexpr.Unknown
}

// violations lists which rules a configuration violates, as indices into
// rules; those that can't be decided are left out.
func violations(rules []*rule, macros map[string]string) []int {
	var out []int
	if len(rules) == 0 {
		return nil
	}
	v := newReading(rules[0].program, macros)
	for i := range rules {
		if v.holds(rules[i].reached) == cexpr.Yes {
			out = append(out, i)
		}
	}
	return out
}

// names returns the macros a rule asks for, in the header's order: those that
// speak for a violation when they are defined, and those that do when they
// are not. A macro whose value counts is in neither.
func (r *rule) names() (positive, negative []string) {
	var visit func(c *cexpr.Cond, want bool)
	visit = func(c *cexpr.Cond, want bool) {
		switch c.Op {
		case cexpr.OpNot:
			visit(c.A, !want)
		case cexpr.OpAnd, cexpr.OpOr:
			visit(c.A, want)
			visit(c.B, want)
		case cexpr.OpDefined:
			list := &negative
			if want {
				list = &positive
			}
			if !slices.Contains(*list, c.Name) {
				*list = append(*list, c.Name)
			}
		}
	}
	for _, b := range r.reached {
		if !includeGuard(b.asked.Cond) {
			visit(b.asked.Cond, b.want)
		}
	}
	return positive, negative
}

// Condition is when the rule is violated, in C without defined():
// "MBEDTLS_A && !(MBEDTLS_B || MBEDTLS_C)".
func (r *rule) Condition() string {
	var terms []string
	for _, b := range r.reached {
		if includeGuard(b.asked.Cond) {
			continue
		}
		c := b.asked.Cond
		if !b.want {
			c = &cexpr.Cond{Op: cexpr.OpNot, A: c}
		}
		terms = append(terms, c.Text(cexpr.OpAnd))
	}
	return strings.Join(terms, " && ")
}

// Mentions tells whether the rule's condition or message names a macro.
func (r *rule) Mentions(name string) bool {
	for _, b := range r.reached {
		if b.asked.Cond.Mentions(name) {
			return true
		}
	}
	return slices.Contains(ctext.Identifier.FindAllString(r.message, -1), name)
}

// includeGuard recognises !defined(MBEDTLS_X_H).
func includeGuard(c *cexpr.Cond) bool {
	return c.Op == cexpr.OpNot && c.A.Op == cexpr.OpDefined && strings.HasSuffix(c.A.Name, "_H")
}

// reading is a program read with one configuration.
type reading struct {
	*program
	macros map[string]string
	memo   map[*asked]cexpr.Truth
}

func newReading(p *program, macros map[string]string) *reading {
	return &reading{p, macros, map[*asked]cexpr.Truth{}}
}

func (v *reading) holds(g guard) cexpr.Truth {
	t := cexpr.Yes
	for _, b := range g {
		a := v.truth(b.asked)
		if !b.want {
			a = a.Not()
		}
		if t = cexpr.Both(t, a); t == cexpr.No {
			break
		}
	}
	return t
}

func (v *reading) truth(q *asked) cexpr.Truth {
	if t, ok := v.memo[q]; ok {
		return t
	}
	t := v.evaluate(q.Cond, q.seq)
	v.memo[q] = t
	return t
}

func (v *reading) evaluate(c *cexpr.Cond, seq int) cexpr.Truth {
	return c.Eval(
		func(name string) cexpr.Truth { return v.defined(name, seq) },
		func(tokens []string) cexpr.Truth {
			n, known := cexpr.Evaluate(tokens, place{v, seq})
			if !known {
				return cexpr.Unknown
			}
			return cexpr.TruthOf(n != 0)
		})
}

// place is what a reading knows of macros at a place in the headers.
type place struct {
	*reading
	seq int
}

func (p place) Defined(name string) (is, known bool) {
	t := p.reading.defined(name, p.seq)
	return t == cexpr.Yes, t != cexpr.Unknown
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
func (v *reading) defined(name string, seq int) cexpr.Truth {
	var maybe []cexpr.Truth // what headers make of it, where it is unknown whether they do
	last := v.given(name)
	for _, e := range slices.Backward(v.events[name]) {
		if e.seq >= seq {
			continue
		}
		t := v.holds(e.reached)
		if t == cexpr.Yes {
			last = cexpr.TruthOf(e.defined)
			break
		}
		if t == cexpr.Unknown {
			maybe = append(maybe, cexpr.TruthOf(e.defined))
		}
	}
	for _, m := range maybe {
		if m != last {
			return cexpr.Unknown
		}
	}
	return last
}

// given tells whether the configuration or the compiler defines a macro.
func (v *reading) given(name string) cexpr.Truth {
	if _, ok := v.macros[name]; ok {
		return cexpr.Yes
	}
	if text, ok := compilerMacros[name]; ok {
		return cexpr.TruthOf(text != "")
	}
	if coreOwn(name) {
		return cexpr.No
	}
	return cexpr.Unknown
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
		case cexpr.Yes:
			return e.value, true
		case cexpr.Unknown:
			return "", false
		}
	}
	if text, ok := v.macros[name]; ok {
		return text, true
	}
	text, ok = compilerMacros[name]
	return text, ok
}
