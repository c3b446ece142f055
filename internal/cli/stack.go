package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"tlslab/bench/lab"
	"tlslab/bench/measure"
	"tlslab/internal/quantity"
)

// printStack prints the calls on the way to a run's deepest stack, and what
// each way of finding it found. Machines that follow no calls print nothing.
func printStack(w io.Writer, t *lab.Traced) error {
	if t.Tree == nil {
		return nil
	}
	s, err := measure.NewStack(t.Record, t.Tree, t.Image.Frames)
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "\ndeepest stack\tframe B\tsum B\t")
	sum := uint32(0)
	for _, f := range s.Path {
		sum += f.Bytes
		fmt.Fprintf(tw, "%s\t%d\t%d\t\n", f.Function, f.Bytes, sum)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "by the watch on SP %s, by painting %s, in frames %s", quantity.Bytes(s.WatchB), quantity.Bytes(s.PaintedB), quantity.Bytes(s.FramesB))
	if s.Open != "" {
		fmt.Fprintf(w, ", not counting what %s takes as it runs", s.Open)
	}
	if s.BoundB > 0 {
		fmt.Fprintf(w, "\nat most %s, by the call graph", quantity.Bytes(s.BoundB))
	} else {
		fmt.Fprintf(w, "\nno bound by the call graph: %s", s.Why)
	}
	_, err = fmt.Fprintf(w, "; %d of %d functions have a bound of their own\n", s.Bounded, s.Of)
	return err
}
