package core

import (
	"iter"
	"strings"
)

// define is one line of a header that begins with #define.
type define struct {
	text string
	at   int // where it begins
}

// defines are a header's lines that begin with #define: an expression is tried on
// these alone, which is many times as fast as on the whole text.
func defines(text string) iter.Seq[define] {
	return func(yield func(define) bool) {
		for at := 0; at < len(text); {
			line, _, _ := strings.Cut(text[at:], "\n")
			if strings.HasPrefix(line, "#define") && !yield(define{line, at}) {
				return
			}
			at += len(line) + 1
		}
	}
}
