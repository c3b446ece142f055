package results

import (
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"tlslab/internal/metric"
)

// mostBaselineBytes is what all committed baselines may take together: whoever
// reviews a change has to be able to read its diff.
const mostBaselineBytes = 2_000_000

// TestCommittedBaselines: each is read, is in the one form that is written, and
// together they are small. A case's RAM at one instant is that of one of its phases.
func TestCommittedBaselines(t *testing.T) {
	files, err := filepath.Glob("../baseline/*" + BaselineExt)
	if err != nil || len(files) < 10 {
		t.Fatalf("%d baselines (%v)", len(files), err)
	}
	total := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
		f, err := Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range f.Cases {
			c := &f.Cases[i]
			ram := metric.UnitsOf(c.Machine).RAM
			most := int64(0)
			for _, p := range c.Phases {
				most = max(most, p.Metrics[ram])
			}
			if whole, ok := c.Metrics[ram]; ok && whole != most {
				t.Errorf("%s: %s: %s is %d, the most of its phases is %d", name, c.Key(), ram, whole, most)
			}
		}
		again, err := f.baselineText()
		if err != nil || string(again) != string(data) {
			t.Errorf("%s: is not as this program writes it (%v): tlslab update", name, err)
		}
	}
	if total > mostBaselineBytes {
		t.Errorf("%d bytes of baselines, at most %d", total, mostBaselineBytes)
	}
}

// manyCases have what a baseline writes once: functions that did the same, or
// did not run, in some cases; phases and fields alike; two machines.
func manyCases() *File {
	f := &File{Schema: Schema, Provenance: Provenance{Tool: "t", Profile: "p", Digests: map[string]string{"scenario:psk": "s<0>"}, Versions: map[string]string{"gcc": "12\n\"two\""}}}
	for _, machine := range []metric.Machine{"qemu", "wasm"} {
		ops := metric.UnitsOf(machine).Ops
		for _, config := range []string{"a", "b", "c", "c/A=1", "d"} {
			c := Case{Core: "core", Board: "board", Config: config, Scenario: "s", Machine: machine, Outcome: OutcomeConnected, ConfigDigest: strings.Repeat("d", 64),
				Metrics: map[string]int64{ops: 5, metric.HeapPeak: -1}, Warnings: []string{"one & two", "^3"},
				Phases:    []Phase{{Name: "init", Metrics: map[string]int64{ops: 123456, metric.HeapPeak: 200}}, {Name: "close", Metrics: map[string]int64{metric.HeapPeak: 7}}, {Name: "empty", Metrics: map[string]int64{}}},
				Checks:    []Check{{"expired", OutcomeAccepted, false}, {"wrong-name", "X509: a b", true}},
				Functions: []Function{{Name: "always", Metrics: map[string]int64{ops: 1234567, metric.FunctionCode: 10}}, {Name: "linked", Metrics: map[string]int64{metric.FunctionCode: 4}}},
			}
			if config == "c/A=1" {
				c.Base, c.Option, c.Value = "c", "A", "1"
			}
			if config == "b" {
				c.Functions = append(c.Functions, Function{Name: "only", Metrics: map[string]int64{ops: 9, metric.EstCycles: 3}})
				c.Functions[0].Metrics[ops] = 7654321
			}
			if config == "d" {
				c.Functions, c.Phases, c.Checks, c.Metrics = nil, nil, nil, nil
			}
			c.HeapCurve = []HeapPoint{{Phase: "init", Ops: 1, LiveB: 2, PeakB: 3}}
			f.Cases = append(f.Cases, c)
		}
	}
	return f
}

// TestBaseline: what is written is read as it was; what is left out is what the
// gate does not judge.
func TestBaseline(t *testing.T) {
	for _, functions := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "x", "p"+BaselineExt)
		if err := WriteBaseline(path, manyCases(), functions); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		want := manyCases().Baseline(functions)
		if !reflect.DeepEqual(f, want) {
			a, _ := f.JSON()
			b, _ := want.JSON()
			t.Errorf("functions %v: read %s\nwant %s", functions, a, b)
		}
		for _, c := range f.Cases {
			if (len(c.Functions) > 0) != (c.Config != "d" && (functions || c.Option == "")) || c.HeapCurve != nil {
				t.Errorf("functions %v: %s has %d functions and %d points", functions, c.Key(), len(c.Functions), len(c.HeapCurve))
			}
			for _, fn := range c.Functions {
				if _, ok := fn.Metrics[metric.EstCycles]; ok {
					t.Errorf("%s has an estimate of %s", c.Key(), fn.Name)
				}
			}
		}
	}
}

// TestBaselineStrict: whatever is not as it is written is refused.
func TestBaselineStrict(t *testing.T) {
	data, err := manyCases().Baseline(true).baselineText()
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	for _, tt := range []struct{ old, new, want string }{
		{"tlslab baseline 1", "tlslab baseline 9", "measure again"},
		{" tool ", " tol ", `unknown field "tol"`},
		{" seed 0\n", " seed 0\n seed 1\n", `"seed" twice`},
		{" seed 0\n", " Seed 0\n seed 1\n", `"seed" twice`},
		{" seed 0\n", " seed 00\n", "no JSON value"},
		{" seed 0\n", " seed -1\n", "cannot unmarshal"},
		{" seed 0\n", " functions []\n", "a place of its own"},
		{"  init 200 123456\n", "  init 200 123456 1\n", "3 numbers in 2 columns"},
		{"  init 200 123456\n", "  init 200 0123456\n", `"0123456" is no number`},
		{"  init 200 123456\n", "  init ^1\n", "no case \"1\" before"},
		{"  init ^2\n", "  init ^x\n", "no case \"x\" before"},
		{"  init 200 123456\n", "   init 200 123456\n", "want: case"},
		{" phases heap-peak-B insns\n", " phases heap-peak-B heap-peak-B\n", "here twice"},
		{"  expired not-refused", "  expired refused", "does not fit"},
		{"  expired not-refused", "  expired maybe", `"maybe", want refused`},
		{"columns * code-B\n", "columns * code-B\ncolumns * code-B\n", "twice or too late"},
		{"functions 1-8\n", "functions 1-99\n", "up to 10"},
		{"functions 1-8\n", "functions 1-4 3-8\n", "not rising"},
		{" linked 4*8", " linked 4*9", `"9" times`},
		{" linked 4*8", " linked 4*7", "fewer numbers"},
		{" linked 4*8", " linked 4*7 4*2", "more numbers"},
		{" linked 4*8", " linked =1*8", "not before it"},
		{" linked 4*8", " linked 4*1", `"1" times`},
		{" linked ", " alpha ", "out of order"},
		{" linked 4*8 | |", " linked 4*8 |", "2 parts, of 3"},
		{"complete 10", "complete 9", "9 cases were written, 10 are here"},
		{"complete 10\n", "complete 10\ncase\n", "after the end"},
		{"complete 10\n", "", "want: case"},
		{"complete 10\n", "complete 10", "whole line"},
		{"complete 10\n", "incomplete 10\n", `unknown word "incomplete"`},
	} {
		bad := strings.Replace(good, tt.old, tt.new, 1)
		if bad == good {
			t.Errorf("%q is not in the text:\n%s", tt.old, good)
		}
		if _, err := Decode([]byte(bad)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q for %q: %v, want %q", tt.new, tt.old, err, tt.want)
		}
	}
	for i := range len(good) {
		if _, err := Decode([]byte(good[:i])); err == nil {
			t.Fatalf("the first %d of %d bytes are read as a whole baseline", i, len(good))
		}
	}
	f := manyCases()
	f.Cases[0].Functions[0].Name = "a b"
	if _, err := f.Baseline(true).baselineText(); err == nil {
		t.Error("a function's name in two words is written")
	}
}

// TestBaselineRepeats: a short text does not become a huge one by saying "as before".
func TestBaselineRepeats(t *testing.T) {
	data, err := manyCases().Baseline(true).baselineText()
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(data), "case\n")
	columns := ""
	for i := range 1 << 13 {
		columns += " c" + strconv.Itoa(i)
	}
	for name, again := range map[string][2]string{
		"field": {" detail \"" + strings.Repeat("x", 1<<20) + "\"\n", " detail ^1\n"},
		"phase": {" phases" + columns + "\n  init" + strings.Repeat(" 1", 1<<13) + "\n", " phases\n  init ^1\n"},
	} {
		text := head + "case\n" + again[0] + strings.Repeat("case\n"+again[1], 1<<13)
		if _, err := Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), "stands for more than") {
			t.Errorf("%s: %.100v", name, err)
		}
	}
}
