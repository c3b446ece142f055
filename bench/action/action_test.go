package action

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"tlslab/internal/cache"
)

// TestLocalKeeps: what was done is not done again, unless it said that it may
// come out otherwise, or what was kept is no output.
func TestLocalKeeps(t *testing.T) {
	ctx := context.Background()
	l := &Local{Store: &cache.Store{Dir: t.TempDir()}}
	done := 0
	do := func(key string, keep bool) string {
		t.Helper()
		var out string
		err := l.Execute(ctx, Action{"kind", key, func(context.Context) (any, bool, error) {
			done++
			return "out", keep, nil
		}}, &out)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const repeats, not, broken = "aaaa", "bbbb", "cccc"
	for range 2 {
		if out := do(repeats, true) + do(not, false); out != "outout" {
			t.Error(out)
		}
	}
	if done != 3 {
		t.Errorf("done %d times, want once and twice", done)
	}
	if err := l.Store.Put("kind", broken, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if do(broken, true) != "out" || done != 4 {
		t.Errorf("half an output was taken for one")
	}
	err := l.Execute(ctx, Action{"kind", "dddd", func(context.Context) (any, bool, error) { return nil, true, errors.New("no") }}, new(string))
	if err == nil || err.Error() != "no" {
		t.Errorf("%v", err)
	}
	var number int
	if err := l.Execute(ctx, Action{"kind", repeats, nil}, &number); err == nil || !strings.Contains(err.Error(), "the output of the kind aaaa") {
		t.Errorf("a text for a number: %v", err)
	}
}

// TestAll: each output comes with its place; the first error ends it.
func TestAll(t *testing.T) {
	l := &Local{Store: &cache.Store{Dir: t.TempDir()}}
	var actions []Action
	var begun atomic.Int32
	failing := errors.New("it failed")
	for i := range 100 {
		actions = append(actions, Action{"square", strings.Repeat("x", i+4), func(context.Context) (any, bool, error) {
			begun.Add(1)
			return i * i, true, nil
		}})
	}
	got := make([]int, len(actions))
	if err := All(context.Background(), l, 3, actions, func(i, output int) error { got[i] = output; return nil }); err != nil {
		t.Fatal(err)
	}
	for i, n := range got {
		if n != i*i {
			t.Errorf("%d: %d", i, n)
		}
	}
	begun.Store(0)
	actions[0] = Action{"square", "fail", func(context.Context) (any, bool, error) { return nil, true, failing }}
	if err := All(context.Background(), l, 1, actions, func(int, int) error { return nil }); !errors.Is(err, failing) {
		t.Errorf("%v", err)
	}
	if begun.Load() != 0 {
		t.Errorf("%d were done again", begun.Load())
	}
}
