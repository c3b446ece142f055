package cachetest

import (
	"reflect"
	"testing"
)

type deep struct {
	A   int
	B   *[]string
	C   map[string]*deeper
	D   [2]bool
	e   []byte  //lint:ignore U1000 reflection sets it
	f   any     //lint:ignore U1000 reflection sets it
	Out *deeper `key:"-,a test"`
}

type deeper struct {
	G float64
	h uint32 //lint:ignore U1000 reflection sets it
}

func TestEveryField(t *testing.T) {
	EveryField(t, "deep", reflect.TypeFor[deep]())
	places, out := 0, 0
	for ; ; places++ {
		v := full(reflect.TypeFor[deep]())
		m := mutator{left: places}
		m.value(v, "deep", false)
		if !m.done {
			break
		}
		if m.out {
			out++
		}
		if reflect.DeepEqual(v.Interface(), full(reflect.TypeFor[deep]()).Interface()) {
			t.Errorf("%s changed nothing", m.at)
		}
	}
	// A; B nil, its slice thrice and two strings; C twice, its key, nil, G, h;
	// D twice; e thrice and twice; f five times; Out nil, G, h.
	if places != 1+6+6+2+5+5+3 || out != 3 {
		t.Errorf("%d places, %d of them left out", places, out)
	}
}
