package build

import (
	"strings"

	"tlslab/internal/cexpr"
	"tlslab/internal/ctext"
)

// A header's text is cut into chunks at its conditional directives, so that a
// configuration can tell which chunks it surely never reaches: what they
// mention and include does not concern it.

// chunk is the text between two conditional directives, or one of these.
type chunk struct {
	directive string      // "", "if", "ifdef", "ifndef", "elif", "else" or "endif"
	cond      *cexpr.Cond // of if, ifdef, ifndef, elif
	idents    []string
	includes  []string
	defines   []string // macros a text chunk defines or undefines
	refs      []ref    // what definitions mention, and conditions that only define
	code      bool     // a text chunk has more than definitions and inclusions
}

// ref is a macro and what its definition mentions: that counts only where the
// macro is mentioned itself.
type ref struct {
	macro  string
	idents []string
}

// chunks cuts text that has no comments.
func chunks(text []byte) []chunk {
	var out []chunk
	var plain []byte
	var defines []string
	var refs []ref
	code := false
	flush := func() {
		if len(plain) > 0 {
			idents, includes := ctext.Words(plain)
			out = append(out, chunk{idents: idents, includes: includes, defines: defines, refs: refs, code: code})
			plain, defines, refs, code = nil, nil, nil, false
		}
	}
	joined := strings.ReplaceAll(strings.ReplaceAll(string(text), "\\\r\n", " "), "\\\n", " ")
	for _, line := range strings.SplitAfter(joined, "\n") {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
			if m := ctext.Conditional.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
				flush()
				idents, includes := ctext.Words([]byte(m[2]))
				c := chunk{directive: m[1], idents: idents, includes: includes}
				if m[1] != "else" && m[1] != "endif" {
					c.cond = cexpr.ParseCond(m[1], m[2])
				}
				out = append(out, c)
				continue
			}
			if m := ctext.Definition.FindStringSubmatch(line); m != nil {
				defines = append(defines, m[2])
				if m[1] == "define" {
					idents, _ := ctext.Words([]byte(m[3]))
					refs = append(refs, ref{m[2], idents})
					line = headerNamed(line)
				} else {
					line = "\n" // undefining mentions nothing
				}
			} else if !ctext.Inclusion.MatchString(line) {
				code = true // #error, #pragma
			}
		} else if strings.TrimSpace(line) != "" {
			code = true
		}
		plain = append(plain, line...)
	}
	flush()
	attribute(out)
	return out
}

// headerNamed keeps of a definition what words finds as an include.
func headerNamed(line string) string {
	if m := headerDefine.FindStringSubmatch(line); m != nil {
		return "#include \"" + m[1] + "\"\n"
	}
	return "\n"
}

// attribute finds the conditionals that do nothing but define macros, defaults
// among them (#ifndef X, #define X value, #endif): what their conditions
// mention counts only where one of these macros is mentioned.
func attribute(cs []chunk) {
	type open struct {
		directives []int // indices of if and elif
		macros     []string
		impure     bool
	}
	var stack []open
	for i := range cs {
		c := &cs[i]
		switch c.directive {
		case "if", "ifdef", "ifndef":
			stack = append(stack, open{directives: []int{i}})
		case "elif":
			if n := len(stack); n > 0 {
				stack[n-1].directives = append(stack[n-1].directives, i)
			}
		case "endif":
			n := len(stack)
			if n == 0 {
				continue
			}
			o := stack[n-1]
			stack = stack[:n-1]
			if !o.impure {
				for _, d := range o.directives {
					for _, m := range o.macros {
						cs[d].refs = append(cs[d].refs, ref{m, cs[d].idents})
					}
					cs[d].idents = nil
				}
			}
		case "":
			for k := range stack {
				stack[k].macros = append(stack[k].macros, c.defines...)
				stack[k].impure = stack[k].impure || c.code || len(c.includes) > 0
			}
		}
	}
}

// level is one open conditional.
type level struct {
	reached bool        // the text around it may be compiled
	active  bool        // this branch may be
	taken   cexpr.Truth // an earlier branch was
}

// walk calls visit for every chunk that may be reached when defined answers
// for macros. The directives of a reached conditional are visited too.
func walk(cs []chunk, defined func(name string) cexpr.Truth, visit func(*chunk)) {
	stack := []level{{reached: true, active: true}}
	for i := range cs {
		c := &cs[i]
		top := &stack[len(stack)-1]
		switch c.directive {
		case "":
			if top.active {
				visit(c)
			}
		case "if", "ifdef", "ifndef":
			l := level{reached: top.active}
			if l.reached {
				visit(c)
				v := condition(c, defined)
				l.active, l.taken = v != cexpr.No, v
			}
			stack = append(stack, l)
		case "elif":
			if !top.reached {
				continue
			}
			if top.taken == cexpr.Yes {
				top.active = false
				continue
			}
			visit(c)
			v := condition(c, defined)
			top.active = v != cexpr.No
			if v != cexpr.No {
				top.taken = cexpr.Either(top.taken, v)
			}
		case "else":
			top.active = top.reached && top.taken != cexpr.Yes
		case "endif":
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		}
	}
}

// condition evaluates a directive; all but defined, !, && and || is unknown.
func condition(c *chunk, defined func(string) cexpr.Truth) cexpr.Truth {
	return c.cond.Eval(defined, func([]string) cexpr.Truth { return cexpr.Unknown })
}
