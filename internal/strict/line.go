package strict

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Errorf is an error about the value of one key of a file that did decode:
//
//	FILE:LINE: KEY: message
//
// key is the path of the key, elements of arrays of tables by their number:
// "memory.heap_bytes", "region[1].origin". The line is left out where the
// file doesn't hold the key (a missing one). Arguments are as fmt.Errorf's.
func Errorf(file string, data []byte, key, format string, args ...any) error {
	where := file
	if n := Line(data, key); n > 0 {
		where += ":" + strconv.Itoa(n)
	}
	return fmt.Errorf("%s: %s: %w", where, key, fmt.Errorf(format, args...))
}

// Line returns the line of key in data, counted from 1; the line of the
// nearest table around it where the key itself is missing; 0 where neither is
// there.
func Line(data []byte, key string) int {
	lines := keyLines(data)
	for {
		if n, ok := lines[key]; ok {
			return n
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			return 0
		}
		key = key[:i]
	}
}

// keyLines maps the path of every key and table of data to its line. Inline
// tables are not entered: their line is that of the key that holds them.
func keyLines(data []byte) map[string]int {
	lines := map[string]int{}
	count := map[string]int{} // elements so far of each array of tables
	table := ""               // path of the table that key-values fall in
	var p unstable.Parser
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.Table && e.Kind != unstable.ArrayTable && e.Kind != unstable.KeyValue {
			continue
		}
		path, line := table, 0
		if e.Kind != unstable.KeyValue {
			path = ""
		}
		it := e.Key()
		for it.Next() {
			if line == 0 {
				line = p.Shape(it.Node().Raw).Start.Line
			}
			if path != "" {
				path += "."
			}
			path += string(it.Node().Data)
			last := it.IsLast()
			if last && e.Kind == unstable.ArrayTable {
				count[path]++
			}
			if n := count[path]; n > 0 {
				path += "[" + strconv.Itoa(n-1) + "]"
			}
		}
		lines[path] = line
		if e.Kind != unstable.KeyValue {
			table = path
		}
	}
	return lines
}
