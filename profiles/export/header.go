package export

import (
	"bytes"

	"tlslab/profiles"
)

// writeHeader writes a whole configuration header that stands alone. unsaid are the
// macros whose text is in other files, or behind conditions.
func writeHeader(d *profiles.Dialect, macros []profiles.Macro) (text []byte, unsaid []string) {
	var b bytes.Buffer
	b.WriteString("/* Written by tlslab. */\n" + d.Header.Begin)
	for _, m := range macros {
		line := define(m, "")
		if m.Params || m.Maybe {
			unsaid = append(unsaid, line)
		}
		if m.Params {
			b.WriteString("/* " + m.Name + " has parameters; its text is at " + m.At + " */\n")
		} else {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString(d.Header.End)
	return b.Bytes(), unsaid
}
