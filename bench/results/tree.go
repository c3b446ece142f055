package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Tree is the tree of calls of one run: a node for each way to call a function.
type Tree struct {
	// Functions are the names that nodes refer to by their place, sorted.
	Functions []string `json:"functions"`
	// Nodes are the calls; a caller comes before what it calls.
	Nodes []Call `json:"nodes"`
	// Folded is how many nodes were left out because the tree was too large: those
	// that cost least. Their cost is in their callers' still.
	Folded int `json:"folded,omitempty"`
}

// Call is a node of the tree, in JSON an array of its fields in this order.
type Call struct {
	// Parent is the place of the caller's node in Tree.Nodes; -1 for none.
	Parent int
	// Function is the place of its name in Tree.Functions.
	Function int
	// Calls is how often it was called in this way; 0: by jumps alone.
	Calls int64
	// Ops is what it and all it called executed in this way, in the unit of the
	// machine's own count: the inclusive cost.
	Ops int64
}

// MarshalJSON writes the fields as an array.
func (c Call) MarshalJSON() ([]byte, error) {
	return json.Marshal([4]int64{int64(c.Parent), int64(c.Function), c.Calls, c.Ops})
}

// UnmarshalJSON reads an array of four.
func (c *Call) UnmarshalJSON(data []byte) error {
	var v []int64
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if len(v) != 4 {
		return fmt.Errorf("a call of %d numbers, want 4", len(v))
	}
	*c = Call{int(v[0]), int(v[1]), v[2], v[3]}
	return nil
}

// MostNodes bounds a tree in a file; a handshake's has some thousand.
const MostNodes = 20_000

// nodesInLine are the nodes on a line of a file.
const nodesInLine = 12

// encode writes the tree as a member of its case.
func (t *Tree) encode(b *bytes.Buffer) error {
	b.WriteString(",\n   \"tree\": {\n    \"functions\": ")
	if err := encode(b, t.Functions, "", ""); err != nil {
		return err
	}
	b.WriteString(",\n    \"nodes\": [")
	for i, n := range t.Nodes {
		if i > 0 {
			b.WriteByte(',')
		}
		if i%nodesInLine == 0 {
			b.WriteString("\n     ")
		}
		fmt.Fprintf(b, "[%d,%d,%d,%d]", n.Parent, n.Function, n.Calls, n.Ops)
	}
	b.WriteString("\n    ]")
	if t.Folded > 0 {
		fmt.Fprintf(b, ",\n    \"folded\": %d", t.Folded)
	}
	b.WriteString("\n   }")
	return nil
}

func (t *Tree) check() error {
	if !slices.IsSorted(t.Functions) || len(slices.Compact(slices.Clone(t.Functions))) != len(t.Functions) {
		return fmt.Errorf("its functions are not sorted, or one is there twice")
	}
	if len(t.Nodes) > MostNodes {
		return fmt.Errorf("%d nodes, at most %d", len(t.Nodes), MostNodes)
	}
	below := make([]int64, len(t.Nodes)) // inclusive cost of the calls made
	for i := len(t.Nodes) - 1; i >= 0; i-- {
		n := t.Nodes[i]
		if n.Parent < -1 || n.Parent >= i || n.Function < 0 || n.Function >= len(t.Functions) || n.Calls < 0 || n.Ops < below[i] {
			return fmt.Errorf("node %d: its caller, its function or its cost is not possible", i)
		}
		if n.Parent >= 0 {
			if below[n.Parent] += n.Ops; below[n.Parent] < 0 {
				return fmt.Errorf("node %d: the calls it makes cost more than a number holds", n.Parent)
			}
		}
	}
	return nil
}

// mostSteps bounds the path of a way: a recursion's would be as long as it is deep.
const mostSteps = 100

// Way is one way to call a function: the functions from the run's first to it, or
// the innermost 100 of them.
type Way struct {
	Path  []string // the outermost first, the function itself last
	Calls int64
	Own   int64 // of the function itself, in this way
}

// Ways are those of a function, by their paths with blanks between. A nil tree
// knows of none.
func (t *Tree) Ways(function string) map[string]Way {
	out := map[string]Way{}
	if t == nil {
		return out
	}
	at, ok := slices.BinarySearch(t.Functions, function)
	if !ok {
		return out
	}
	own := make([]int64, len(t.Nodes))
	for i, n := range t.Nodes {
		own[i] += n.Ops
		if n.Parent >= 0 {
			own[n.Parent] -= n.Ops
		}
	}
	for i, n := range t.Nodes {
		if n.Function != at {
			continue
		}
		var path []string
		for k := i; k >= 0 && len(path) < mostSteps; k = t.Nodes[k].Parent {
			path = append(path, t.Functions[t.Nodes[k].Function])
		}
		slices.Reverse(path)
		key := strings.Join(path, " ")
		w := out[key]
		out[key] = Way{path, w.Calls + n.Calls, w.Own + own[i]}
	}
	return out
}
