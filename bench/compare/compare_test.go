package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

// before is a configuration, three values of an option and two scenarios.
func before() *results.File {
	f := &results.File{
		Schema: results.Schema,
		Provenance: results.Provenance{
			Tool: "r1", Profile: "imxrt1052",
			Digests:  map[string]string{"core": strings.Repeat("ab", 32)},
			Versions: map[string]string{"clang": "14.0.6"},
			Flags:    map[string]string{"wasm": "-O2"},
		},
	}
	for _, scenario := range []string{"rsa", "psk"} {
		for _, v := range []string{"", "2", "3", "16"} {
			ops := int64(100_000)
			c := results.Case{Core: "mbedtls-2.28", Board: "imxrt1052", Config: "ours", Scenario: scenario, Machine: "wasm",
				Outcome: results.OutcomeConnected, Seed: 1, ConfigDigest: strings.Repeat("c0", 32),
				Checks: []results.Check{{Name: "expired", Outcome: "accepted"}, {Name: "unknown-ca", Outcome: "X509", Refused: true}},
			}
			if v != "" {
				c.Base, c.Config, c.Option, c.Value = "ours", "ours/MPI_WINDOW_SIZE="+v, "MPI_WINDOW_SIZE", v
				ops -= int64(len(v))
			}
			c.Metrics = map[string]int64{metric.HandshakeWasmOps: ops, metric.WasmOps: ops + 2000, metric.HeapPeak: 15_000,
				metric.Flash: 71_000, metric.RO: 70_900, metric.EstCycles: 40_000}
			c.Phases = []results.Phase{
				{Name: "init", Metrics: map[string]int64{metric.WasmOps: 2000, metric.HeapPeak: 900}},
				{Name: "server-certificate", Metrics: map[string]int64{metric.WasmOps: ops - 1000, metric.HeapPeak: 15_000}},
				{Name: "client-key-exchange", Metrics: map[string]int64{metric.WasmOps: 1000, metric.HeapPeak: 14_000}},
			}
			c.Functions = []results.Function{
				{Name: "mbedtls_mpi_exp_mod", Metrics: map[string]int64{metric.WasmOps: 500, metric.FunctionCode: 1200}},
				{Name: "mpi_mul_hlp", Metrics: map[string]int64{metric.WasmOps: ops + 1500, metric.FunctionCode: 300}},
			}
			f.Cases = append(f.Cases, c)
		}
	}
	return f
}

func edit(f *results.File, config string, change func(c *results.Case)) {
	for i := range f.Cases {
		if Glob(config, f.Cases[i].Config+" "+f.Cases[i].Scenario) {
			change(&f.Cases[i])
		}
	}
}

// slower adds ops to a phase and a function of a case.
func slower(c *results.Case, phase metric.Phase, function string, ops int64) {
	c.Metrics[metric.HandshakeWasmOps] += ops
	c.Metrics[metric.WasmOps] += ops
	for _, p := range c.Phases {
		if p.Name == phase {
			p.Metrics[metric.WasmOps] += ops
		}
	}
	for _, f := range c.Functions {
		if f.Name == function {
			f.Metrics[metric.WasmOps] += ops
		}
	}
}

// after is another core that has one of each kind of change.
func after() *results.File {
	f := before()
	f.Provenance.Digests["core"] = strings.Repeat("ef", 32)
	edit(f, "*", func(c *results.Case) {
		c.Core = "dir"
		c.Metrics[metric.Flash] += 120
		c.Metrics[metric.RO] += 120
		c.Functions[0].Metrics[metric.FunctionCode] += 96
		slower(c, "server-certificate", "mpi_mul_hlp", 5_000)
		delete(c.Metrics, metric.EstCycles)
	})
	edit(f, "ours/MPI_WINDOW_SIZE=16 *", func(c *results.Case) {
		slower(c, "client-key-exchange", "mbedtls_mpi_exp_mod", 333)
		c.Functions = append(c.Functions, results.Function{Name: "mpi_select", Metrics: map[string]int64{metric.WasmOps: 40, metric.FunctionCode: 60}})
	})
	edit(f, "ours/MPI_WINDOW_SIZE=3 rsa", func(c *results.Case) {
		c.Metrics[metric.HeapPeak] += 16
		for _, p := range c.Phases {
			p.Metrics[metric.HeapPeak] += 16
		}
		c.Checks[1] = results.Check{Name: "unknown-ca", Outcome: "accepted"}
		c.ConfigDigest = strings.Repeat("c1", 32)
	})
	edit(f, "ours/MPI_WINDOW_SIZE=2 psk", func(c *results.Case) {
		c.Outcome, c.Phase, c.Detail = "ALERT", "server-hello", "a fatal alert | `<b>40</b>`"
	})
	f.Cases = slices.DeleteFunc(f.Cases, func(c results.Case) bool { return c.Config == "ours/MPI_WINDOW_SIZE=3" && c.Scenario == "psk" })
	return f
}

func files(t *testing.T, old, new *results.File, opt Options) *Report {
	t.Helper()
	r, err := Files(old, new, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func text(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteText(&b, Top); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReports(t *testing.T) {
	r := files(t, before(), after(), Options{})
	if !r.Differs() || r.Paired != 7 {
		t.Errorf("differs %v, %d paired", r.Differs(), r.Paired)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.txt":  func(b *bytes.Buffer) error { return r.WriteText(b, 10) },
		"report.md":   func(b *bytes.Buffer) error { return r.WriteMarkdown(b, 10) },
		"report.json": func(b *bytes.Buffer) error { return r.WriteJSON(b) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		testutil.Golden(t, path, b.Bytes())
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var f file
	if err := json.Unmarshal(b.Bytes(), &f); err != nil || f.Schema != Schema || len(f.Cases) != 8 {
		t.Errorf("%v, schema %d, %d cases", err, f.Schema, len(f.Cases))
	}
}

func TestNothingDiffers(t *testing.T) {
	f := before()
	edit(f, "*", func(c *results.Case) { c.Core = "tar" })
	r := files(t, before(), f, Options{})
	want := "compare: 8 of 8 cases unchanged\n\nproduced differently, with the same numbers:\n  core: mbedtls-2.28 -> tar\n"
	if got := text(t, r); r.Differs() || got != want {
		t.Errorf("got:\n%s", got)
	}
}

// Every change of a case is a difference, and is said.
func TestEachChangeIsSaid(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(c *results.Case)
		want   []string
	}{
		{"one op", func(c *results.Case) { slower(c, "init", "mpi_mul_hlp", 1) },
			[]string{"wasm-ops: 102 000 -> 102 001 (+1, +0.00098 %)", "  wasm-ops by phase", "init  +1", "of the whole run", "mpi_mul_hlp  +1"}},
		{"work moved between functions", func(c *results.Case) {
			c.Functions[0].Metrics[metric.WasmOps] += 7
			c.Functions[1].Metrics[metric.WasmOps] -= 7
		}, []string{"the case's own number is the same, its parts are not", "mbedtls_mpi_exp_mod  +7", "mpi_mul_hlp          -7", "unchanged: 3 phases"}},
		{"work moved between phases", func(c *results.Case) {
			c.Phases[0].Metrics[metric.WasmOps] += 7
			c.Phases[1].Metrics[metric.WasmOps] -= 7
		}, []string{"init                +7", "server-certificate  -7", "unchanged: 1 phase, 2 functions"}},
		{"a function renamed", func(c *results.Case) { c.Functions[1].Name = "mpi_mul_core" },
			[]string{"mpi_mul_core  +101 500, new", "mpi_mul_hlp   -101 500, gone", "mpi_mul_core  +300, new"}},
		{"a table", func(c *results.Case) { c.Metrics[metric.Flash] += 2048 },
			[]string{"flash-B: 71 000 -> 73 048", "besides functions (constants, data, padding): +2 048"}},
		{"an estimate", func(c *results.Case) { c.Metrics[metric.EstCycles]++ }, []string{"est-cycles: 40 000 -> 40 001"}},
		{"a metric that the old file lacks", func(c *results.Case) { c.Metrics[metric.LostDatagrams] = 3 }, []string{"lost-datagrams: new, 3"}},
		{"a check refuses again", func(c *results.Case) { c.Checks[0] = results.Check{Name: "expired", Outcome: "X509", Refused: true} },
			[]string{"must-reject expired gained: accepted -> X509"}},
		{"a check was not made", func(c *results.Case) { c.Checks = c.Checks[:1] }, []string{"must-reject unknown-ca LOST: X509 -> not made"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := before()
			edit(f, "ours rsa", tt.change)
			r := files(t, before(), f, Options{})
			if !r.Differs() || r.Unchanged != 7 {
				t.Errorf("differs %v, %d unchanged", r.Differs(), r.Unchanged)
			}
			rest := text(t, r)
			for _, w := range tt.want {
				_, after, ok := strings.Cut(rest, w)
				if !ok {
					t.Fatalf("no %q in order in:\n%s", w, text(t, r))
				}
				rest = after
			}
		})
	}
}

func TestTopFunctions(t *testing.T) {
	old, new := before(), before()
	for i := range 16 {
		fn := func(ops int) results.Function {
			return results.Function{Name: fmt.Sprintf("f%02d", i), Metrics: map[string]int64{metric.WasmOps: int64(ops)}}
		}
		edit(old, "ours rsa", func(c *results.Case) { c.Functions = append(c.Functions, fn(100)) })
		edit(new, "ours rsa", func(c *results.Case) {
			c.Functions = append(c.Functions, fn(100+i+1))
			c.Metrics[metric.WasmOps] += int64(i + 1)
		})
	}
	r := files(t, old, new, Options{})
	lines := r.Pairs[slices.IndexFunc(r.Pairs, (*Pair).Differs)].Items[0].Lines(2)
	want := []string{"wasm-ops by function, of the whole run", "  f15  +16, +16 %", "  f14  +15, +15 %", "  and 14 more, together +105"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

func TestFilters(t *testing.T) {
	for _, tt := range []struct {
		opt       Options
		pairs     int
		unchanged int
		not       string
	}{
		{Options{Scenarios: []string{"ps*"}}, 4, 0, "rsa"},
		{Options{Configs: []string{"ours"}}, 2, 0, "MPI_WINDOW"},
		{Options{Only: []string{"heap-*"}}, 8, 6, "flash-B"}, // the one changed, and the one gone
		{Options{Only: []string{"outcome"}}, 8, 6, "heap"},
		{Options{Only: []string{"must-reject:*"}}, 8, 6, "heap"},
	} {
		r := files(t, before(), after(), tt.opt)
		if got := text(t, r); len(r.Pairs) != tt.pairs || r.Unchanged != tt.unchanged || strings.Contains(got, tt.not) {
			t.Errorf("%+v: %d pairs, %d unchanged\n%s", tt.opt, len(r.Pairs), r.Unchanged, got)
		}
	}
}

func TestCannotTell(t *testing.T) {
	twice := before()
	twice.Cases = append(twice.Cases, twice.Cases[0])
	for _, tt := range []struct {
		old, new *results.File
		opt      Options
		want     string
	}{
		{nil, before(), Options{}, "the old file: none given"},
		{before(), &results.File{Schema: results.Schema}, Options{}, "the new file: no cases"},
		{before(), twice, Options{}, "the new file: case 8"},
		{before(), before(), Options{Scenarios: []string{"dtls"}}, "no case is of scenario dtls and configuration *"},
		{before(), before(), Options{Only: []string{"heap"}}, "no case has a metric heap; there are code-B"},
	} {
		if r, err := Files(tt.old, tt.new, tt.opt); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v %v, want %q", r, err, tt.want)
		}
	}
}

// Two cores in one file are kept apart.
func TestSeveralCores(t *testing.T) {
	f := before()
	other := after()
	f.Cases = append(f.Cases, other.Cases...)
	r := files(t, before(), f, Options{})
	if len(r.Notes) != 1 || r.Paired != 8 || r.Unchanged != 8 || len(r.Pairs) != 15 {
		t.Errorf("%q, %d paired, %d unchanged of %d", r.Notes, r.Paired, r.Unchanged, len(r.Pairs))
	}
}

// A case whose functions one file lacks is taken for the same as one whose
// phases changed alike, and else its functions are said to be missing.
func TestLackOfFunctions(t *testing.T) {
	old, new := before(), after()
	edit(old, "ours/*", func(c *results.Case) { c.Functions = nil })
	got := text(t, files(t, old, new, Options{}))
	if strings.Count(got, "flash-B: 71 000") != 1 || !strings.Contains(got, "functions not compared: the old file has none of this case") {
		t.Errorf("got:\n%s", got)
	}
}

func TestFold(t *testing.T) {
	type x struct{ id, same, part string }
	got := Fold([]x{{"a", "s", "p"}, {"b", "t", ""}, {"c", "s", ""}, {"d", "s", "q"}, {"e", "s", "p"}, {"f", "t", "r"}},
		func(v x) (string, []string) { return v.same, []string{v.part} })
	var s []string
	for _, g := range got {
		ids := ""
		for _, v := range g {
			ids += v.id
		}
		s = append(s, ids)
	}
	if strings.Join(s, " ") != "ace bf d" {
		t.Errorf("got %q", s)
	}
}

func TestSameIn(t *testing.T) {
	c := func(scenario, option, value string) *results.Case {
		c := &results.Case{Core: "c", Board: "b", Config: "ours", Scenario: scenario, Machine: "wasm"}
		if option != "" {
			c.Base, c.Option, c.Value, c.Config = "ours", option, value, "ours/"+option+"="+value
		}
		return c
	}
	many := []*results.Case{c("rsa", "A", "1"), c("rsa", "A", "2"), c("rsa", "B", "on"), c("psk", "", ""), c("psk", "A", "1"), c("ecdsa", "", ""), c("ecdsa", "A", "1")}
	if got := SameIn(c("rsa", "", ""), many); got != "the same in 7 more cases: A=1 2, B=on; psk, ecdsa: ours, A=1" {
		t.Errorf("got %q", got)
	}
	if got := SameIn(c("psk", "", ""), many[:3]); got != "the same in 3 more cases: rsa: A=1 2, B=on" {
		t.Errorf("got %q", got)
	}
	other := c("psk", "", "")
	other.Config = "theirs"
	if got := SameIn(other, many[3:]); got != "the same in 4 more cases: psk, ecdsa: ours, A=1" {
		t.Errorf("got %q", got)
	}
	if got := SameIn(other, many[:3]); got != "the same in 3 more cases: rsa: ours/A=1 2, B=on" {
		t.Errorf("got %q", got)
	}
	board := c("rsa", "", "")
	board.Machine = "qemu"
	if got := SameIn(c("rsa", "", ""), []*results.Case{c("psk", "", ""), board}); got != "the same in 2 more cases: psk wasm, rsa qemu: ours" {
		t.Errorf("got %q", got)
	}
	for i := range 20 {
		many = append(many, c("ecdsa", fmt.Sprintf("C%02d", i), "1"))
	}
	if got := SameIn(c("rsa", "", ""), many); !strings.HasSuffix(got, ", C09=1 and 10 more") {
		t.Errorf("got %q", got)
	}
	for i := range 5 {
		many = append(many, c(fmt.Sprintf("s%d", i), "A", fmt.Sprint(i)))
	}
	if got := SameIn(c("rsa", "", ""), many); !strings.HasSuffix(got, "s0: A=0; and others") {
		t.Errorf("got %q", got)
	}
	if got := SameIn(c("rsa", "", ""), nil); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestCallers: of a function whose own count moved, the way it moved most on is
// named; where one file has no tree, the way that is spent most on.
func TestCallers(t *testing.T) {
	tree := func(exp, hash int64) *results.Tree {
		return &results.Tree{Functions: []string{"exp_mod", "hash", "memcpy", "rsa_private", "step"}, Nodes: []results.Call{
			{Parent: -1, Function: 4, Calls: 1, Ops: 100 + exp + hash},
			{Parent: 0, Function: 3, Calls: 1, Ops: 40 + exp}, {Parent: 1, Function: 0, Calls: 1, Ops: 30 + exp}, {Parent: 2, Function: 2, Calls: exp / 10, Ops: exp},
			{Parent: 0, Function: 1, Calls: 3, Ops: 20 + hash}, {Parent: 4, Function: 2, Calls: 3, Ops: hash},
		}}
	}
	old := &results.File{Schema: results.Schema, Cases: []results.Case{{Core: "c", Board: "b", Config: "x", Scenario: "s", Machine: "qemu",
		Outcome: results.OutcomeConnected, Metrics: map[string]int64{metric.Insns: 800},
		Functions: []results.Function{{Name: "memcpy", Metrics: map[string]int64{metric.Insns: 700}}}, Tree: tree(500, 200)}}}
	new := &results.File{Schema: results.Schema, Cases: []results.Case{old.Cases[0]}}
	c := &new.Cases[0]
	c.Metrics, c.Tree = map[string]int64{metric.Insns: 1090}, tree(800, 190)
	c.Functions = []results.Function{{Name: "memcpy", Metrics: map[string]int64{metric.Insns: 990}}}
	if got, want := text(t, files(t, old, new, Options{})), "called by step > rsa_private > exp_mod: +300, calls 50 -> 80"; !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant %q", got, want)
	}
	old.Cases[0].Tree = nil
	if got, want := text(t, files(t, old, new, Options{})), "called by step > rsa_private > exp_mod: 800 of 990 are spent there"; !strings.Contains(got, want) {
		t.Errorf("without a tree: got:\n%s\nwant %q", got, want)
	}
	c.Tree = nil
	if got := text(t, files(t, old, new, Options{})); strings.Contains(got, "called by") {
		t.Errorf("callers out of nothing:\n%s", got)
	}
}
