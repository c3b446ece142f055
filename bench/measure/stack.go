package measure

import (
	"fmt"
	"slices"
	"strings"

	"tlslab/bench/lab"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/core/image"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/internal/quantity"
)

// Stack is a run's stack as the compiler's frames explain it. The lab's own
// functions are in it where they call the guest, and not where it calls them.
type Stack struct {
	Path     []StackFrame // of the calls made, those with the largest sum of frames, from the stack's top
	FramesB  uint32       // their sum
	Open     string       // a function among all that ran whose frame is not known: FramesB is no bound then
	BoundB   uint32       // most that any calls can take, from the stack's top; 0: there is no bound
	Why      string       // and why
	Bounded  int          // functions of the image with a bound of their own,
	Of       int          // of so many
	WatchB   uint32       // deepest by the watch on SP
	PaintedB uint32       // by painting; 0: not known
}

// StackFrame is a call on the way to the deepest stack.
type StackFrame struct {
	Function string
	Bytes    uint32 // 0 too where it is given back before the next: a tail call
}

// stackRoot is the function that a firmware calls the guest by (core/port/port.h).
const stackRoot = "tlslab_step"

// NewStack explains a run's stack, from the tree of its calls and the frames of
// its firmware. The ways of finding it must agree; that they don't is a
// *emu.HostError: a wrong watch, or wrong frames; or the guest's (stackAgrees).
func NewStack(r *emu.Record, tree []emu.Call, frames map[string]core.Frame) (*Stack, error) {
	s := &Stack{Of: len(frames), WatchB: r.StackPeakB, PaintedB: r.PaintedB}
	bounds := image.Bounds(frames)
	s.Bounded = len(bounds)
	if err := callsAgree(tree, frames, bounds); err != nil {
		return nil, err
	}
	s.deepest(tree, frames)
	if s.Open == "" && s.WatchB > s.FramesB {
		return nil, disagree("%s by the watch on SP, %s in the frames of all calls on the way", quantity.Bytes(s.WatchB), quantity.Bytes(s.FramesB))
	}
	if s.BoundB > 0 && s.WatchB > s.BoundB {
		return nil, disagree("%s by the watch on SP, at most %s by the call graph", quantity.Bytes(s.WatchB), quantity.Bytes(s.BoundB))
	}
	return s, stackAgrees(r)
}

func disagree(format string, args ...any) error {
	return &emu.HostError{Err: fmt.Errorf("stack: "+format+": one of them is wrong", args...)}
}

// stackAgrees holds the two ways of finding the deepest stack together: paint is
// gone where the stack pointer has been, and where the guest wrote below it,
// which is an *emu.GuestError.
func stackAgrees(r *emu.Record) error {
	if r.StackPeakB > 0 && r.PaintedB > r.StackPeakB {
		return &emu.GuestError{Reason: fmt.Sprintf("wrote below its stack: %s deep by painting, %s by the watch on SP", quantity.Bytes(r.PaintedB), quantity.Bytes(r.StackPeakB))}
	}
	return nil
}

// tail says that a call was made by a jump alone: the caller had given its
// frame back. A jump into a function's own cold part keeps it.
func tail(c *emu.Call) bool { return c.Calls == 0 && !strings.Contains(c.Function, ".cold") }

// callsAgree holds what each call took against its function's bound, and
// against the frames of the calls it made. The innermost that differs is told.
func callsAgree(tree []emu.Call, frames map[string]core.Frame, bounds map[string]uint32) error {
	most := make([]uint32, len(tree))  // by call: of its frame and those of the calls it made
	below := make([]uint32, len(tree)) // of the calls it made with its frame in use
	open := make([]bool, len(tree))
	for i := len(tree) - 1; i > 0; i-- {
		c := &tree[i]
		f, known := frames[c.Function]
		open[i] = open[i] || !known || f.Dynamic
		if !emu.Harness(c.Function) || below[i] > 0 { // else the watch leaves it out
			most[i] = max(most[i], f.Bytes+below[i])
		}
		if bound, ok := bounds[c.Function]; ok && c.StackB > bound {
			return disagree("%s took %s by the watch on SP, at most %s by the call graph", c.Function, quantity.Bytes(c.StackB), quantity.Bytes(bound))
		}
		if !open[i] && c.StackB > most[i] {
			return disagree("%s took %s by the watch on SP, %s in its frame and those of the calls it made", c.Function, quantity.Bytes(c.StackB), quantity.Bytes(most[i]))
		}
		if p := c.Parent; tail(c) {
			most[p] = max(most[p], most[i])
		} else {
			below[p] = max(below[p], most[i])
		}
		open[c.Parent] = open[c.Parent] || open[i]
	}
	return nil
}

// deepest finds the calls made whose frames add up to most, and the bound
// below the first of the guest's own.
func (s *Stack) deepest(tree []emu.Call, frames map[string]core.Frame) {
	sum := make([]uint32, len(tree)) // of the frames from the stack's top on
	last, root := 0, 0
	for i := 1; i < len(tree); i++ {
		c := &tree[i]
		f, known := frames[c.Function]
		sum[i] = sum[c.Parent] + f.Bytes
		if tail(c) {
			sum[i] -= frames[tree[c.Parent].Function].Bytes
		}
		if s.Open == "" && (!known || f.Dynamic) {
			s.Open = c.Function
		}
		if root == 0 && c.Function == stackRoot {
			root = i
		}
		if sum[i] > sum[last] && !emu.Harness(c.Function) {
			last = i
		}
	}
	switch bytes, ok, why := image.Bound(frames, stackRoot); {
	case !ok:
		s.Why = why
	case root == 0:
		s.Why = stackRoot + " was not called"
	default:
		s.BoundB = sum[tree[root].Parent] + bytes
	}
	if last > 0 {
		s.FramesB = sum[last]
	}
	given := false // the frame, to the call after
	for i := last; i > 0; i = tree[i].Parent {
		f := StackFrame{Function: tree[i].Function}
		if !given {
			f.Bytes = frames[f.Function].Bytes
		}
		s.Path, given = append(s.Path, f), tail(&tree[i])
	}
	slices.Reverse(s.Path)
}

// stack fills the metrics of a case on a machine that may follow calls, and
// fails where the ways of finding the stack disagree.
func stack(c *results.Case, r *lab.Run, img *core.Image) error {
	if r.Tree == nil {
		return stackAgrees(r.Record)
	}
	s, err := NewStack(r.Record, r.Tree, img.Frames)
	if err != nil {
		return err
	}
	if s.Open == "" {
		c.Metrics[metric.StackFrames] = int64(s.FramesB)
	}
	if s.BoundB > 0 {
		c.Metrics[metric.StackBound] = int64(s.BoundB)
	}
	return nil
}
