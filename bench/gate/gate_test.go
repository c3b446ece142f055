package gate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/results"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

const (
	optimised = "rtthread-optimised"
	window    = optimised + "/MPI_WINDOW_SIZE=3"
	keyBase   = "mbedtls-2.28/imxrt1052/" + optimised + "/ecdsa/wasm"
	keyWindow = "mbedtls-2.28/imxrt1052/" + window + "/ecdsa/wasm"
	keyPSK    = "mbedtls-2.28/imxrt1052/" + optimised + "/psk/wasm"
)

func baseline() *results.File {
	metrics := func(ops, heap int64) map[string]int64 {
		return map[string]int64{metric.WasmOps: ops, metric.HeapPeak: heap, metric.Flash: 71000, metric.EstRAMPeak: heap + 3000}
	}
	phases := func(cke int64) []results.Phase {
		return []results.Phase{
			{Name: "client-hello", Metrics: map[string]int64{metric.WasmOps: 1000, metric.HeapPeak: 900}},
			{Name: "client-key-exchange", Metrics: map[string]int64{metric.WasmOps: cke, metric.HeapPeak: 15000}},
		}
	}
	functions := func(mul int64) []results.Function {
		return []results.Function{
			{Name: "mbedtls_mpi_exp_mod", Metrics: map[string]int64{metric.WasmOps: 500, metric.FunctionCode: 1200}},
			{Name: "mpi_mul_hlp", Metrics: map[string]int64{metric.WasmOps: mul, metric.FunctionCode: 300}},
		}
	}
	common := results.Case{Core: "mbedtls-2.28", Board: "imxrt1052", Machine: "wasm", Outcome: results.OutcomeConnected, Seed: 1}
	base := common
	base.Config, base.Scenario, base.ConfigDigest = optimised, "ecdsa", strings.Repeat("c0", 32)
	base.Metrics, base.Phases, base.Functions = metrics(170_001_000, 15000), phases(170_000_000), functions(169_000_000)
	base.Checks = []results.Check{{Name: "expired", Outcome: "accepted"}, {Name: "unknown-ca", Outcome: "X509_CERT_VERIFY_FAILED", Refused: true}}
	win := common
	win.Config, win.Base, win.Option, win.Value = window, optimised, "MPI_WINDOW_SIZE", "3"
	win.Scenario, win.ConfigDigest = "ecdsa", strings.Repeat("c3", 32)
	win.Metrics, win.Phases, win.Functions = metrics(150_001_000, 15900), phases(150_000_000), functions(149_000_000)
	psk := common
	psk.Config, psk.Scenario, psk.ConfigDigest = optimised, "psk", strings.Repeat("c0", 32)
	psk.Metrics = metrics(900_000, 9000)
	return &results.File{
		Schema: results.Schema,
		Provenance: results.Provenance{
			Tool: "r1", Profile: "imxrt1052",
			Digests:  map[string]string{"core": strings.Repeat("ab", 32)},
			Versions: map[string]string{"clang": "14.0.6"},
			Flags:    map[string]string{"wasm": "-O2"},
		},
		Cases: []results.Case{base, win, psk},
	}
}

func at(t *testing.T, f *results.File, key string) *results.Case {
	t.Helper()
	for i := range f.Cases {
		if f.Cases[i].Key() == key {
			return &f.Cases[i]
		}
	}
	t.Fatalf("no case %s", key)
	return nil
}

func compared(t *testing.T, f *results.File, opt Options) *Report {
	t.Helper()
	r, err := Compare(baseline(), f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSameFilesPass(t *testing.T) {
	r := compared(t, baseline(), Options{Budgets: []Budget{{metric.HeapPeak, 15000, []string{optimised}}}})
	if r.Failed() || len(r.Findings) != 0 || r.Compared == 0 {
		t.Errorf("%+v", r)
	}
}

func TestFindings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, f *results.File)
		fails  bool
		kind   Kind
		text   string
	}{
		{"one more instruction", func(t *testing.T, f *results.File) { at(t, f, keyPSK).Metrics[metric.WasmOps]++ },
			true, Changed, "wasm-ops: 900 000 -> 900 001 (+1, +0.000111 %)"},
		{"one byte less", func(t *testing.T, f *results.File) { at(t, f, keyPSK).Metrics[metric.HeapPeak]-- },
			true, Changed, "heap-peak-B: 9 000 -> 8 999 (-1, -0.0111 %)"},
		{"an estimate moved", func(t *testing.T, f *results.File) { at(t, f, keyPSK).Metrics[metric.EstRAMPeak]++ },
			false, "", ""},
		{"an estimate is missing", func(t *testing.T, f *results.File) { delete(at(t, f, keyPSK).Metrics, metric.EstRAMPeak) },
			true, Missing, "est-ram-peak-B: 12 000 -> missing"},
		{"a metric is missing", func(t *testing.T, f *results.File) { delete(at(t, f, keyPSK).Metrics, metric.Flash) },
			true, Missing, "flash-B: 71 000 -> missing"},
		{"all metrics are missing", func(t *testing.T, f *results.File) { at(t, f, keyPSK).Metrics = nil },
			true, Missing, "missing"},
		{"a metric is new", func(t *testing.T, f *results.File) { at(t, f, keyPSK).Metrics[metric.Allocs] = 5 },
			true, New, "allocs: 5 is new: make update"},
		{"a case is missing", func(t *testing.T, f *results.File) { f.Cases = f.Cases[:2] },
			true, Missing, "was not measured"},
		{"a case is new", func(t *testing.T, f *results.File) {
			c := f.Cases[2]
			c.Scenario = "new"
			f.Cases = append(f.Cases, c)
		}, true, New, "make update"},
		{"it no longer connects", func(t *testing.T, f *results.File) {
			c := at(t, f, keyBase)
			c.Outcome, c.Phase, c.Metrics, c.Phases = "MPI_ALLOC_FAILED", "client-hello", nil, nil
		}, true, Outcome, "outcome: connected -> MPI_ALLOC_FAILED"},
		{"it accepts an unknown CA", func(t *testing.T, f *results.File) {
			at(t, f, keyBase).Checks[1] = results.Check{Name: "unknown-ca", Outcome: "accepted"}
		}, true, Rejection, `ACCEPTS "unknown-ca"`},
		{"a check was not made", func(t *testing.T, f *results.File) {
			c := at(t, f, keyBase)
			c.Checks = c.Checks[:1]
		}, true, Missing, `"unknown-ca" was not made`},
		{"it refuses for another reason", func(t *testing.T, f *results.File) {
			at(t, f, keyBase).Checks[1].Outcome = "OTHER"
		}, true, Rejection, "X509_CERT_VERIFY_FAILED -> OTHER"},
		{"a phase changed, the case did not", func(t *testing.T, f *results.File) {
			at(t, f, keyBase).Phases[0].Metrics[metric.HeapPeak] = 901
		}, true, Changed, "phase client-hello: heap-peak-B: 900 -> 901"},
		{"a phase is missing", func(t *testing.T, f *results.File) {
			c := at(t, f, keyBase)
			c.Phases = c.Phases[1:]
		}, true, Missing, "phase client-hello: missing"},
		{"a function changed", func(t *testing.T, f *results.File) {
			at(t, f, keyBase).Functions[0].Metrics[metric.WasmOps] = 1
		}, false, "", ""},
		{"another header, the same numbers", func(t *testing.T, f *results.File) { at(t, f, keyBase).ConfigDigest = "d1" },
			false, Note, "config header differs: c0c0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := baseline()
			tt.change(t, f)
			r := compared(t, f, Options{})
			if r.Failed() != tt.fails {
				t.Errorf("failed is %v", r.Failed())
			}
			if tt.kind == "" {
				if len(r.Findings) != 0 {
					t.Errorf("findings %+v", r.Findings)
				}
				return
			}
			if len(r.Findings) == 0 || r.Findings[0].Kind != tt.kind || !strings.Contains(r.Findings[0].Text, tt.text) {
				t.Errorf("findings %+v, want %s %q", r.Findings, tt.kind, tt.text)
			}
		})
	}
}

func TestCannotTell(t *testing.T) {
	other, twice := baseline(), baseline()
	other.Provenance.Profile = "stm32f4"
	twice.Cases = append(twice.Cases, twice.Cases[0])
	for _, tt := range []struct {
		name     string
		old, new *results.File
		opt      Options
		want     string
	}{
		{"no baseline", nil, baseline(), Options{}, "baseline: none given"},
		{"empty baseline", &results.File{Schema: results.Schema}, baseline(), Options{}, "no cases"},
		{"empty results", baseline(), &results.File{Schema: results.Schema}, Options{}, "results: no cases"},
		{"two profiles", baseline(), other, Options{}, `"imxrt1052", the results of "stm32f4"`},
		{"case twice", baseline(), twice, Options{}, "the same key"},
		{"budget on an unknown metric", baseline(), baseline(), Options{Budgets: []Budget{{"heap-B", 1, nil}}},
			"no case has this metric; there are est-ram-peak-B, flash-B, heap-peak-B, wasm-ops"},
		{"budget for no configuration", baseline(), baseline(), Options{Budgets: []Budget{{metric.Flash, 1, []string{"rtthread"}}}},
			"no configuration matches rtthread"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if r, err := Compare(tt.old, tt.new, tt.opt); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v %v, want %q", r, err, tt.want)
			}
		})
	}
}

func TestBudgets(t *testing.T) {
	r := compared(t, baseline(), Options{Budgets: []Budget{
		{metric.HeapPeak, 15500, nil},
		{metric.HeapPeak, 14000, []string{optimised}},
		{metric.EstRAMPeak, 20000, []string{optimised + "*"}},
	}})
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.Config+" "+f.Scenario+" "+f.Text)
	}
	want := []string{
		window + " ecdsa heap-peak-B: 15 900 is over the budget of 15 500 by 400 (2.58 %)",
		optimised + " ecdsa heap-peak-B: 15 000 is over the budget of 14 000 by 1 000 (7.14 %)",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || !r.Failed() {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	f := baseline()
	delete(at(t, f, keyPSK).Metrics, metric.HeapPeak)
	r = compared(t, f, Options{Budgets: []Budget{{metric.HeapPeak, 1 << 30, nil}}})
	if last := r.Findings[len(r.Findings)-1]; last.Kind != Missing || !last.Fails {
		t.Errorf("a budget without a number: %+v", last)
	}
}

// worse is one of each kind of change, for the goldens.
func worse(t *testing.T) *results.File {
	f := baseline()
	f.Provenance.Tool = "r2"
	f.Provenance.Versions["clang"] = "16.0.6"
	f.Provenance.Digests["core"] = strings.Repeat("ef", 32)
	w := at(t, f, keyWindow)
	w.Metrics[metric.WasmOps] += 40_000
	w.Metrics[metric.Flash] -= 24
	w.Phases[1].Metrics[metric.WasmOps] += 40_000
	w.Functions[1].Metrics[metric.WasmOps] += 39_000
	w.Functions[0].Metrics[metric.WasmOps] += 1_000
	w.Functions[0].Metrics[metric.FunctionCode] -= 24
	b := at(t, f, keyBase)
	b.Checks[1] = results.Check{Name: "unknown-ca", Outcome: "accepted"}
	b.Metrics[metric.HeapPeak] += 16
	b.Phases[1].Metrics[metric.HeapPeak] += 16
	p := at(t, f, keyPSK)
	p.Outcome, p.Phase, p.Detail = "SSL_HANDSHAKE_FAILURE", "server-hello", "a fatal alert | <b>40</b>\x01"
	p.Metrics = map[string]int64{metric.Flash: 71000}
	n := *w
	n.Config, n.Value = optimised+"/MPI_WINDOW_SIZE=4", "4"
	f.Cases = append(f.Cases, n)
	return f
}

func acceptWorse() []Accept {
	return []Accept{
		{Case: "*MPI_WINDOW_SIZE=3*", Metric: metric.Flash, From: "71 000", To: "70 976", Reason: "smaller table", By: "Ann", Source: "accept.toml: accept 1"},
		{Case: "*", Metric: mustReject + "unknown-ca", From: "X509_CERT_VERIFY_FAILED", To: "accepted", Reason: "no", By: "Bob", Source: "accept.toml: accept 2"},
	}
}

func TestReports(t *testing.T) {
	r := compared(t, worse(t), Options{Accept: acceptWorse(), Budgets: []Budget{{metric.HeapPeak, 15000, []string{optimised}}}})
	if !r.Failed() {
		t.Error("passed")
	}
	for _, w := range []struct {
		name  string
		write func(*Report, *bytes.Buffer) error
	}{
		{"report.txt", func(r *Report, b *bytes.Buffer) error { return r.WriteText(b) }},
		{"report.md", func(r *Report, b *bytes.Buffer) error { return r.WriteMarkdown(b) }},
		{"report.xml", func(r *Report, b *bytes.Buffer) error { return r.WriteJUnit(b) }},
	} {
		var b bytes.Buffer
		if err := w.write(r, &b); err != nil {
			t.Fatal(err)
		}
		testutil.Golden(t, filepath.Join("testdata", w.name), b.Bytes())
		if strings.HasSuffix(w.name, ".xml") {
			var s suites
			if err := xml.Unmarshal(b.Bytes(), &s); err != nil {
				t.Errorf("not XML: %v", err)
			}
			if s.Tests != 4 || s.Failures != 4 {
				t.Errorf("%d tests, %d failures", s.Tests, s.Failures)
			}
		}
	}
}

func TestAcceptedChangePasses(t *testing.T) {
	f := baseline()
	w := at(t, f, keyWindow)
	w.Metrics[metric.WasmOps]++
	w.Phases[1].Metrics[metric.WasmOps]++
	entry := Accept{Case: keyWindow, Metric: metric.WasmOps, From: "150 001 000", To: "150 001 001", Reason: "r", By: "b"}
	if r := compared(t, f, Options{Accept: []Accept{entry}}); r.Failed() || len(r.Stale) != 0 {
		t.Errorf("failed: %+v", r.Findings)
	}
	w.Metrics[metric.WasmOps]++
	if r := compared(t, f, Options{Accept: []Accept{entry}}); !r.Failed() || len(r.Stale) != 1 {
		t.Error("an entry for another number let it through")
	}
}

// several is the baseline with more variations, all of another scenario.
func several() *results.File {
	f := baseline()
	for _, v := range []string{"1", "4", "16"} {
		c := f.Cases[1]
		c.Config, c.Value = optimised+"/MPI_WINDOW_SIZE="+v, v
		c.Metrics = maps.Clone(c.Metrics)
		f.Cases = append(f.Cases, c)
	}
	return f
}

// The same change in several cases fails each of them and is shown once.
func TestSameChangeIsShownOnce(t *testing.T) {
	f := several()
	for i := range f.Cases {
		f.Cases[i].Metrics[metric.Flash] += 120
	}
	accept := []Accept{{Case: "*SIZE=16/*", Metric: metric.Flash, From: "71 000", To: "71 120", Reason: "r", By: "Ann"}}
	r, err := Compare(several(), f, Options{Accept: accept})
	if err != nil {
		t.Fatal(err)
	}
	var text, md, junit bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WriteMarkdown(&md), r.WriteJUnit(&junit)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"worse     flash-B: 71 000 -> 71 120 (+120, +0.169 %)",
		"the same in 4 more cases: MPI_WINDOW_SIZE=1 3 4; psk: rtthread-optimised\n",
		"accepted  flash-B: 71 000 -> 71 120 (+120, +0.169 %)\n            accepted by Ann: r\n",
	} {
		if n := strings.Count(text.String(), want); n != 1 {
			t.Errorf("%q is there %d times:\n%s", want, n, text.String())
		}
	}
	if n := strings.Count(md.String(), "| rtthread-optimised and 4 more | ecdsa | flash-B |"); n != 1 {
		t.Errorf("the table has it %d times:\n%s", n, md.String())
	}
	if n := strings.Count(junit.String(), "<failure "); n != 5 {
		t.Errorf("%d failures:\n%s", n, junit.String())
	}
}

// move makes a case one of another machine, without what that one does not have.
func move(c *results.Case, machine metric.Machine) {
	c.Machine = machine
	lacks := func(name string, _ int64) bool { return !metric.Of(name).On(machine) }
	maps.DeleteFunc(c.Metrics, lacks)
	for _, p := range c.Phases {
		maps.DeleteFunc(p.Metrics, lacks)
	}
	for _, f := range c.Functions {
		maps.DeleteFunc(f.Metrics, lacks)
	}
}

// Another core is compared, and named first. What only its own factors could
// predict is no regression; any other number that is missing is.
func TestAnotherCore(t *testing.T) {
	dir := func() *results.File {
		f := baseline()
		for i := range f.Cases {
			f.Cases[i].Core = "dir"
		}
		return f
	}
	old := baseline()
	r, err := Compare(old, dir(), Options{})
	if err != nil || r.Failed() || len(r.Causes) != 1 || r.Causes[0] != "core: mbedtls-2.28 -> dir" {
		t.Errorf("%v %+v", err, r)
	}
	at(t, old, keyPSK).Metrics[metric.EstCycles] = 5
	for _, tt := range []struct {
		name, digest string
		machine      metric.Machine
		lacks        string
		fails        bool
	}{
		{"a prediction", "ef", "wasm", "", false},
		{"a prediction of the same core", "ab", "wasm", "", true},
		{"an estimate of an emulated board", "ef", "qemu", "", true},
		{"an estimate that needs no factors", "ef", "wasm", metric.EstRAMPeak, true},
	} {
		f := dir()
		f.Provenance.Digests["core"] = strings.Repeat(tt.digest, 32)
		for _, file := range []*results.File{f, old} {
			move(&file.Cases[2], tt.machine)
		}
		delete(f.Cases[2].Metrics, tt.lacks)
		r, err := Compare(old, f, Options{})
		if err != nil || r.Failed() != tt.fails {
			t.Errorf("%s: %v, failed is %v", tt.name, err, r.Failed())
		}
		if !tt.fails && !slices.Contains(r.Causes, unpredicted) {
			t.Errorf("%s: %q", tt.name, r.Causes)
		}
	}
}
