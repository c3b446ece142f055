package measure

import (
	"reflect"
	"testing"

	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

func counted(function string) bool { return !emu.Harness(function) }

// TestTreeOf: a call costs what it and all it called executed; the lab's own
// functions cost nothing, and are there only on the way to others.
func TestTreeOf(t *testing.T) {
	got := treeOf([]emu.Call{
		{Parent: -1, Function: "(unknown)", Ops: 3},
		{Parent: 0, Function: "boot_main", Ops: 1000, Calls: 1},
		{Parent: 1, Function: "tlslab_step", Ops: 10, Calls: 2},
		{Parent: 2, Function: "sha", Ops: 5, Calls: 4},
		{Parent: 2, Function: "host_log", Ops: 99, Calls: 1},
		{Parent: 4, Function: "link_send", Ops: 99, Calls: 1},
		{Parent: 2, Function: "host_send", Ops: 99, Calls: 1},
		{Parent: 6, Function: "memcpy", Ops: 7, Calls: 1},
	}, counted)
	want := &results.Tree{Functions: []string{"boot_main", "host_send", "memcpy", "sha", "tlslab_step"}, Nodes: []results.Call{
		{Parent: -1, Function: 0, Calls: 1, Ops: 22}, {Parent: 0, Function: 4, Calls: 2, Ops: 22},
		{Parent: 1, Function: 3, Calls: 4, Ops: 5}, {Parent: 1, Function: 1, Calls: 1, Ops: 7}, {Parent: 3, Function: 2, Calls: 1, Ops: 7},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// TestTreeIsBounded: of a tree that is too large the calls that cost least are
// left out and counted; what they cost is in their callers' still.
func TestTreeIsBounded(t *testing.T) {
	calls := []emu.Call{{Parent: -1}, {Parent: 0, Function: "root", Calls: 1}}
	all := uint64(0)
	for i := range results.MostNodes + 10 {
		calls = append(calls, emu.Call{Parent: 1, Function: "leaf", Ops: uint64(i + 1), Calls: 1})
		all += uint64(i + 1)
	}
	got := treeOf(calls, counted)
	if len(got.Nodes) > results.MostNodes || len(got.Nodes)+got.Folded != len(calls)-1 || got.Nodes[0].Ops != int64(all) {
		t.Errorf("%d nodes and %d left out of %d; the first costs %d of %d", len(got.Nodes), got.Folded, len(calls)-1, got.Nodes[0].Ops, all)
	}
	f := &results.File{Schema: results.Schema, Cases: []results.Case{{Core: "c", Board: "b", Config: "x", Scenario: "s", Machine: "qemu", Outcome: "x", Tree: got}}}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
}

// TestFillImage: the parts of an image add up to it, and static data is in RAM's
// numbers of the case that is filled alone.
func TestFillImage(t *testing.T) {
	img := &core.Image{Sizes: &core.Sizes{RO: 60, RW: 4, ZI: 56, Functions: map[string]int64{"a": 50, "__aeabi_x": 6},
		Base: core.Base{RO: 40, RW: 4, ZI: 8}, Data: []core.Data{{Name: "table", Section: "ro", Bytes: 20}, {Name: "state", Section: "zi", Bytes: 60}}},
		Origins: map[string]core.Origin{"a": {Module: core.ModuleLibrary, File: "library/aes.c"}, "table": {Module: core.ModulePort}}}
	ran := &results.Case{Core: "c", Board: "b", Config: "x", Scenario: "s", Machine: "qemu", Outcome: results.OutcomeConnected,
		Metrics: map[string]int64{metric.RAMPeak: 200}, RAM: &results.RAM{Phase: "init", RunB: 200},
		Phases: []results.Phase{{Name: "init", Metrics: map[string]int64{metric.RAMPeak: 200}}}, Functions: []results.Function{{Name: "a", Metrics: map[string]int64{metric.Insns: 9}}}}
	sized := &results.Case{Metrics: map[string]int64{}}
	sizes(sized, img.Sizes)
	c := join(sized, ran, img, metric.UnitsOf("qemu"))
	f := &results.File{Schema: results.Schema, Cases: []results.Case{*c}}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	if c.RAM.StaticB+c.RAM.RunB != c.Metrics[metric.RAMPeak] || c.Phases[0].Metrics[metric.RAMPeak] != c.Metrics[metric.RAMPeak] {
		t.Errorf("RAM %+v and %v in init, of %d", c.RAM, c.Phases[0].Metrics, c.Metrics[metric.RAMPeak])
	}
	if ran.RAM.StaticB != 0 || ran.Phases[0].Metrics[metric.RAMPeak] != 200 {
		t.Errorf("the run that others share has changed: %+v", ran)
	}
	ran.Phases[0].Metrics[metric.HeapPeak] = 100
	if without := join(sized, ran, &core.Image{}, metric.UnitsOf("qemu")); without.RAM != nil || without.Metrics[metric.RAMPeak] != 0 ||
		len(without.Phases[0].Metrics) != 1 || len(ran.Phases[0].Metrics) != 2 {
		t.Errorf("of an image that was not linked: %+v, %v, %v", without.RAM, without.Metrics, without.Phases)
	}
	for name, want := range map[string]string{"a": core.ModuleLibrary, "__aeabi_x": core.ModuleCompiler} {
		for _, fn := range c.Functions {
			if fn.Name == name && fn.Module != want {
				t.Errorf("%s is of %q, want %q", name, fn.Module, want)
			}
		}
	}
	img.Sizes.Data[0].Bytes++
	c.Image.Data[0].Bytes++
	if err := f.Check(); err == nil {
		t.Error("parts that are more than the image are taken")
	}
}

// TestChangesOf: a variation's changes have both sides.
func TestChangesOf(t *testing.T) {
	base, varied := &profiles.Variant{}, &profiles.Variant{}
	for name, value := range map[string]string{"MBEDTLS_A": "2", "MBEDTLS_B": "", "MBEDTLS_C": "1"} {
		base.Settings.Set(name, value, "")
	}
	for name, value := range map[string]string{"MBEDTLS_A": "3", "MBEDTLS_C": "1", "MBEDTLS_D": ""} {
		varied.Settings.Set(name, value, "")
	}
	want := []results.Change{{Option: "A", Was: "2", Is: "3"}, {Option: "B", Was: "on", Is: "off"}, {Option: "D", Was: "off", Is: "on"}}
	if got := changesOf(base, varied); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
