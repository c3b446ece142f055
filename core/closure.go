package core

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// scanned is one C file as the cache needs it: what it includes and which
// identifiers it mentions. Conditionals are ignored, so both are supersets.
type scanned struct {
	digest   string
	includes []string
	idents   map[string]bool
	err      error
}

// scanner reads every file once per process. Files under it do not change
// while the process runs: sources are unpacked, the port is materialised.
type scanner struct {
	mu    sync.Mutex
	files map[string]*scanned
}

func (s *scanner) file(path string) *scanned {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.files[path]; ok {
		return f
	}
	data, err := os.ReadFile(path)
	f := &scanned{err: err}
	if err == nil {
		f = scan(data)
	}
	s.files[path] = f
	return f
}

// defaultIdiom is how headers give a macro its default. Where a file mentions
// a macro only so, its value does not matter to that file.
var defaultIdiom = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(?:if[ \t]+!defined[ \t]*\([ \t]*(\w+)[ \t]*\)|ifndef[ \t]+(\w+))[ \t]*\n\s*#[ \t]*define[ \t]+(\w+)\b[ \t]*([^\n]*)\n\s*#[ \t]*endif`)

// find looks an included name up in dirs.
func (s *scanner) find(name string, dirs []string) (string, bool) {
	for _, d := range dirs {
		if p := filepath.Join(d, name); s.file(p).err == nil {
			return p, true
		}
	}
	return "", false
}

// headerDefine gives a macro a header's name: #include MACRO follows.
var headerDefine = regexp.MustCompile(`^define[ \t]+\w+[ \t]+["<]([^"<>\n]+\.h)[">]`)

// scan finds #include lines and identifiers in C text, comments left out.
func scan(data []byte) *scanned {
	f := &scanned{digest: SHA256(data), idents: map[string]bool{}}
	text := uncomment(data)
	text = defaultIdiom.ReplaceAllFunc(text, func(block []byte) []byte {
		m := defaultIdiom.FindSubmatch(block)
		if name := string(m[1]) + string(m[2]); name != string(m[3]) {
			return block
		}
		return m[4] // what the default mentions still counts
	})
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case isIdent(c) && (c < '0' || c > '9'):
			j := i + 1
			for j < len(text) && isIdent(text[j]) {
				j++
			}
			f.idents[string(text[i:j])] = true
			i = j
		case c == '#':
			j := skipBlank(text, i+1)
			if k := j + len("include"); k <= len(text) && string(text[j:k]) == "include" {
				if name, end := includeName(text, skipBlank(text, k)); name != "" {
					f.includes = append(f.includes, name)
					i = end
					continue
				}
			}
			if m := headerDefine.FindSubmatch(text[j:]); m != nil {
				f.includes = append(f.includes, string(m[1]))
			}
			i++
		default:
			i++
		}
	}
	return f
}

// uncomment replaces comments by blanks; quotes protect what looks like one.
func uncomment(data []byte) []byte {
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
			i += end + 3
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

func isIdent(c byte) bool {
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

// closure lists root and every file it includes, directly or not, that is
// found beside the including file or in dirs. Files whose path is in skip
// are left out, with what only they include.
func (s *scanner) closure(root string, dirs []string, skip map[string]bool) ([]string, error) {
	var order []string
	seen := map[string]bool{}
	stack := []string{root}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[p] || skip[p] {
			continue
		}
		seen[p] = true
		f := s.file(p)
		if f.err != nil {
			return nil, fmt.Errorf("core: %w", f.err)
		}
		order = append(order, p)
		for _, inc := range f.includes {
			if q, ok := s.find(inc, append([]string{filepath.Dir(p)}, dirs...)); ok {
				stack = append(stack, q)
			}
		}
	}
	return order, nil
}
