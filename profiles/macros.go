package profiles

import (
	"regexp"
	"strings"
)

var (
	defineLine = regexp.MustCompile(`^\s*#\s*define\s+([A-Za-z_]\w*)(\(?)(.*)$`)
	undefLine  = regexp.MustCompile(`^\s*#\s*undef\s+([A-Za-z_]\w*)`)
	ifndefLine = regexp.MustCompile(`^\s*#\s*ifndef\s+([A-Za-z_]\w*)`)
)

// Macros returns the macros that a header's own #define lines leave defined,
// with their values ("" for none). It reads the text alone: conditions count
// as true, included files are not followed, macros with parameters and the
// include guard are left out.
func Macros(header []byte) map[string]string {
	macros := map[string]string{}
	for _, m := range macroList(header) {
		macros[m.Name] = m.Value
	}
	return macros
}

// macroList is Macros in the order of the text.
func macroList(header []byte) list {
	var s Settings // for its order; names here need not begin with MBEDTLS_
	guard := ""
	for _, line := range strings.Split(stripped(header), "\n") {
		if m := ifndefLine.FindStringSubmatch(line); m != nil && guard == "" {
			guard = m[1]
			continue
		}
		if m := undefLine.FindStringSubmatch(line); m != nil {
			s.drop(m[1])
			continue
		}
		m := defineLine.FindStringSubmatch(line)
		if m == nil || m[2] == "(" {
			continue
		}
		value := strings.Join(strings.Fields(m[3]), " ")
		if m[1] == guard && value == "" {
			guard = " " // only the first guard; a space is no macro's name
			continue
		}
		s.drop(m[1])
		s.list = append(s.list, Macro{Name: m[1], Value: value})
	}
	return s.list
}

// drop removes a macro by its exact name.
func (s *Settings) drop(name string) {
	for i, m := range s.list {
		if m.Name == name {
			s.list = append(s.list[:i:i], s.list[i+1:]...)
			return
		}
	}
}

// stripped is the text with lines joined at backslashes and comments replaced
// by a space, as a C preprocessor does first.
func stripped(header []byte) string {
	text := strings.ReplaceAll(string(header), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\\\n", " ")
	var out strings.Builder
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return out.String()
			}
			out.WriteByte(' ')
			i += 2 + end + 2
		case strings.HasPrefix(text[i:], "//"):
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				return out.String()
			}
			i += end
		case text[i] == '"':
			end := i + 1
			for end < len(text) && text[end] != '"' && text[end] != '\n' {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(text))
			out.WriteString(text[i:end])
			i = end
		default:
			out.WriteByte(text[i])
			i++
		}
	}
	return out.String()
}
