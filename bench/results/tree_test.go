package results

import (
	"math"
	"testing"
)

// TestTreeOfRecursion: a function that calls itself as often as a tree holds has
// ways of bounded length, and all that it cost is in them.
func TestTreeOfRecursion(t *testing.T) {
	tree := &Tree{Functions: []string{"f"}}
	for i := range MostNodes {
		tree.Nodes = append(tree.Nodes, Call{Parent: i - 1, Calls: 1, Ops: int64(MostNodes - i)})
	}
	if err := tree.check(); err != nil {
		t.Fatal(err)
	}
	var calls, own int64
	ways := tree.Ways("f")
	for _, w := range ways {
		if len(w.Path) > mostSteps {
			t.Fatalf("a way of %d steps", len(w.Path))
		}
		calls, own = calls+w.Calls, own+w.Own
	}
	if calls != MostNodes || own != MostNodes || len(ways) != mostSteps {
		t.Errorf("%d calls and %d ops in %d ways, want %d and %d in %d", calls, own, len(ways), MostNodes, MostNodes, mostSteps)
	}
}

// TestTreeOfHugeCosts: costs whose sum is more than a number holds are refused.
func TestTreeOfHugeCosts(t *testing.T) {
	tree := &Tree{Functions: []string{"f"}, Nodes: []Call{{Parent: -1, Ops: 1}}}
	for range 2 {
		tree.Nodes = append(tree.Nodes, Call{Ops: math.MaxInt64/2 + 1})
	}
	if tree.check() == nil {
		t.Error("calls that cost 2^63 are below one that costs 1")
	}
}
