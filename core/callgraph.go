package core

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tlslab/internal/cache"
)

// frameFlags make gcc (10 or later) write beside each object what its functions
// take of the stack and whom they call. The code is the same with and without
// them. Before the link there is nothing to tell where that makes the code:
// then the linked code alone says it.
func (t target) frameFlags() []string {
	if t.name == "wasm" || t.lto() {
		return nil
	}
	return []string{"-fcallgraph-info=su"}
}

// callgraphMost bounds a compiler's statement; Mbed TLS's largest unit has 200 KB.
const callgraphMost = 16 << 20

var (
	graphNode = regexp.MustCompile(`^node: \{ title: "([^"]+)" label: "([^"]*)"( shape : ellipse)? \}$`)
	graphEdge = regexp.MustCompile(`^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"(?: label: "[^"]*")? \}$`)
	stackSaid = regexp.MustCompile(`\\n(\d+) bytes \((static|dynamic|dynamic,bounded)\)$`)
)

// indirectCall is the node that gcc draws calls through pointers to.
const indirectCall = "__indirect_call"

// parseCallgraph reads what gcc wrote for one object (-fcallgraph-info=su):
// its own functions by their symbols' names. What the lab does not know is an
// error: a call overlooked would make a bound that is none.
func parseCallgraph(text []byte) (map[string]Frame, error) {
	if len(text) > callgraphMost {
		return nil, fmt.Errorf("call graph of %d bytes: over %d", len(text), callgraphMost)
	}
	frames := map[string]Frame{}
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
			f := Frame{Bytes: uint32(bytes), Dynamic: said[2] == "dynamic"}
			frames[name] = f.and(frames[name])
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
		frames[name] = f.and(Frame{})
	}
	return frames, nil
}

// symbolOf is the symbol of a node: those of one file alone are called
// "FILE:NAME".
func symbolOf(title string) string { return title[strings.LastIndexByte(title, ':')+1:] }

// and is what holds of both: functions of one name in two objects.
func (f Frame) and(o Frame) Frame {
	f.Bytes = max(f.Bytes, o.Bytes)
	f.Dynamic, f.Indirect = f.Dynamic || o.Dynamic, f.Indirect || o.Indirect
	f.Calls = append(slices.Clone(f.Calls), o.Calls...)
	slices.Sort(f.Calls)
	f.Calls = slices.Compact(f.Calls)
	return f
}

// keepCallgraph moves what the compiler wrote beside an object into the cache.
func (b *Builder) keepCallgraph(t target, key, object string) error {
	beside := object + ".ci"
	defer os.Remove(beside)
	text, err := os.ReadFile(beside)
	if err != nil {
		return &ToolError{Tool: t.cc, Err: fmt.Errorf("wrote no call graph: %w", err)}
	}
	// Half of one would be kept with the object, and be in the way for good.
	if _, err := parseCallgraph(text); err != nil {
		return &ToolError{Tool: t.cc, Err: err}
	}
	return b.Cache.Put(callgraphKind, key, text)
}

// said merges what the compiler wrote beside these objects.
func (b *Builder) said(objects []string) (map[string]Frame, error) {
	all := map[string]Frame{}
	for _, object := range objects {
		key, _ := cache.Entry(object)
		text, ok := b.Cache.Get(callgraphKind, key)
		if !ok {
			return nil, fmt.Errorf("call graph of %s: gone from the cache", object)
		}
		frames, err := parseCallgraph(text)
		if err != nil {
			return nil, &ToolError{Tool: "arm-none-eabi-gcc", Err: err}
		}
		for name, f := range frames {
			all[name] = f.and(all[name])
		}
	}
	return all, nil
}
