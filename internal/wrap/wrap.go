// Package wrap breaks words into lines for a terminal.
package wrap

import (
	"fmt"
	"io"
	"strings"
)

// Width is that of a terminal as everybody has it, less its last column.
const Width = 79

// NoBreak stands for a space at which no line is broken.
const NoBreak = "\x00"

// Lines are words in lines of at most width bytes; a longer word has a line of
// its own.
func Lines(words string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(words) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+strings.ReplaceAll(word, NoBreak, " "), " ")
	}
	return append(lines, line)
}

// Hang prints words behind first, the lines after the first one below them.
func Hang(w io.Writer, first, words string) {
	indent := first
	for _, line := range Lines(words, max(Width-len(first), 1)) {
		fmt.Fprintln(w, strings.TrimRight(indent+line, " "))
		indent = strings.Repeat(" ", len(first))
	}
}
