package profiles

import (
	"strings"
	"testing"
)

func TestDebugLevel(t *testing.T) {
	s, err := LoadScenario(nil, "psk-aes128-ccm8")
	if err != nil {
		t.Fatal(err)
	}
	if s.DebugLevel != nil || s.Needs[lib().DebugOption] != nil {
		t.Errorf("asked for nothing: level %v, needs %v", s.DebugLevel, s.Needs[lib().DebugOption])
	}
	d := s.WithDebug(3)
	if *d.DebugLevel != 3 || d.Needs[lib().DebugOption] != true || d.Digest() == s.Digest() || s.Needs[lib().DebugOption] != nil || s.DebugLevel != nil {
		t.Errorf("level 3: %v, needs %v; the scenario itself %v", *d.DebugLevel, d.Needs[lib().DebugOption], s.DebugLevel)
	}
	if d.Digest() == s.WithDebug(2).Digest() {
		t.Error("two levels have one digest")
	}
	for level, want := range map[int]string{-1: "-1: not in 0 (none) .. 4 (verbose)", 5: "5: not in 0 (none) .. 4 (verbose)"} {
		if err := CheckDebug(level); err == nil || err.Error() != want {
			t.Errorf("%d: %v", level, err)
		}
	}
	file := strings.Replace(string(s.data), "expect ", "debug_level = 0\nexpect ", 1)
	if own, err := decodeScenario(lib(), "own.toml", []byte(file), s.Name); err != nil || own.DebugLevel == nil || *own.DebugLevel != 0 || own.Needs[lib().DebugOption] != true {
		t.Errorf("level 0 of a file: %+v, %v", own, err)
	}
	_, err = decodeScenario(lib(), "own.toml", []byte(strings.Replace(file, "level = 0", "level = 9", 1)), s.Name)
	if err == nil || !strings.Contains(err.Error(), "debug_level: 9: not in 0 (none) .. 4 (verbose)") {
		t.Errorf("level 9: %v", err)
	}
}
