package results

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

func sample() *File {
	median, worst, heap, stack := 0.5, 2.25, int64(150), int64(50)
	return &File{
		Schema: Schema,
		Provenance: Provenance{
			Tool: "v0.1", Profile: "imxrt1052",
			Digests:  map[string]string{"core": "aa", "board": "bb"},
			Versions: map[string]string{"clang": "Debian clang <14.0.6>\nTarget: wasm32"},
			Flags:    map[string]string{"wasm": "-O2 -fshort-enums"},
			Support:  "its support has ended",
			Cores:    map[string]Core{"mbedtls-2.28": {"Mbed TLS", "2.28.3", "c0ffee", "aa"}},
			Boards: map[string]Board{"imxrt1052": {"NXP i.MX RT1052", "cortex-m7", 600_000_000, 100,
				[]Region{{"itcm", "flash", 0, 1 << 17}, {"dtcm", "ram", 0x20000000, 1 << 17}}}},
			Scenarios: map[string]Scenario{"psk": {Title: "a key that is shared", Protocol: "tls1.2", Suite: "TLS-PSK-WITH-AES-128-CCM-8", Chain: "ecdsa", Serves: true, RTTUS: 20_000}},
			Budgets:   []Budget{{metric.HeapPeak, 300, []string{"opt"}}},
			Estimates: []Estimate{{"imxrt1052", "wasm", []string{metric.EstCycles}, "fitted", &median, &worst}},
		},
		Cases: []Case{
			{
				Core: "mbedtls-2.28", Board: "imxrt1052", Config: "opt/MPI_WINDOW_SIZE=3", Scenario: "psk", Machine: "wasm",
				Base: "opt", Option: "MPI_WINDOW_SIZE", Value: "3",
				Outcome: OutcomeConnected, ConfigDigest: "c1", Seed: 1,
				Metrics:   map[string]int64{metric.WasmOps: 1000, metric.HeapPeak: 200},
				Phases:    []Phase{{Name: "client-hello", Metrics: map[string]int64{metric.WasmOps: 600}}, {Name: "client-finished", Metrics: map[string]int64{metric.WasmOps: 400}}},
				Functions: []Function{{Name: "z", Metrics: map[string]int64{metric.WasmOps: 1}}, {Name: "a", Metrics: map[string]int64{metric.WasmOps: 2}}},
				HeapCurve: []HeapPoint{{Phase: "client-hello", Ops: 600, EstUS: 3, LiveB: 100, PeakB: 200}},
				Checks:    []Check{{"expired", OutcomeAccepted, false}},
				Warnings:  []string{"two\nlines"},
			},
			{
				Core: "mbedtls-2.28", Board: "imxrt1052", Config: "opt", Scenario: "psk", Machine: "wasm",
				Outcome: "SSL_FATAL_ALERT", Phase: "server-hello", Detail: "no common suite\nBenchmarkHandshake 1 5 wasm-ops",
				ConfigDigest: "c0", Seed: 1, Metrics: map[string]int64{metric.Flash: 70000}, Advice: []string{"set A"},
			},
			{ // with a value for every field that one that connected has
				Core: "mbedtls-2.28", Board: "imxrt1052", Config: "small/A=1", Scenario: "psk", Machine: "qemu",
				Base: "small", Option: "A", Value: "1", Settings: map[string]string{"A": "1", "B": "off"},
				Changes: []Change{{"A", "2", "1"}, {"B", "on", "off"}}, Added: []string{"PSK_C (core)"},
				Outcome: OutcomeConnected, ConfigDigest: "c2", Seed: 1,
				Metrics:    map[string]int64{metric.Insns: 1000, metric.HeapPeak: 200, metric.RAMPeak: 260, metric.RO: 60, metric.RW: 4, metric.ZI: 56},
				DrawSpread: Spread{metric.Insns: 3}, Headroom: map[string]int64{metric.HeapPeak: 100},
				RAM:    &RAM{"client-hello", 60, 200, &heap, &stack},
				Image:  &Image{100, 8, 64, Sections{40, 4, 8}, []DataSymbol{{"table", SectionRO, 20, "library"}, {"state", SectionZI, 60, "port"}}, Sections{10, 8, 4}},
				Phases: []Phase{{Name: "init", Metrics: map[string]int64{metric.Insns: 400}}, {Name: "client-hello", Metrics: map[string]int64{metric.Insns: 600}}},
				Functions: []Function{
					{Name: "a", Module: "library", File: "library/aes.c", Metrics: map[string]int64{metric.Insns: 900, metric.FunctionCode: 50}, Calls: 2, Phases: [][2]int64{{0, 300}, {1, 600}}},
					{Name: "b", Module: "port", File: "client.c", Metrics: map[string]int64{metric.Insns: 100, metric.FunctionCode: 20}, Calls: 1, Phases: [][2]int64{{0, 100}}},
				},
				Tree:      &Tree{Functions: []string{"a", "b"}, Nodes: []Call{{-1, 1, 1, 1000}, {0, 0, 2, 900}}, Folded: 1},
				Checks:    []Check{{"wrong-name", "X509", true}},
				Floor:     []Check{{"expired", "X509", true}},
				Reference: map[string]int64{metric.HeapPeak: 210},
			},
		},
	}
}

func TestWriteIsDeterministicAndReadsBack(t *testing.T) {
	a, b := t.TempDir(), filepath.Join(t.TempDir(), "made", "on", "the", "way")
	f := sample()
	if err := Write(a, f); err != nil {
		t.Fatal(err)
	}
	f.Cases[0], f.Cases[1] = f.Cases[1], f.Cases[0]
	if err := Write(b, f); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{JSONName, TextName} {
		x, y := read(t, filepath.Join(a, name)), read(t, filepath.Join(b, name))
		if !bytes.Equal(x, y) {
			t.Errorf("%s depends on the order of the cases", name)
		}
		testutil.Golden(t, filepath.Join("testdata", name), x)
	}
	got, err := Read(filepath.Join(a, JSONName))
	if err != nil {
		t.Fatal(err)
	}
	if want := sample().sorted(); !reflect.DeepEqual(got, want) {
		t.Errorf("read back\n%+v\nwrote\n%+v", got, want)
	}
	entries, err := os.ReadDir(a)
	if err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

func TestWriteKeepsTheOldFileWhenItFails(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, sample()); err != nil {
		t.Fatal(err)
	}
	before := read(t, filepath.Join(dir, JSONName))
	bad := sample()
	bad.Cases[1].Config = bad.Cases[0].Config
	if err := Write(dir, bad); err == nil || !strings.Contains(err.Error(), "the same key") {
		t.Fatalf("two cases of one key: %v", err)
	}
	if !bytes.Equal(before, read(t, filepath.Join(dir, JSONName))) {
		t.Error("the old file changed")
	}
	if err := Write(filepath.Join(dir, JSONName), sample()); err == nil {
		t.Error("wrote into a file as if it were a directory")
	}
}

func TestReadRefuses(t *testing.T) {
	whole, err := sample().JSON()
	if err != nil {
		t.Fatal(err)
	}
	s := string(whole)
	change := func(old, new string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("the sample has no %q", old)
		}
		return strings.Replace(s, old, new, 1)
	}
	for _, tt := range []struct{ name, data, want string }{
		{"empty", "", "unexpected end"},
		{"half", s[:len(s)/2], "line "},
		{"without its last line", strings.TrimSuffix(s, "}\n"), "unexpected end"},
		{"more after the end", s + "{}", "after top-level value"},
		{"not results", `{"a": 1}`, `no "schema"`},
		{"next schema", change(`"schema": 2`, `"schema": 3, "news": 1`), "schema is 3, this program reads 2: measure again"},
		{"unknown field", change(`"tool"`, `"tol"`), `unknown field "tol"`},
		{"metric twice", change(`"heap-peak-B": 200`, `"heap-peak-B": 200, "heap-peak-B": 100`), `"heap-peak-B" twice`},
		{"field twice by case", change(`"config": "opt"`, `"config": "opt", "Config": "x"`), `"Config" twice`},
		{"fraction", change(`"heap-peak-B": 200`, `"heap-peak-B": 200.5`), "number 200.5"},
		{"metric that is not in the table", change(`"heap-peak-B": 200`, `"heap-pek-B": 200`), `MPI_WINDOW_SIZE=3/psk/wasm): metric of the wasm machine "heap-pek-B": not known; did you mean heap-peak-B`},
		{"metric of another machine", change(`"heap-peak-B": 200`, `"stack-peak-B": 200`), `metric of the wasm machine "stack-peak-B": not known`},
		{"case twice", change(`opt/MPI_WINDOW_SIZE=3`, `opt`), "mbedtls-2.28/imxrt1052/opt/psk/wasm): the same key as case 0"},
		{"no outcome", change(`"outcome": "connected"`, `"outcome": ""`), `MPI_WINDOW_SIZE=3/psk/wasm): outcome "": is empty`},
		{"blank in a name", change(`"scenario": "psk"`, `"scenario": "p sk"`), "blank"},
		{"phase twice", change(`"name":"client-finished"`, `"name":"client-hello"`), `phase "client-hello": twice`},
		{"refused and accepted", change(`"refused":false`, `"refused":true`), "does not fit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "r.json")
			if err := os.WriteFile(path, []byte(tt.data), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q and the path", err, tt.want)
			}
		})
	}
	for i := range len(s) - 2 {
		if _, err := Decode([]byte(s[:i])); err == nil {
			t.Fatalf("the first %d of %d bytes read as whole", i, len(s))
		}
	}
}

// TestTextIsBenchmarkFormat reads results.txt as
// golang.org/design/14313-benchmark-format defines it.
func TestTextIsBenchmarkFormat(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, sample()); err != nil {
		t.Fatal(err)
	}
	data := string(read(t, filepath.Join(dir, TextName)))
	units, config, benches := map[string]string{}, map[string]string{}, map[string]map[string]int64{}
	for _, l := range strings.Split(strings.TrimSuffix(data, "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "# "): // not a line of the format, ignored by it
		case strings.HasPrefix(l, "Unit "):
			unit, rest, _ := strings.Cut(strings.TrimPrefix(l, "Unit "), " ")
			units[unit] = rest
		case strings.HasPrefix(l, "Benchmark"):
			w := strings.Fields(l)
			if len(w) < 4 || len(w)%2 != 0 || w[1] != "1" || benches[w[0]] != nil {
				t.Fatalf("bad line %q", l)
			}
			benches[w[0]] = map[string]int64{}
			for i := 2; i < len(w); i += 2 {
				n, err := strconv.ParseInt(w[i], 10, 64)
				if err != nil || units[w[i+1]] == "" {
					t.Fatalf("%q: %v, unit %q", l, err, units[w[i+1]])
				}
				benches[w[0]][w[i+1]] = n
			}
		default:
			key, value, ok := strings.Cut(l, ": ")
			if !ok || key != strings.ToLower(key) || strings.Contains(key, " ") {
				t.Fatalf("bad line %q", l)
			}
			config[key] = value
		}
	}
	const in = "/config=opt,MPI_WINDOW_SIZE=3/scenario=psk/machine=wasm"
	want := map[string]map[string]int64{
		"BenchmarkHandshake" + in:                                                      {metric.WasmOps: 1000, metric.HeapPeak: 200},
		"BenchmarkPhase/phase=client-hello" + in:                                       {metric.WasmOps: 600},
		"BenchmarkPhase/phase=client-finished" + in:                                    {metric.WasmOps: 400},
		"BenchmarkFailed/outcome=SSL_FATAL_ALERT/config=opt/scenario=psk/machine=wasm": {metric.Flash: 70000},
		"BenchmarkHandshake/config=small,A=1/scenario=psk/machine=qemu": {metric.Insns: 1000, metric.HeapPeak: 200, metric.RAMPeak: 260,
			metric.RO: 60, metric.RW: 4, metric.ZI: 56},
		"BenchmarkPhase/phase=init/config=small,A=1/scenario=psk/machine=qemu":         {metric.Insns: 400},
		"BenchmarkPhase/phase=client-hello/config=small,A=1/scenario=psk/machine=qemu": {metric.Insns: 600},
	}
	if !reflect.DeepEqual(benches, want) {
		t.Errorf("benchmarks %v", benches)
	}
	if want := map[string]string{"profile": "imxrt1052", "core": "mbedtls-2.28", "board": "imxrt1052"}; !reflect.DeepEqual(config, want) {
		t.Errorf("configuration %v", config)
	}
	if units[metric.HeapPeak] != "assume=exact better=lower" {
		t.Errorf("units %v", units)
	}
	if !strings.HasSuffix(data, "\n# complete 3\n") {
		t.Error("no last line that says it is complete")
	}
}

func FuzzDecode(f *testing.F) {
	whole, err := sample().JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"schema":2,"provenance":{},"cases":[]}`))
	f.Add([]byte(`{"schema":2,"cases":[{"metrics":{"a":1,"a":2}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Decode(data)
		if err != nil {
			return
		}
		first, err := file.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(first)
		if err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, first)
		}
		if second, err := again.JSON(); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("not stable: %v\n%s\n%s", err, first, second)
		}
		for _, l := range strings.Split(string(file.text("")), "\n") {
			if strings.HasPrefix(l, "Benchmark") && len(strings.Fields(l))%2 != 0 {
				t.Fatalf("bad line %q", l)
			}
		}
	})
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
