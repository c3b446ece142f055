package action

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"tlslab/internal/cache"
	"tlslab/internal/strict"
)

// Kind is a kind of action. It makes an output of type Out from an input of type In,
// on a P that was prepared from the input (a job with its image, a campaign).
type Kind[P, In, Out any] struct {
	name string
	key  func(P, In) (string, error)
	do   func(context.Context, P, In) (Out, bool, error)
}

// Steps are the functions of a kind. W is the interface of a place, a process that
// executes actions, as far as the kind needs it.
type Steps[W, P, In, Out any] struct {
	// Prepare makes a P from an input alone. Where P has a method Close(ctx) error, it
	// is called in the end.
	Prepare func(ctx context.Context, place W, in In) (P, error)
	// Key is the content key of everything that the output depends on: the input, and what
	// was found at the place, such as the digests of tools and sources.
	Key func(P, In) (string, error)
	// Do does the work. keep is false if doing it again may give another output.
	Do func(ctx context.Context, p P, in In) (out Out, keep bool, err error)
}

// kinds holds the declared kinds, by name.
var kinds = map[string]*declared{}

// declared is a kind without its types.
type declared struct {
	input reflect.Type
	at    func(ctx context.Context, place any, r *Request) (a *Action, end func(), err error)
}

// Declare declares a kind. It is called once for each name, to initialise a package's
// variable. The name is also the kind of the cache's entries that hold the outputs.
func Declare[W, P, In, Out any](name string, s Steps[W, P, In, Out]) Kind[P, In, Out] {
	if kinds[name] != nil {
		panic(fmt.Sprintf("action: kind %s: declared twice", name))
	}
	k := Kind[P, In, Out]{name, s.Key, s.Do}
	kinds[name] = &declared{reflect.TypeFor[In](), func(ctx context.Context, place any, r *Request) (*Action, func(), error) {
		w, ok := place.(W)
		if !ok {
			return nil, nil, fmt.Errorf("no %s can be done here", name)
		}
		var in In
		if err := cache.Decode(r.Input, r.Blobs, &in); err != nil {
			return nil, nil, err
		}
		p, err := s.Prepare(ctx, w, in)
		if err != nil {
			return nil, nil, err
		}
		end := func() {
			if c, ok := any(p).(interface{ Close(context.Context) error }); ok {
				c.Close(context.WithoutCancel(ctx))
			}
		}
		a, err := k.Action(p, in)
		if err != nil {
			end()
			return nil, nil, err
		}
		return a, end, nil
	}}
	return k
}

// Kinds returns the input types of all kinds, by the kinds' names.
func Kinds() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for name, k := range kinds {
		all[name] = k.input
	}
	return all
}

// Action returns the action of this kind with an input, for which p was prepared.
func (k Kind[P, In, Out]) Action(p P, in In) (*Action, error) {
	key, err := k.key(p, in)
	if err != nil {
		return nil, err
	}
	return &Action{Kind: k.name, Key: key, input: in, here: func(ctx context.Context) (any, bool, error) { return k.do(ctx, p, in) }}, nil
}

// Execute executes an action of this kind and returns its output.
func (k Kind[P, In, Out]) Execute(ctx context.Context, e Executor, p P, in In) (out Out, err error) {
	a, err := k.Action(p, in)
	if err != nil {
		return out, err
	}
	err = e.Execute(ctx, a, &out)
	return out, err
}

// Request is an action on its way to another process.
type Request struct {
	Revision string          `json:"revision"` // of the program that sends it
	Kind     string          `json:"kind"`
	Key      string          `json:"key"`
	Input    json.RawMessage `json:"input"`
	Blobs    cache.Blobs     `json:"blobs,omitempty"` // that Input names; they may be sent separately
}

// MostBytes is the largest size of a request or an output, in bytes of JSON. A user's header of
// 2 MiB, which is in both the job and the configuration, stays below it.
const MostBytes = 64 << 20

// RefusedError says that a request cannot, or must not, be executed here.
type RefusedError struct{ Why error }

func (e *RefusedError) Error() string { return "this action is refused: " + line(e.Why.Error()) }
func (e *RefusedError) Unwrap() error { return e.Why }

// lineMost bounds what an error says of a request, bytes.
const lineMost = 1000

// line is a text that may hold a stranger's words as one line of what can be printed.
func line(text string) string {
	if len(text) > lineMost {
		text = text[:lineMost] + "..."
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

func refused(format string, args ...any) error { return &RefusedError{fmt.Errorf(format, args...)} }

// Request returns the action as a program of the given revision sends it.
func (a *Action) Request(revision string) (*Request, error) {
	input, blobs, err := cache.Encode(a.input)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a, err)
	}
	return &Request{revision, a.Kind, a.Key, input, blobs}, nil
}

// Do executes another process's request at a place, from the input alone. The error is
// a *RefusedError if the request comes from a program of another revision, if this
// program lacks its kind, or if its input gives another key here.
func (l *Local) Do(ctx context.Context, place any, revision string, r *Request) (Output, error) {
	if r.Revision != revision {
		return Output{}, refused("it comes from another build of this program, %.12s; this one is %.12s", r.Revision, revision)
	}
	k := kinds[r.Kind]
	if k == nil {
		return Output{}, &RefusedError{strict.Unknown("kind of action", r.Kind, slices.Sorted(maps.Keys(kinds)))}
	}
	a, end, err := k.at(ctx, place, r)
	if err != nil {
		return Output{}, refused("%s %.12s: %w", r.Kind, r.Key, err)
	}
	defer end()
	if a.Key != r.Key {
		return Output{}, refused("%s %.12s: its input gives the key %.12s here: a tool, a source or a file differs", r.Kind, r.Key, a.Key)
	}
	o, err := l.output(ctx, a)
	if err == nil && len(o.JSON) > MostBytes {
		return Output{}, fmt.Errorf("the output of %s has %d bytes, more than %d", a, len(o.JSON), MostBytes)
	}
	return o, err
}
