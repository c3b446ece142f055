package tuned

import (
	"maps"
	"reflect"
	"strings"
	"testing"
)

func answer() *Answer {
	m := map[string]int64{"flash": 1, "heap": 2, "ram": 3, "ticks": 4}
	return &Answer{Schema: Schema, Asked: "tlslab tune p", Core: "2.28.3", Tried: 7, Start: maps.Clone(m),
		Chosen: Spot{Options: map[string]string{"A": "off"}, ARM: "-Os", CA: "der", Metrics: maps.Clone(m), Differs: "the chosen point"},
		Front:  []map[string]int64{maps.Clone(m)}, Unshown: []Unshown{{Option: "A", Change: "off", Asks: "sni = true"}}}
}

// TestDiffers: whatever of an answer changes is told, and nothing of the same.
func TestDiffers(t *testing.T) {
	data, err := answer().JSON()
	if err != nil {
		t.Fatal(err)
	}
	was, err := ReadAnswer(data)
	if err != nil || !reflect.DeepEqual(was, answer()) {
		t.Fatalf("%+v, %v", was, err)
	}
	if got := answer().Differs(was); got != nil {
		t.Errorf("the same differs: %q", got)
	}
	for want, change := range map[string]func(*Answer){
		`core: "3.6.6", was "2.28.3"`:                 func(a *Answer) { a.Core = "3.6.6" },
		"tried: 8, was 7":                             func(a *Answer) { a.Tried = 8 },
		"start: heap 9, was 2 (+7)":                   func(a *Answer) { a.Start["heap"] = 9 },
		"chosen: flash 0, was 1 (-1)":                 func(a *Answer) { a.Chosen.Metrics["flash"] = 0 },
		"chosen: A as at the start, was off":          func(a *Answer) { delete(a.Chosen.Options, "A") },
		"chosen: B on, was as at the start":           func(a *Answer) { a.Chosen.Options["B"] = "on" },
		"chosen: gcc -O2, was -Os":                    func(a *Answer) { a.Chosen.ARM = "-O2" },
		"chosen: root certificate as pem, was der":    func(a *Answer) { a.Chosen.CA = "pem" },
		"front: lost flash 1, heap 2, ram 3, ticks 4": func(a *Answer) { a.Front = []map[string]int64{{"flash": 5}} },
		"front: new flash 5, heap 0, ram 0, ticks 0":  func(a *Answer) { a.Front = append(a.Front, map[string]int64{"flash": 5}) },
		"budgets exceeded":                            func(a *Answer) { a.Binds = []string{"heap"} },
		"not shown to be unneeded":                    func(a *Answer) { a.Unshown = nil },
	} {
		is := answer()
		change(is)
		if got := strings.Join(is.Differs(was), "\n"); !strings.Contains(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// TestReadAnswer: nothing but a whole answer is one.
func TestReadAnswer(t *testing.T) {
	data, err := answer().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                          "EOF",
		"{}":                        "schema is 0",
		`{"schema": 1}`:             "has no question",
		`{"schema": 1, "more": 1}`:  `unknown field "more"`,
		string(data) + "{}":         "something after the end",
		string(data[:len(data)/2]):  "unexpected EOF",
		`{"schema": 1, "asked": 1}`: "cannot unmarshal",
		strings.Replace(string(data), "heap", "heat", 1): `quantity "heat": not known`,
	} {
		if _, err := ReadAnswer([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}
