package cache

import (
	"reflect"
	"strings"
	"testing"
)

type inner struct{ A, B string }

type outer struct {
	inner
	Name  string
	List  []string
	Bytes []byte
	Map   map[string]any
	Next  *outer
	any   any
	Where string `key:"-,where it lies changes nothing"`
}

var outers = NewKind[outer]("test outer")

func TestKeysDiffer(t *testing.T) {
	keys := map[string]outer{}
	for _, v := range []outer{
		{}, {Name: "ab"}, {inner: inner{A: "ab"}}, {inner: inner{B: "ab"}}, {inner: inner{"a", "b"}},
		{List: []string{}}, {List: []string{""}}, {List: []string{"", ""}}, {List: []string{"a", "bc"}}, {List: []string{"ab", "c"}},
		{Bytes: []byte{}}, {Bytes: []byte{0}}, {Map: map[string]any{}},
		{Map: map[string]any{"a": 1}}, {Map: map[string]any{"a": int64(1)}}, {Map: map[string]any{"a": "1"}}, {Map: map[string]any{"a": true}},
		{Map: map[string]any{"a": nil}}, {Map: map[string]any{"a": []any{1}}}, {Map: map[string]any{"a": 1, "b": 2}}, {Map: map[string]any{"a": 2, "b": 1}},
		{Next: &outer{}}, {Next: &outer{Next: &outer{}}}, {any: inner{"a", "b"}}, {any: &inner{"a", "b"}},
	} {
		key := outers.Key(v)
		if other, taken := keys[key]; taken {
			t.Errorf("%+v and %+v share a key", v, other)
		}
		keys[key] = v
	}
}

func TestKeysAgree(t *testing.T) {
	many := func() map[string]any { return map[string]any{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5} }
	a, b := outer{Map: many(), Next: &outer{Name: "x"}, Where: "here"}, outer{Map: many(), Next: &outer{Name: "x", Where: "there"}}
	for range 20 {
		if outers.Key(a) != outers.Key(b) {
			t.Fatal("equal values have two keys")
		}
	}
	other := NewKind[outer]("test outer 2")
	if other.Key(a) == outers.Key(a) {
		t.Error("kinds share keys")
	}
}

func panics(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if s, _ := recover().(string); !strings.Contains(s, want) {
			t.Errorf("panics with %q, want %q", s, want)
		}
	}()
	f()
}

func TestKindsRefuse(t *testing.T) {
	panics(t, "F: a func() can't be in a key", func() { NewKind[struct{ F func() }]("f") })
	panics(t, "C: a chan int can't be in a key", func() { NewKind[*struct{ C []chan int }]("c") })
	panics(t, `B: the tag key:"-" is not "-" with a reason`, func() {
		NewKind[struct {
			B int `key:"-"`
		}]("b")
	})
	panics(t, "with a reason", func() {
		NewKind[struct {
			B int `key:"no, because"`
		}]("b")
	})
	panics(t, "declared twice", func() { NewKind[outer]("test outer") })
	panics(t, "func() can't be in a key", func() { outers.Key(outer{any: func() {}}) })
	cycle := &outer{}
	cycle.Next = cycle
	panics(t, "it has a cycle", func() { outers.Key(*cycle) })
	if Kinds()["test outer"] != reflect.TypeFor[outer]() {
		t.Error("a kind is not listed")
	}
}

// Two values are written one behind the other, in every way to cut three bytes.
func FuzzKeysOfTexts(f *testing.F) {
	f.Add("ab", "c", "a", "bc")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		same := a == c && b == d
		if (outers.Key(outer{inner: inner{a, b}}) == outers.Key(outer{inner: inner{c, d}})) != same {
			t.Errorf("%q %q and %q %q", a, b, c, d)
		}
		if (outers.Key(outer{List: []string{a, b}}) == outers.Key(outer{List: []string{c, d}})) != same {
			t.Errorf("%q %q and %q %q", a, b, c, d)
		}
	})
}
