package calibrate

import (
	"slices"
	"strings"
	"testing"

	"tlslab/boards"
)

func TestSilicon(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range s.Rows {
		count[r.Run]++
	}
	if count["k64f"] != 21 || count["pqm4"] != 6 || count["m33"] != 4 {
		t.Errorf("rows by run: %v", count)
	}
	for _, b := range s.Boards {
		if slices.Contains(boards.Names(), b.Name) {
			t.Errorf("board %s is among the lab's own too", b.Name)
		}
	}
	ops := s.Operations("m33-neither")
	if len(ops) != 1 || ops[0].Name != "ecp-mul-p256" {
		t.Errorf("operations of a run that others are compared with: %v", ops)
	}
	if ops := s.Operations("k64f"); !slices.Contains(ops, Operation{"rsa-private", "rsa4096"}) {
		t.Errorf("operations of k64f: %v", ops)
	}
}

func TestSelect(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Select([]string{"g474-8-waits"}); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range s.Runs {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "g474 g474-8-waits" {
		t.Errorf("runs %q: the one asked for and the one it is compared with", got)
	}
	if err := s.Select([]string{"g475"}); err == nil || !strings.Contains(err.Error(), "g474") {
		t.Errorf("unknown run: %v", err)
	}
}

func TestParse(t *testing.T) {
	const good = `
[[run]]
name = "a"
title = "A"
board = "stm32f407"
optimise = "-O2"
source = "somebody"
[[row]]
run = "a"
operation = "sha-256"
unit = "cycles/byte"
published = 40.0
`
	if _, err := parse("x.toml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`title = "A"`, `tilte = "A"`, `x.toml:4: key "tilte" is not known (did you mean "title"?)`},
		{`board = "stm32f407"`, `board = "stm32f408"`, "x.toml:5: run[0].board: board \"stm32f408\""},
		{`"-O2"`, `"2"`, "x.toml:6: run[0].optimise"},
		{`source = "somebody"`, "", "run[0].source: missing"},
		{`source = "somebody"`, "source = \"somebody\"\n[run.os]\nheap_cycles = 1.0", "run[0].os"},
		{`unit = "cycles/byte"`, `unit = "cycles/bit"`, "x.toml:11: row[0].unit"},
		{`unit = "cycles/byte"`, `unit = "times"`, "row[0].against"},
		{`unit = "cycles/byte"`, "unit = \"ms\"\nagainst = \"b\"", `run "b"`},
		{`run = "a"`, `run = "b"`, `run "b"`},
		{`published = 40.0`, `published = -40.0`, "row[0].published"},
		{`published = 40.0`, "published = 40.0\nhigh = 30.0", "row[0].high"},
		{`[[row]]`, "[[run]]\nname = \"a\"\ntitle = \"B\"\nboard = \"stm32f407\"\noptimise = \"-O2\"\nsource = \"x\"\n[[row]]", "run[1].name: \"a\": named twice"},
	} {
		_, err := parse("x.toml", []byte(strings.Replace(good, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.new, err, c.want)
		}
	}
}

func TestKey(t *testing.T) {
	for name, least := range map[string]int{"rsa2048": 1100, "rsa4096": 2300} {
		if der, err := Key(name); err != nil || len(der) < least || len(der) > 2500 {
			t.Errorf("%s: %d bytes, %v", name, len(der), err)
		}
	}
	if _, err := Key("rsa1536"); err == nil {
		t.Error("a key that there is not")
	}
}
