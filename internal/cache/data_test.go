package cache

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

type rated struct {
	text []byte
	rate float64
}

type written struct {
	Name   string
	Big    uint64
	Any    map[string]any
	rated  *rated
	Dirs   []string
	Mark   [2]int8
	Hidden chan int `key:"-,no part of the data"`
}

func example() written {
	return written{Name: "ä\x00<", Big: math.MaxUint64, Any: map[string]any{"a": int64(math.MinInt64), "b": []any{true, "x", nil, 0.1}, "c": map[string]any{}},
		rated: &rated{[]byte(strings.Repeat("\xff", blobBytes)), math.SmallestNonzeroFloat64}, Dirs: []string{}, Mark: [2]int8{-128, 127}}
}

// What is read equals what was written, unexported fields included, and equal values give
// equal bytes. (The tests of actions show this for each field of each input.)
func TestData(t *testing.T) {
	t.Parallel()
	v := example()
	v.Hidden = make(chan int)
	data, blobs, err := Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	var again written
	if err := Decode(data, blobs, &again); err != nil {
		t.Fatal(err)
	}
	if again.Hidden != nil || !reflect.DeepEqual(again, example()) {
		t.Errorf("%#v", again)
	}
	if same, _, err := Encode(example()); err != nil || string(same) != string(data) {
		t.Errorf("%v\n%s\n%s", err, same, data)
	}
	if len(blobs) != 1 {
		t.Errorf("%d blobs", len(blobs))
	}
	for digest := range blobs {
		for want, of := range map[string][]byte{"does not match its digest": []byte("x"), "is missing": nil} {
			some := Blobs{digest: of}
			if of == nil {
				some = nil
			}
			if err := Decode(data, some, &again); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
}

// What JSON cannot hold exactly is refused.
func TestNoData(t *testing.T) {
	t.Parallel()
	type loop struct{ Next *loop }
	cycle := &loop{}
	cycle.Next = cycle
	s := "x"
	p := &s
	for want, v := range map[string]any{
		"nil can't be data": nil, "is not UTF-8": "\xff", "is not finite": math.Inf(1), "a map[int]int": map[int]int{1: 1},
		"a chan int": make(chan int), "it has a cycle": cycle, "can't be told from one to nil": struct{ P **string }{&p},
		"a complex128 in an interface": []any{1i},
	} {
		if _, _, err := Encode(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for data, to := range map[string]any{
		`300`: new(int8), `-1`: new(uint8), `1.5`: new(int), `"x"`: new(int), `[1]`: new([2]int), `{}`: new([]int), `{"type":"chan","value":1}`: new(any),
		`"a"`: new([]byte), `"YQ=="x`: new([]byte), strings.Repeat("[", depthMost+2) + strings.Repeat("]", depthMost+2): new([][][]any), `null`: new(int),
	} {
		if err := Decode([]byte(data), nil, to); err == nil {
			t.Errorf("%s was taken for a %T", data, to)
		}
	}
}
