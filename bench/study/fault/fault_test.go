package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

var names = []string{
	"alloc:1", "entropy:2", "cut:client:0", "cut:server:531", "flip:server:40:7", "split:server:1", "split:client:all",
	"rtc:1:-1767225600", "rtc:2:+86400", "clock:3:+1000",
}

func TestParse(t *testing.T) {
	for _, name := range names {
		f, err := Parse(name)
		if err != nil || f.String() != name {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	for _, c := range []struct{ name, want string }{
		{"", `fault "": kind "": allowed: alloc, entropy, cut, flip, split, rtc, clock`},
		{"allocs:1", `kind "allocs": allowed`},
		{"alloc", "want alloc:N"},
		{"alloc:0", "want alloc:N"},
		{"alloc:01", "want alloc:N"},
		{"alloc:1:2", "want alloc:N"},
		{"cut:5", "want cut:client|server:BYTE"},
		{"cut:server:-1", "want cut:client|server:BYTE"},
		{"flip:server:1", "want flip:client|server:BYTE:BIT"},
		{"flip:server:1:8", "want flip:client|server:BYTE:BIT"},
		{"cut:server:all", "want cut:client|server:BYTE"},
		{"clock:1:-5", "want clock:N:MILLISECONDS"},
		{"rtc:1:5", "want rtc:N:SECONDS"},
		{"alloc:9999999999999999", "want alloc:N"},
	} {
		if _, err := Parse(c.name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if fault, err := Parse(name); err == nil && fault.String() != name {
			t.Errorf("%q is %q", name, fault)
		}
	})
}

var golden = Golden{Allocs: 3, EntropyCalls: 1, RTCCalls: 1, ClockCalls: 2, RTC: 1000,
	Sent: [2][][]byte{{[]byte("abc")}, {[]byte("de"), []byte("f")}}}

func strike(Fault) bool { return true }

func count1(all []Fault, kind string) (n int) {
	for _, f := range all {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

func TestPlan(t *testing.T) {
	all := Plan(&golden, Choice{Bits: 8}, strike)
	for kind, want := range map[string]int{Alloc: 3, Entropy: 1, Cut: 6, Flip: 48, Split: 4 + 2, RTC: 4, Clock: 4} {
		if n := count1(all, kind); n != want {
			t.Errorf("%s: %d faults, want %d", kind, n, want)
		}
	}
	seen := map[string]bool{}
	for _, f := range all {
		if seen[f.String()] {
			t.Errorf("%s is there twice", f)
		}
		seen[f.String()] = true
		if g, err := Parse(f.String()); err != nil || g != f {
			t.Errorf("%s: %v", f, err)
		}
	}
	if first := all[len(all)-8].String(); first != "rtc:1:-1000" {
		t.Errorf("the first step of the calendar clock is %s, want the one to 1970", first)
	}
	d := golden
	d.Datagrams = true
	datagrams := Plan(&d, Choice{Bits: 8, Kinds: []string{Cut, Split}}, strike)
	if cuts, splits := count1(datagrams, Cut), count1(datagrams, Split); cuts != 3 || splits != 3 {
		t.Errorf("of three datagrams of 3, 2 and 1 byte: %d cuts and %d splits, want 3 each", cuts, splits)
	}
	if none := Plan(&golden, Choice{Bits: 1}, func(f Fault) bool { return f.Kind == Alloc }); len(none) != 3 {
		t.Errorf("%d faults can strike, want 3", len(none))
	}
}

// TestChoice: the same seed chooses the same, whatever else is chosen; another
// one something else.
func TestChoice(t *testing.T) {
	some := Plan(&golden, Choice{Bits: 2, Seed: 7}, strike)
	if n := count1(some, Flip); n != 12 {
		t.Errorf("%d flips, want 2 in each of 6 bytes", n)
	}
	again := Plan(&golden, Choice{Bits: 2, Seed: 7, Kinds: []string{Flip}}, strike)
	for _, f := range again {
		if !slices.Contains(some, f) {
			t.Errorf("%s is chosen with its kind alone, and not with the others", f)
		}
	}
	if other := Plan(&golden, Choice{Bits: 2, Seed: 8, Kinds: []string{Flip}}, strike); slices.Equal(other, again) {
		t.Error("two seeds choose the same bits")
	}
	few := Plan(&golden, Choice{Bits: 8, Seed: 7, Runs: 20}, strike)
	all := Plan(&golden, Choice{Bits: 8, Seed: 7}, strike)
	at := -1
	for _, f := range few {
		i := slices.Index(all, f)
		if i <= at {
			t.Fatalf("%s: not in the order of all", f)
		}
		at = i
	}
	if len(few) != 20 || fmt.Sprint(few) != fmt.Sprint(Plan(&golden, Choice{Bits: 8, Seed: 7, Runs: 20}, strike)) {
		t.Error("not the same 20 twice")
	}
}
