package export

import (
	"bytes"

	"tlslab/profiles"
)

// writeHeader writes a whole configuration header that stands alone. unsaid are the
// macros whose text is in other files, or behind conditions.
func writeHeader(macros []profiles.Macro) (text []byte, unsaid []string) {
	var b bytes.Buffer
	begin, end := profiles.HeaderEnds()
	b.WriteString("/* Written by tlslab. */\n" + begin)
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
	b.WriteString(end)
	return b.Bytes(), unsaid
}
