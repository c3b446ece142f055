package action

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"tlslab/internal/cache"
)

// bench is the place of these tests. It counts what is executed there.
type bench struct {
	done atomic.Int32
	salt string // of every key
	shut int
}

func (b *bench) Close(context.Context) error { b.shut++; return nil }

// work is an input of the tests.
type work struct {
	Key  string
	N    int
	Once bool // not kept
	Err  string
}

type workshop interface{ here() *bench }

func (b *bench) here() *bench { return b }

var squares = Declare("square", Steps[workshop, *bench, work, int]{
	Prepare: func(_ context.Context, w workshop, in work) (*bench, error) {
		if in.Key == "no" {
			return nil, errors.New("there is no such tool")
		}
		return w.here(), nil
	},
	Key: func(b *bench, in work) (string, error) { return b.salt + in.Key, nil },
	Do: func(_ context.Context, b *bench, in work) (int, bool, error) {
		b.done.Add(1)
		if in.Err != "" {
			return 0, true, errors.New(in.Err)
		}
		return in.N * in.N, !in.Once, nil
	},
})

func local(t *testing.T) *Local { return &Local{Store: &cache.Store{Dir: t.TempDir()}} }

// TestLocalKeeps: what was done is not done again, unless it said that it may
// come out otherwise, or what was kept is no output.
func TestLocalKeeps(t *testing.T) {
	ctx := t.Context()
	l, b := local(t), new(bench)
	do := func(in work) int {
		t.Helper()
		out, err := squares.Execute(ctx, l, b, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	repeats, not, broken := work{Key: "aaaa", N: 2}, work{Key: "bbbb", N: 3, Once: true}, work{Key: "cccc", N: 4}
	for range 2 {
		if out := do(repeats) + do(not); out != 13 {
			t.Error(out)
		}
	}
	if n := b.done.Load(); n != 3 {
		t.Errorf("done %d times, want once and twice", n)
	}
	if err := l.Store.Put("square", broken.Key, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if do(broken) != 16 || b.done.Load() != 4 {
		t.Errorf("half an output was taken for one")
	}
	if _, err := squares.Execute(ctx, l, b, work{Key: "dddd", Err: "no"}); err == nil || err.Error() != "no" {
		t.Errorf("%v", err)
	}
	a, err := squares.Action(b, repeats)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	if err := l.Execute(ctx, a, &text); err == nil || !strings.Contains(err.Error(), "the output of the square aaaa") {
		t.Errorf("a number for a text: %v", err)
	}
}

// TestAll: each output comes with its place; the first error ends it.
func TestAll(t *testing.T) {
	l, b := local(t), new(bench)
	var actions []*Action
	for i := range 100 {
		a, err := squares.Action(b, work{Key: strings.Repeat("x", i+4), N: i})
		if err != nil {
			t.Fatal(err)
		}
		actions = append(actions, a)
	}
	got := make([]int, len(actions))
	if err := All(t.Context(), l, 3, actions, func(i, output int) error { got[i] = output; return nil }); err != nil {
		t.Fatal(err)
	}
	for i, n := range got {
		if n != i*i {
			t.Errorf("%d: %d", i, n)
		}
	}
	b.done.Store(0)
	var err error
	if actions[0], err = squares.Action(b, work{Key: "fail", Err: "it failed"}); err != nil {
		t.Fatal(err)
	}
	if err := All(t.Context(), l, 1, actions, func(int, int) error { return nil }); err == nil || err.Error() != "it failed" {
		t.Errorf("%v", err)
	}
	if n := b.done.Load(); n != 1 {
		t.Errorf("%d were executed after the error", n-1)
	}
}

// TestElsewhere: another process makes the same output from the data alone, and both
// processes keep it.
func TestElsewhere(t *testing.T) {
	here, there := new(bench), new(bench)
	theirs := local(t)
	l := local(t)
	l.Elsewhere = func(ctx context.Context, a *Action) (Output, error) {
		r, err := a.Request("rev")
		if err != nil {
			return Output{}, err
		}
		return theirs.Do(ctx, there, "rev", r)
	}
	for range 2 {
		for _, in := range []work{{Key: "aaaa", N: 5}, {Key: "bbbb", N: 6, Once: true}} {
			if out, err := squares.Execute(t.Context(), l, here, in); err != nil || out != in.N*in.N {
				t.Errorf("%d, %v", out, err)
			}
		}
	}
	if here.done.Load() != 0 || there.done.Load() != 3 || there.shut != 3 {
		t.Errorf("done %d times here, %d there, closed %d times", here.done.Load(), there.done.Load(), there.shut)
	}
}

// TestRefused: a request is refused unless it is certainly the same work.
func TestRefused(t *testing.T) {
	a, err := squares.Action(new(bench), work{Key: "aaaa", N: 5})
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(r *Request){
		"another build of this program":                         func(r *Request) { r.Revision = "other" },
		`kind of action "square "`:                              func(r *Request) { r.Kind += " " },
		"its input gives the key aaaa here":                     func(r *Request) { r.Key = "bbbb" },
		"action.work: N: missing":                               func(r *Request) { r.Input = []byte(`{"Key":"aaaa","Once":false,"Err":""}`) },
		"action.work: has 5 fields, action.work has 4":          func(r *Request) { r.Input = []byte(`{"Key":"aaaa","N":5,"Once":false,"Err":"","More":1}`) },
		"action.work: N: a string for a int":                    func(r *Request) { r.Input = []byte(`{"Key":"aaaa","N":"5","Once":false,"Err":""}`) },
		"unexpected EOF":                                        func(r *Request) { r.Input = r.Input[:len(r.Input)-1] },
		"has more after its end":                                func(r *Request) { r.Input = append(r.Input, '1') },
		"this action is refused: square aaaa: there is no such": func(r *Request) { r.Input = []byte(`{"Key":"no","N":5,"Once":false,"Err":""}`) },
	} {
		r, err := a.Request("rev")
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		b := new(bench)
		_, err = local(t).Do(t.Context(), b, "rev", r)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) || b.done.Load() != 0 {
			t.Errorf("%v, done %d times; want %q", err, b.done.Load(), want)
		}
	}
	// Whatever a request says, its refusal is one line.
	words := "\x1b[31m\n" + strings.Repeat("x", 1<<20)
	for i, change := range []func(r *Request){
		func(r *Request) { r.Revision = words },
		func(r *Request) { r.Kind = words },
		func(r *Request) { r.Key = words },
		func(r *Request) { r.Input, _ = json.Marshal(map[string]any{words: 1}) },
		func(r *Request) { r.Input, _ = json.Marshal(work{Key: words}) },
	} {
		r, err := a.Request("rev")
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		_, err = local(t).Do(t.Context(), new(bench), "rev", r)
		if err == nil || len(err.Error()) > 2000 || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%d: %.200q", i, err)
		}
	}
	r, err := a.Request("rev")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := local(t).Do(t.Context(), "no workshop", "rev", r); err == nil || !strings.Contains(err.Error(), "no square can be done here") {
		t.Errorf("%v", err)
	}
}
