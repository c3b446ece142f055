package tuned

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	f := &File{Schema: Schema, Profile: "p", Minimise: "flash", Path: []Passed{{Moves: []string{"A=off"}, Metrics: map[string]int64{"flash": 1}}}}
	data, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(data)
	if err != nil || got.Profile != "p" || got.Path[0].Moves[0] != "A=off" {
		t.Fatalf("%+v, %v", got, err)
	}
	f.Unfinished = "the server is gone"
	half, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                             "unexpected end",
		"{}":                           `no "schema"`,
		`{"schema": 2}`:                "schema is 2, this program reads 1",
		`{"schema": 1, "steeps": []}`:  `unknown field "steeps"`,
		string(data) + "{}":            "invalid character",
		string(half):                   "it was not finished: the server is gone",
		string(data[:len(data)/2]):     "unexpected end",
		`{"schema": 1, "front": "no"}`: "cannot unmarshal",
		`{"schema": 1, "start": {"metrics": {"heat": 1}}}`:       `quantity "heat": not known; did you mean heap?`,
		`{"schema": 1, "path": [{"metrics": {"heap-peak": 1}}]}`: `quantity "heap-peak": not known`,
		`{"schema": 1, "proof": [{"machine": "wasm"}]}`:          "proof: case 0",
	} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	data, _ := (&File{Schema: Schema}).JSON()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read(data)
		if err != nil {
			return
		}
		again, err := got.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(again); err != nil {
			t.Errorf("read, written and not read again: %v", err)
		}
	})
}
