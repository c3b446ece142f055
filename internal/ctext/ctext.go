// Package ctext reads C text line by line, without a preprocessor: comments,
// directives, and the names that code mentions or includes. It knows no macro
// and opens no file.
package ctext

import (
	"bytes"
	"iter"
	"regexp"
	"strings"
)

var (
	// Conditional is a line that begins, continues or ends a conditional: the
	// directive and what follows it.
	Conditional = regexp.MustCompile(`^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b(.*)$`)
	// Inclusion is a line with #include.
	Inclusion = regexp.MustCompile(`^[ \t]*#[ \t]*include\b`)
	// Definition is a line with #define or #undef: the directive, the macro and
	// what follows it.
	Definition = regexp.MustCompile(`^[ \t]*#[ \t]*(define|undef)[ \t]+(\w+)(.*)`)
	// Identifier is a name.
	Identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
)

// including are the directives that read a file.
var including = map[string]bool{"include": true, "include_next": true, "import": true, "embed": true}

// NextMark begins the names of files that may be any of that name in the search
// path, not the first alone.
const NextMark = "\x00"

// Words finds the identifiers and #include lines of C text without comments.
func Words(text []byte) (idents, includes []string) {
	seen := map[string]bool{}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case IsIdent(c) && (c < '0' || c > '9'):
			j := i + 1
			for j < len(text) && IsIdent(text[j]) {
				j++
			}
			id := string(text[i:j])
			if !seen[id] {
				seen[id] = true
				idents = append(idents, id)
			}
			i = j
			if strings.HasPrefix(id, "__has_include") { // whether the file is there decides, too
				if k := skipBlank(text, i); k < len(text) && text[k] == '(' {
					if name, end := includeName(text, skipBlank(text, k+1)); name != "" {
						includes, i = append(includes, NextMark+name), end
					}
				}
			}
		case c == '#':
			j := skipBlank(text, i+1)
			k := j
			for k < len(text) && IsIdent(text[k]) {
				k++
			}
			if directive := string(text[j:k]); including[directive] {
				if name, end := includeName(text, skipBlank(text, k)); name != "" {
					if directive == "include_next" {
						name = NextMark + name
					}
					includes = append(includes, name)
					i = end
					continue
				}
			}
			i++
		default:
			i++
		}
	}
	return idents, includes
}

// Uncomment replaces comments by blanks; quotes protect what looks like one.
// Line breaks in a comment become joined lines, so that lines can be counted.
func Uncomment(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '"' || c == '\'':
			j := i + 1
			for j < len(data) && data[j] != c && data[j] != '\n' {
				if data[j] == '\\' {
					j++
				}
				j++
			}
			j = min(j, len(data)-1)
			out = append(out, data[i:j+1]...)
			i = j
		case c == '/' && i+1 < len(data) && data[i+1] == '/':
			for i+1 < len(data) && data[i+1] != '\n' {
				i++
			}
		case c == '/' && i+1 < len(data) && data[i+1] == '*':
			end := bytes.Index(data[i+2:], []byte("*/"))
			if end < 0 {
				return out
			}
			out = append(out, ' ')
			for range bytes.Count(data[i+2:i+2+end], []byte("\n")) {
				out = append(out, '\\', '\n')
			}
			i += end + 3
		default:
			out = append(out, c)
		}
	}
	return out
}

// IsIdent tells a character of a name.
func IsIdent(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func skipBlank(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t') {
		i++
	}
	return i
}

// includeName reads "name" or <name> at i; "" when the include is a macro.
func includeName(data []byte, i int) (string, int) {
	if i >= len(data) || data[i] != '"' && data[i] != '<' {
		return "", i
	}
	for j := i + 1; j < len(data) && data[j] != '\n'; j++ {
		if data[j] == '"' || data[j] == '>' {
			return string(data[i+1 : j]), j + 1
		}
	}
	return "", i
}

// Define is one line of a header that begins with #define.
type Define struct {
	Text string
	At   int // where it begins
}

// Defines are a header's lines that begin with #define: an expression is tried on
// these alone, which is many times as fast as on the whole text.
func Defines(text string) iter.Seq[Define] {
	return func(yield func(Define) bool) {
		for at := 0; at < len(text); {
			line, _, _ := strings.Cut(text[at:], "\n")
			if strings.HasPrefix(line, "#define") && !yield(Define{line, at}) {
				return
			}
			at += len(line) + 1
		}
	}
}
