package header

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	directiveLine = regexp.MustCompile(`^\s*#\s*([a-z_]+)\b\s*(.*?)\s*$`)
	macroName     = regexp.MustCompile(`^([A-Za-z_]\w*)(.*)$`)
	includeName   = regexp.MustCompile(`^\s*["<]([^">]+)[">]`)
	wordOrString  = regexp.MustCompile(`[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"`)
)

// directive is one line that begins with #.
type directive struct {
	line int    // counted from 1, of its #
	name string // "define", "if", ...
	rest string
}

// directives takes comments out of text, joins lines at backslashes and finds
// the directives.
func directives(file string, text []byte) ([]directive, error) {
	var out []directive
	var b strings.Builder
	line, start := 1, 1
	end := func() {
		if m := directiveLine.FindStringSubmatch(b.String()); m != nil {
			out = append(out, directive{start, m[1], m[2]})
		}
		b.Reset()
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\n':
			end()
			line++
			start = line
			i++
		case c == '\\' && spliceAt(text[i:]) > 0:
			i += spliceAt(text[i:])
			line++
		case c == '/' && i+1 < len(text) && text[i+1] == '*':
			n := bytes.Index(text[i+2:], []byte("*/"))
			if n < 0 {
				return nil, fmt.Errorf("%s:%d: a comment without its end", file, line)
			}
			line += bytes.Count(text[i:i+2+n], []byte("\n"))
			b.WriteByte(' ')
			i += 2 + n + 2
		case c == '/' && i+1 < len(text) && text[i+1] == '/':
			for i < len(text) && text[i] != '\n' {
				if n := spliceAt(text[i:]); n > 0 {
					i += n - 1
					line++
				}
				i++
			}
		case c == '"' || c == '\'':
			n := literal(text[i:])
			b.Write(text[i : i+n])
			i += n
		default:
			if c == '#' && strings.TrimSpace(b.String()) == "" {
				start = line // a comment may have begun before it
			}
			b.WriteByte(c)
			i++
		}
	}
	end()
	return out, nil
}

// spliceAt is the length of a backslash and the end of line after it; 0 where
// text does not begin with these.
func spliceAt(text []byte) int {
	for i, end := range []string{"\\\n", "\\\r\n"} {
		if len(text) >= len(end) && string(text[:len(end)]) == end {
			return i + 2
		}
	}
	return 0
}

// literal is the length of a string or character; one without its end is a
// lone quote (an apostrophe in #error's text).
func literal(text []byte) int {
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '\\':
			if spliceAt(text[i:]) > 0 {
				return 1
			}
			i++
		case text[0]:
			return i + 1
		}
	}
	return 1
}

// guardOf is the macro that keeps a file from being read twice: the first
// directive asks that it is not defined, the second defines it, and the
// conditional ends with the file.
func guardOf(ds []directive) string {
	ds = slices.DeleteFunc(slices.Clone(ds), func(d directive) bool { return d.name == "pragma" })
	if len(ds) < 3 || ds[1].name != "define" || ds[len(ds)-1].name != "endif" {
		return ""
	}
	name := ds[1].rest
	switch ds[0].name {
	case "ifndef":
		if ds[0].rest != name {
			return ""
		}
	case "if":
		if strings.NewReplacer(" ", "", "(", "", ")", "").Replace(ds[0].rest) != "!defined"+name {
			return ""
		}
	default:
		return ""
	}
	depth := 0
	for i, d := range ds {
		switch d.name {
		case "if", "ifdef", "ifndef":
			depth++
		case "else", "elif":
			if depth == 1 {
				return ""
			}
		case "endif":
			if depth--; depth == 0 && i < len(ds)-1 {
				return ""
			}
		}
	}
	return name
}

// expand puts the header's own macros into a value, as the preprocessor does:
// not a macro within its own value. Macros that double each other are cut off.
func (r *reader) expand(v string, within ...string) string {
	if len(within) == 1 {
		r.steps = mostValue
	}
	var b strings.Builder
	for v != "" && b.Len() < mostValue && r.steps > 0 {
		r.steps--
		at := wordOrString.FindStringIndex(v)
		if at == nil {
			b.WriteString(v)
			break
		}
		b.WriteString(v[:at[0]])
		id := v[at[0]:at[1]]
		v = v[at[1]:]
		if d := r.defs[id]; d != nil && !d.params && !d.Maybe && !slices.Contains(within, id) {
			id = r.expand(d.raw, append(within[:len(within):len(within)], id)...)
		}
		b.WriteString(id)
	}
	return b.String()
}
