package results

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tlslab/internal/metric"
)

func runOf(machine metric.Machine, version string) *File {
	f := &File{Schema: Schema, Provenance: Provenance{Tool: "tlslab 1", Profile: "p",
		Digests:  map[string]string{"profile": "p0", "board": "b0", "core": "c0", "scenario:psk": "s0", "scenario:rsa": "r0"},
		Versions: map[string]string{"clang": "14", string(machine): version}, Flags: map[string]string{"wasm": "-Oz"}}}
	for _, config := range []string{"own", "own/A=1"} {
		for _, scenario := range []string{"psk", "rsa"} {
			f.Cases = append(f.Cases, Case{Core: "c", Board: "b", Config: config, Scenario: scenario, Machine: machine,
				Outcome: OutcomeConnected, ConfigDigest: "h-" + config, Metrics: map[string]int64{metric.HeapPeak: 1}})
		}
	}
	return f
}

// TestKeep: a run on one machine keeps what another measured, and drops what it
// was not measured from any more, with a reason for each.
func TestKeep(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(old *File)
		kept   int
		notes  []string
	}{
		{"nothing changed", func(*File) {}, 4, []string{"kept from an earlier run: 4 cases of qemu"}},
		{"tool", func(f *File) { f.Provenance.Tool = "tlslab 0" }, 0, []string{"dropped from an earlier run: 4 cases of qemu: tool was tlslab 0, is tlslab 1"}},
		{"profile", func(f *File) { f.Provenance.Digests["profile"] = "x" }, 0, []string{"dropped from an earlier run: 4 cases of qemu: profile changed"}},
		{"board", func(f *File) { f.Provenance.Digests["board"] = "x" }, 0, []string{"dropped from an earlier run: 4 cases of qemu: board changed"}},
		{"core", func(f *File) { f.Provenance.Digests["core"] = "x" }, 0, []string{"dropped from an earlier run: 4 cases of qemu: core changed"}},
		{"compiler", func(f *File) { f.Provenance.Versions["clang"] = "13" }, 0, []string{"dropped from an earlier run: 4 cases of qemu: another version of clang"}},
		{"flags", func(f *File) { f.Provenance.Flags["wasm"] = "-O2" }, 0, []string{"dropped from an earlier run: 4 cases of qemu: other flags of wasm"}},
		{"one scenario", func(f *File) { f.Provenance.Digests["scenario:rsa"] = "x" }, 2,
			[]string{"kept from an earlier run: 2 cases of qemu", "dropped from an earlier run: 2 cases of qemu: scenario rsa changed"}},
		{"one header", func(f *File) { f.Cases[3].ConfigDigest = "x" }, 3,
			[]string{"kept from an earlier run: 3 cases of qemu", "dropped from an earlier run: 1 case of qemu: the header of own/A=1 changed"}},
		{"a configuration went", func(f *File) { f.Cases[3].Config = "own/A=2" }, 3,
			[]string{"kept from an earlier run: 3 cases of qemu", "dropped from an earlier run: 1 case of qemu: the profile does not have them any more"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			old, f := runOf("qemu", "7.2"), runOf("wasm", "1.0")
			old.Provenance.Digests = maps.Clone(old.Provenance.Digests)
			tt.change(old)
			notes := f.Keep(old)
			if !slices.Equal(notes, tt.notes) {
				t.Errorf("notes %q, want %q", notes, tt.notes)
			}
			if len(f.Cases) != 4+tt.kept {
				t.Errorf("%d cases, want %d", len(f.Cases), 4+tt.kept)
			}
			if _, ok := f.Provenance.Versions["qemu"]; ok != (tt.kept > 0) {
				t.Errorf("versions %v", f.Provenance.Versions)
			}
			if err := f.Check(); err != nil {
				t.Error(err)
			}
		})
	}
	// What the run measured itself is never the old file's.
	old, f := runOf("wasm", "1.0"), runOf("wasm", "1.0")
	old.Cases[0].Metrics[metric.HeapPeak] = 9
	if notes := f.Keep(old); len(notes) > 0 || len(f.Cases) != 4 || f.Cases[0].Metrics[metric.HeapPeak] != 1 {
		t.Errorf("%s: %+v", strings.Join(notes, "; "), f.Cases)
	}
}

// TestKeepJoins: what is kept still has its names said, and what its estimates
// rest on, as if all had been measured at once.
func TestKeepJoins(t *testing.T) {
	of := func(machines ...metric.Machine) *File {
		f := runOf(machines[0], "1.0")
		f.Provenance.Boards = map[string]Board{"b": {Title: "a board"}}
		for _, m := range machines {
			f.Provenance.Estimates = append(f.Provenance.Estimates, Estimate{Board: "b", Machine: m, Metrics: []string{metric.EstCycles}, Basis: string(m)})
		}
		return f
	}
	f := of("wasm")
	f.Keep(of("qemu"))
	if want := of("qemu", "wasm").Provenance; !reflect.DeepEqual(f.Provenance.Estimates, want.Estimates) || !reflect.DeepEqual(f.Provenance.Boards, want.Boards) {
		t.Errorf("%+v", f.Provenance)
	}
}
