package image

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"tlslab/core"
)

// callgraphMost bounds a compiler's statement; Mbed TLS's largest unit has 200 KB.
const callgraphMost = 16 << 20

var (
	graphNode = regexp.MustCompile(`^node: \{ title: "([^"]+)" label: "([^"]*)"( shape : ellipse)? \}$`)
	graphEdge = regexp.MustCompile(`^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"(?: label: "[^"]*")? \}$`)
	stackSaid = regexp.MustCompile(`\\n(\d+) bytes \((static|dynamic|dynamic,bounded)\)$`)
)

// indirectCall is the node that gcc draws calls through pointers to.
const indirectCall = "__indirect_call"

// ParseCallgraph reads what gcc wrote for one object (-fcallgraph-info=su):
// its own functions by their symbols' names. What the lab does not know is an
// error: a call overlooked would make a bound that is none.
func ParseCallgraph(text []byte) (map[string]core.Frame, error) {
	if len(text) > callgraphMost {
		return nil, fmt.Errorf("call graph of %d bytes: over %d", len(text), callgraphMost)
	}
	frames := map[string]core.Frame{}
	n, ended := 0, false
	for line := range bytes.Lines(text) {
		n++
		bad := func(format string, args ...any) error {
			return fmt.Errorf("call graph:%d: "+format, append([]any{n}, args...)...)
		}
		s := strings.TrimSuffix(string(line), "\n")
		node, edge := graphNode.FindStringSubmatch(s), graphEdge.FindStringSubmatch(s)
		switch {
		case ended:
			return nil, bad("more after its end")
		case n == 1:
			if !strings.HasPrefix(s, "graph: {") {
				return nil, bad("%q: not its beginning", s)
			}
		case s == "}":
			ended = true
		case node != nil && node[3] != "": // another object's, or the placeholder
		case node != nil:
			said := stackSaid.FindStringSubmatch(node[2])
			if said == nil {
				return nil, bad("%q: does not say what it takes of the stack", s)
			}
			bytes, err := strconv.ParseUint(said[1], 10, 32)
			if err != nil {
				return nil, bad("%w", err)
			}
			name := symbolOf(node[1])
			f := core.Frame{Bytes: uint32(bytes), Dynamic: said[2] == "dynamic"}
			frames[name] = f.And(frames[name])
		case edge != nil:
			from, to := symbolOf(edge[1]), symbolOf(edge[2])
			f, ok := frames[from]
			if !ok {
				return nil, bad("%q: no node %s before it", s, from)
			}
			if to == indirectCall {
				f.Indirect = true
			} else {
				f.Calls = append(f.Calls, to)
			}
			frames[from] = f
		default:
			return nil, bad("%q: neither node nor edge", s)
		}
	}
	if !ended {
		return nil, fmt.Errorf("call graph:%d: ends too early", n)
	}
	for name, f := range frames {
		frames[name] = f.And(core.Frame{})
	}
	return frames, nil
}

// symbolOf is the symbol of a node: those of one file alone are called
// "FILE:NAME".
func symbolOf(title string) string { return title[strings.LastIndexByte(title, ':')+1:] }
