package build

import (
	"bytes"
	"slices"

	"tlslab/internal/ctext"
)

// prune takes out of preprocessed C what its code does not use: types,
// prototypes, external variables, and inline functions of headers. A unit is
// then the same text in every configuration that changes only what others use,
// and is compiled once. What it can't read as a declaration stays.
func prune(text []byte) []byte {
	items := declarations(text)
	users := map[string][]int{} // name -> the items that declare it
	var keep []int
	kept := make([]bool, len(items))
	mark := func(i int) {
		if !kept[i] {
			kept[i] = true
			keep = append(keep, i)
		}
	}
	for i, it := range items {
		if len(it.declares) == 0 {
			mark(i)
		}
		for _, name := range it.declares {
			users[name] = append(users[name], i)
		}
	}
	needed := map[string]bool{}
	for len(keep) > 0 {
		it := items[keep[len(keep)-1]]
		keep = keep[:len(keep)-1]
		for _, t := range it.tokens {
			if name := string(t); isWord(t) && !needed[name] {
				needed[name] = true
				for _, i := range users[name] {
					mark(i)
				}
			}
		}
	}
	var out bytes.Buffer
	for i, it := range items {
		if kept[i] {
			out.Write(it.text)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// declaration is one external declaration of C (C11 6.9) and the names it
// declares; none when it must stay: it makes code or data, or is not understood.
type declaration struct {
	text     []byte
	tokens   [][]byte
	declares []string
}

// declarations cuts a preprocessed unit. What is left at its end stays too.
func declarations(text []byte) []declaration {
	var out []declaration
	var tokens [][]byte
	start, depth, body := 0, 0, false
	end := func(i int) {
		d := declaration{text: bytes.TrimSpace(text[start:i]), tokens: tokens}
		d.declares = declared(tokens)
		out = append(out, d)
		start, tokens, body = i, nil, false
	}
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r' {
			i++
			continue
		}
		if text[i] == '#' && len(tokens) == 0 { // #pragma
			n := bytes.IndexByte(text[i:], '\n') + 1
			if n == 0 {
				n = len(text) - i
			}
			tokens = append(tokens, text[i:i+1])
			i += n
			end(i)
			continue
		}
		t := text[i : i+tokenLen(text[i:])]
		i += len(t)
		switch t[0] {
		case '{', '(', '[':
			if t[0] == '{' && depth == 0 {
				body = isFunction(tokens)
			}
			depth++
		case '}', ')', ']':
			depth--
		}
		tokens = append(tokens, t)
		if depth <= 0 && (t[0] == ';' || t[0] == '}' && body) {
			end(i)
			depth = 0
		}
	}
	if len(tokens) > 0 {
		end(len(text))
		out[len(out)-1].declares = nil
	}
	return out
}

// tokenLen is the length of the token that text starts with; operators are
// taken a character at a time.
func tokenLen(text []byte) int {
	switch c := text[0]; {
	case ctext.IsIdent(c):
		n := 1
		for n < len(text) && ctext.IsIdent(text[n]) {
			n++
		}
		return n
	case c == '"' || c == '\'':
		for n := 1; n < len(text); n++ {
			if text[n] == '\\' {
				n++
			} else if text[n] == c {
				return n + 1
			}
		}
		return len(text)
	}
	return 1
}

func isWord(t []byte) bool { return ctext.IsIdent(t[0]) && (t[0] < '0' || t[0] > '9') }

func isOneOf(t []byte, words ...string) bool { return slices.Contains(words, string(t)) }

// isFunction tells whether a body follows, not the members of a type or an
// initialiser: it stands after a parameter list.
func isFunction(tokens [][]byte) bool {
	n := len(tokens)
	if n < 3 || tokens[n-1][0] != ')' || slices.ContainsFunc(tokens, func(t []byte) bool { return t[0] == '=' }) {
		return false
	}
	depth := 0
	for i := n - 1; i > 0; i-- {
		switch tokens[i][0] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return !isOneOf(tokens[i-1], "__attribute__", "__attribute", "struct", "union", "enum")
			}
		}
	}
	return false
}

// declared are the names of a declaration that makes neither code nor data.
func declared(tokens [][]byte) []string {
	if slices.ContainsFunc(tokens, func(t []byte) bool {
		return t[0] == '#' || isOneOf(t, "asm", "__asm__", "__asm", "_Static_assert", "alias", "used", "constructor", "destructor")
	}) {
		return nil
	}
	outer, names := outside(tokens)
	n := len(outer) - 1
	if n < 1 || slices.ContainsFunc(outer, func(t []byte) bool { return t[0] == '=' }) {
		return nil
	}
	switch {
	case outer[n][0] == '}':
		if isOneOf(outer[0], "static") && slices.ContainsFunc(outer[:min(n, 3)], func(t []byte) bool { return isOneOf(t, "inline", "__inline", "__inline__") }) {
			return function(outer[:n])
		}
	case outer[n][0] != ';':
	case isOneOf(outer[0], "typedef"):
		if name := typedefed(outer[1:n]); name != "" {
			return append(names, name)
		}
	case isOneOf(outer[0], "struct", "union", "enum") && (n == 1 || n == 2 && len(names) > 0 && isOneOf(outer[1], names[0])):
		return names
	case outer[n-1][0] == ')' && !slices.ContainsFunc(tokens, func(t []byte) bool { return t[0] == '{' }):
		return function(outer[:n])
	case isOneOf(outer[0], "extern"):
		if name := variable(outer[1:n]); name != "" {
			return append(names, name)
		}
	}
	return nil
}

// outside are tokens without attributes and without what stands in braces, and
// the names that can be used elsewhere: tags, and constants of enums.
func outside(tokens [][]byte) (outer [][]byte, names []string) {
	depth, enum := 0, 0 // enum: depth of the innermost enum's braces
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch {
		case isOneOf(t, "__extension__"):
		case isOneOf(t, "__attribute__", "__attribute") && i+1 < len(tokens):
			i = skipParens(tokens, i+1)
		case t[0] == '{':
			if depth++; enum < 0 {
				enum = depth
			}
		case t[0] == '}':
			if depth == enum {
				enum = 0
			}
			if depth--; depth == 0 && i == len(tokens)-1 {
				outer = append(outer, t)
			}
		case isOneOf(t, "struct", "union", "enum"):
			if isOneOf(t, "enum") {
				enum = -1
			}
			if i+1 < len(tokens) && isWord(tokens[i+1]) && !isOneOf(tokens[i+1], "__attribute__", "__attribute") {
				names = append(names, string(tokens[i+1]))
			}
			if depth == 0 {
				outer = append(outer, t)
			}
		case depth == 0:
			outer = append(outer, t)
		case depth == enum && isWord(t):
			names = append(names, string(t))
		}
		if enum < 0 && (t[0] == ';' || t[0] == ')' || t[0] == ',') {
			enum = 0
		}
	}
	return outer, names
}

// skipParens is the index of the parenthesis that closes the one at i.
func skipParens(tokens [][]byte, i int) int {
	depth := 0
	for ; i < len(tokens); i++ {
		switch tokens[i][0] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i
}

// function is the name of a plain function declarator; nil of one in
// parentheses.
func function(outer [][]byte) []string {
	i := slices.IndexFunc(outer, func(t []byte) bool { return t[0] == '(' })
	if i < 1 || !isWord(outer[i-1]) || skipParens(outer, i) != len(outer)-1 || i+1 < len(outer) && outer[i+1][0] == '*' {
		return nil
	}
	return []string{string(outer[i-1])}
}

// typedefed is the one name a typedef gives; "" when there may be several.
func typedefed(outer [][]byte) string {
	i := slices.IndexFunc(outer, func(t []byte) bool { return t[0] == '(' })
	if i < 0 {
		return variable(outer)
	}
	if i+2 < len(outer) && outer[i+1][0] == '*' && isWord(outer[i+2]) { // T (*name)(…)
		return string(outer[i+2])
	}
	if name := function(outer); name != nil { // T name(…)
		return name[0]
	}
	return ""
}

// variable is the one name a declaration without parentheses gives.
func variable(outer [][]byte) string {
	end := len(outer)
	for i, t := range outer {
		switch t[0] {
		case ',', '(', ':':
			return ""
		case '[':
			end = min(end, i)
		}
	}
	if end < 2 || !isWord(outer[end-1]) {
		return ""
	}
	return string(outer[end-1])
}
