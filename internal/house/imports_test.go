package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A rule is what some packages may import, tests left out, and why.
type rule struct {
	packages []string // "x" and, where it ends in "/...", all below x
	// may lists which of our own packages they may import themselves; nil: any.
	may []string
	// never lists packages that they may not depend on, directly or indirectly.
	never  []string
	reason string
}

const wazero = "github.com/tetratelabs/wazero"

// machines are what runs or compiles something.
var machines = []string{"core", "core/build", "core/image", "core/library", "core/library/mbedtls", "core/source", "emu", "emu/...", "bench/lab", "bench/measure", wazero}

// concrete are the machines that there are, and the engine of one.
var concrete = []string{"emu/wasm", "emu/qemu", "emu/serial", "internal/cli", wazero}

var rules = []rule{
	{[]string{"internal/cexpr"}, []string{}, machines,
		"a condition is arithmetic over names; whoever reads C text may use it"},
	{[]string{"profiles/header"}, []string{"internal/cexpr"}, machines,
		"a header's text is read without the compiler that will read it"},
	{[]string{"profiles/export"}, []string{"profiles", "profiles/header", "internal/strict"}, machines,
		"what a system calls an option is data"},
	{[]string{"profiles/dialect"}, []string{"profiles/header"}, machines,
		"what a profile has to know of a library is a shape that libraries fill in"},
	{[]string{"core/library/mbedtls/dialect"}, []string{"profiles/dialect", "profiles/header"}, machines,
		"it is data, so that profiles are read without what builds a library"},
	{[]string{"profiles"}, []string{"profiles/dialect", "profiles/header", "internal/strict"}, machines,
		"data files are read without the programs they describe"},
	{[]string{"boards", "certs"}, []string{"internal/strict"}, machines,
		"data files are read without the programs they describe, and none of the three needs the others"},
	{[]string{"internal/strict"}, []string{}, machines,
		"it is all that the readers of data files share"},
	{[]string{"boards/..."}, []string{"boards", "internal/isa/thumb", "internal/strict"}, []string{"core", "emu", "emu/...", "bench/lab", "bench/measure", wazero},
		"what boards and emulated machines are, and how long a core takes, is data"},
	{[]string{"internal/confine"}, []string{}, append([]string{"profiles", "boards"}, machines...),
		"how a program is started is not who starts it: whoever starts one uses it"},
	{[]string{"core"}, []string{"boards", "core/options", "internal/iana"}, []string{"core/build", "core/image", "core/library/...", "core/source", "emu", "emu/...", "profiles", wazero},
		"it is the seam: what a library tells and what is built, without a compiler, a library or a machine"},
	{[]string{"core/options"}, []string{"internal/strict"}, append([]string{"profiles", "boards"}, machines...),
		"a catalogue and its mending are the same for every library"},
	{[]string{"core/source"}, []string{"core"}, []string{"core/build", "core/library/...", "emu", "emu/...", "profiles", wazero},
		"fetching and verifying are the same for every library; whose tree it is, the libraries say"},
	{[]string{"core/image"}, []string{"boards", "core", "internal/isa/thumb"}, []string{"core/build", "core/library/...", "emu", "emu/...", "profiles", wazero},
		"what is in a linked image is read without what made it"},
	{[]string{"core/build"}, []string{"boards", "core", "core/image", "internal/cexpr", "internal/confine", "internal/ctext", "internal/isa/thumb"}, []string{"core/library/...", "core/source", "emu", "emu/...", "profiles", wazero},
		"an image is built without a machine to run it on and without knowing whose code it is; its header arrives rendered, its certificates as bytes"},
	{[]string{"core/library/..."}, []string{"core", "core/library/mbedtls/dialect", "core/options", "profiles/dialect", "profiles/header", "internal/cexpr", "internal/ctext", "internal/iana", "internal/strict"}, []string{"core/build", "core/image", "emu", "emu/...", "bench/lab", "profiles", wazero},
		"a library tells what it is; who builds, runs or measures it asks"},
	{[]string{"core/library"}, []string{"core", "core/library/...", "core/source"}, nil,
		"it lists the libraries, for the top and for tests"},
	{[]string{"internal/ctext"}, []string{}, machines,
		"C text is read without knowing whose it is"},
	{[]string{"bench/study/sweep"}, []string{"internal/pareto", "bench/results", "core/options", "profiles"}, []string{"emu", "emu/...", "bench/lab", "bench/measure", wazero},
		"the points of a space are laid out and put together, not measured"},
	{[]string{"bench/results/tuned"}, []string{"bench/results", "internal/strict"}, append([]string{"profiles", "boards"}, machines...),
		"what a search came to is read where there is nothing that made it"},
	{[]string{"emu", "emu/..."}, []string{"core", "core/...", "boards", "boards/...", "emu", "emu/...", "internal/confine", "internal/iana", "internal/isa/..."}, []string{"bench/...", "profiles", "certs"},
		"a machine runs images; what they are for is not its business"},
	{[]string{"emu", "emu/wire"}, nil, []string{"core", wazero},
		"the host contract and the wire are the same for a machine without wazero and without a compiler"},
	{[]string{"emu/heap"}, []string{}, []string{"core", wazero},
		"allocators are arithmetic over a trace: no machine is needed to read one or to test them"},
	{[]string{"bench/results"}, []string{"internal/strict"}, append([]string{"profiles", "boards"}, machines...),
		"whoever reads results must not need what made them"},
	{[]string{"internal/pareto"}, []string{}, append([]string{"profiles", "boards"}, machines...),
		"a front is arithmetic over numbers: who plots, sweeps or searches has the same one"},
	{[]string{"bench/study/factor"}, []string{"emu"}, []string{"core", "profiles", "boards", "bench/lab", "bench/measure", wazero},
		"a factor is arithmetic over counts; who ran what is the lab's business"},
	{[]string{"bench/study/calibrate"}, []string{"boards", "certs", "core", "emu", "internal/strict"}, []string{"emu/wasm", "emu/qemu", "bench/lab", "bench/measure", wazero},
		"it compares what some machine ran with what others published; the command line ties the two together"},
	{[]string{"bench/advice"}, []string{"core", "core/options", "emu/records", "internal/iana", "profiles"}, []string{"emu/wasm", "emu/qemu", "bench/lab", "bench/measure", wazero},
		"what a run speaks for is told without a machine; whoever has one tries it"},
	{[]string{"bench/explain"}, []string{"core", "internal/iana", "internal/strict"}, []string{"emu", "emu/...", "bench/lab", "bench/measure", wazero},
		"what an error means is data and the core's own headers; it builds and runs nothing"},
	{[]string{"bench/agreement"}, []string{"emu/records", "internal/iana"}, append([]string{"profiles", "boards"}, "core", "emu", "emu/peer", "bench/lab", wazero),
		"what was agreed is read off the wire, whoever was at its ends"},
	{[]string{"bench/results/losscurve"}, []string{"bench/results"}, append([]string{"profiles", "boards"}, machines...),
		"whoever reads what loss did must not need what made it"},
	{[]string{"internal/iana"}, []string{}, append([]string{"profiles", "boards"}, machines...),
		"what a number is called is data: whoever prints a message may ask"},
	{[]string{"emu/records"}, []string{"internal/iana"}, []string{"core", wazero},
		"what is on a wire is read without the guest that sent it"},
	{[]string{"emu/agreed"}, []string{"emu/records", "internal/iana", "internal/quantity"}, []string{"core", wazero},
		"what was agreed is read from the bytes alone"},
	{[]string{"emu/tamper"}, []string{"emu", "emu/records"}, []string{"core", wazero},
		"who stands between two ends has the bytes alone"},
	{[]string{"emu/dtls"}, []string{"emu/records"}, []string{"core", wazero},
		"a datagram's records are read without the guest that sent them"},
	{[]string{"emu/sntp"}, []string{}, []string{"core", wazero},
		"a time server answers bytes with bytes"},
	{[]string{"bench/results/sequence"}, []string{"bench/results"}, append([]string{"profiles", "boards"}, machines...),
		"whoever reads how a conversation went must not need what had it"},
	{[]string{"emu/capture"}, []string{}, []string{"core", wazero},
		"packets are bytes: who sent them, and what is in them, is not a writer's business"},
	{[]string{"bench/study/atlas"}, []string{"bench/results"}, append([]string{"profiles", "boards"}, machines...),
		"prices are differences within a results file"},
	{[]string{"bench/gate"}, []string{"bench/compare", "bench/results", "internal/strict"}, append([]string{"profiles", "boards"}, machines...),
		"the gate judges what compare finds, and both run where there is no compiler and no machine"},
	{[]string{"bench/compare"}, []string{"bench/results"}, append([]string{"profiles", "boards"}, machines...),
		"a comparison comes from results files alone, where there is no compiler and no machine"},
	{[]string{"plots"}, []string{"bench/study/atlas", "bench/results/losscurve", "internal/pareto", "bench/results", "bench/results/sequence", "bench/results/tuned"}, append([]string{"profiles", "boards"}, machines...),
		"a figure comes from results files alone, where there is no compiler and no machine"},
	{[]string{"internal/cache/cachetest"}, []string{"internal/cache"}, append([]string{"profiles", "boards"}, machines...),
		"it changes values whose types it does not know"},
	{[]string{"bench/scenario"}, []string{"certs", "core", "core/...", "emu/peer", "emu/sntp", "emu/wire", "internal/iana", "profiles"}, concrete,
		"what a scenario asks of both ends is told before there is a lab"},
	{[]string{"bench/action"}, []string{"internal/strict"}, append([]string{"profiles", "boards"}, machines...),
		"an executor does not know what the work is"},
	{[]string{"bench/lab"}, nil, append([]string{"bench/measure", "bench/live", "bench/study/...", "bench/report"}, concrete...),
		"a job is prepared, converses and is judged; what that is for is above it"},
	{[]string{"bench/measure"}, nil, append([]string{"bench/live", "bench/report"}, concrete...),
		"a case is a job's numbers; who talks to real peers or prints tables is above it"},
	{[]string{"bench/adapt"}, []string{"bench/lab", "bench/study/sweep", "core", "core/options", "profiles"}, append([]string{"bench/measure"}, concrete...),
		"what a core demands is told from its own rules, before anything is built"},
	{[]string{"bench/live", "bench/study/..."}, nil, append([]string{"bench/report"}, concrete...),
		"a study asks the lab and knows machines as emu.Machine; internal/cli alone ties a concrete one to it"},
	{[]string{"bench/report"}, []string{"bench/gate", "bench/results", "profiles"}, machines,
		"a table comes from results and the profile that asked for them"},
	{leaves, []string{}, machines,
		"a leaf is what any package may import"},
	{[]string{"."}, []string{"internal/cli"}, nil,
		"main.go hands over and does nothing else"},
}

// leaves are what any package may import beyond its rule: they import nothing
// of ours and know nothing of TLS.
var leaves = []string{"internal/status", "internal/wrap", "internal/cache", "internal/input", "internal/metric", "internal/quantity"}

// sole importers: only these packages may import the key themselves.
var sole = []struct {
	pkg    string
	by     []string
	reason string
}{
	{wazero, []string{"emu/wasm"}, "one package knows the engine, so that another can take its place"},
	{"emu/serial", []string{"internal/cli"}, "as emu/qemu"},
	{"emu/qemu", []string{"internal/cli"}, "as emu/wasm: the lab and its readers work without QEMU"},
	{"emu/wasm", []string{"bench/labtest", "internal/cli"}, "only the command line ties a concrete machine together with the lab"},
	{"internal/cli", []string{"."}, "nothing builds on the command line but the command"},
	{"github.com/spf13/cobra", []string{"internal/cli"}, "verbs and flags are the command line's"},
	{"core/library", []string{"bench/labtest", "internal/cli"}, "which libraries there are is known at the top; whoever is below it gets a core.Source"},
	{"core/library/mbedtls", []string{"core/library"}, "a library is named where it is registered"},
	{"core/library/mbedtls/dialect", []string{"core/library/mbedtls"}, "as the library itself"},
	{"gonum.org/v1/plot", []string{"plots"}, "figures are drawn in one place"},
	{"os/signal", []string{"internal/cli"}, "below the command line nothing listens to the world"},
}

const module = "tlslab"

// TestImports holds the packages to the rules, which are the design's (see
// RATIONALE.md): a rule that is in the way is changed here, with its reason.
func TestImports(t *testing.T) {
	all := listPackages(t)
	used := make([]bool, len(rules))
	for path, p := range all {
		own, ok := ours(path)
		if !ok {
			continue
		}
		for i, r := range rules {
			if !slices.ContainsFunc(r.packages, func(pattern string) bool { return matches(pattern, own) }) {
				continue
			}
			used[i] = true
			for _, imported := range p.Imports {
				if name, ok := ours(imported); ok && r.may != nil && !slices.Contains(leaves, name) && !slices.ContainsFunc(r.may, func(m string) bool { return matches(m, name) }) {
					t.Errorf("%s imports %s: %s", own, name, r.reason)
				}
			}
			for _, dep := range p.Deps {
				if slices.ContainsFunc(r.never, func(n string) bool { return matches(n, short(dep)) }) {
					t.Errorf("%s depends on %s: %s", own, short(dep), r.reason)
				}
			}
		}
		for _, s := range sole {
			if slices.Contains(s.by, own) {
				continue
			}
			for _, imported := range p.Imports {
				if name := short(imported); name == s.pkg || strings.HasPrefix(name, s.pkg+"/") && strings.Contains(s.pkg, ".") {
					t.Errorf("%s imports %s: %s", own, name, s.reason)
				}
			}
		}
	}
	for i, r := range rules {
		if !used[i] {
			t.Errorf("no package is %s: the rule binds nothing", strings.Join(r.packages, ", "))
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	all := map[string]listed{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
}

// ours is a package's path within the module, "." for main.
func ours(path string) (string, bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}

func short(path string) string {
	if name, ok := ours(path); ok {
		return name
	}
	return path
}

func matches(pattern, name string) bool {
	if below, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(name, below)
	}
	return pattern == name
}
