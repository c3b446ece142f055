package measure

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// faulty compiles one guest of testdata/faulty.c.
func faulty(t *testing.T, fault string) []byte {
	t.Helper()
	clang, ld := testutil.Path(t, "clang"), testutil.Path(t, "wasm-ld")
	dir := t.TempDir()
	obj, out := filepath.Join(dir, "guest.o"), filepath.Join(dir, "guest.wasm")
	for _, argv := range [][]string{
		{clang, "--target=wasm32-unknown-unknown", "-mcpu=mvp", "-O1", "-ffreestanding", "-w", "-I../../core/port",
			"-DFAULT_" + fault, "-c", "testdata/faulty.c", "-o", obj},
		{ld, "--no-entry", "--stack-first", "-z", "stack-size=16384", "--no-check-features", "--initial-memory=33554432", "--max-memory=33554432",
			"--export=__heap_base", "--export=__stack_pointer", obj, "-o", out},
	} {
		if said, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, said)
		}
	}
	module, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// TestFaultyGuests: each way for a guest to go wrong is its own outcome, with
// the phase it happened in.
func TestFaultyGuests(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Run.Ops = 50_000_000 })
	j := labtest.JobOf(t, plan, "undated", labtest.PSK)
	for _, c := range []struct {
		fault, outcome string
		phase          metric.Phase
		detail         string
	}{
		{"trap", string(lab.OutcomeTrap), "client-hello", "trap: unreachable"},
		{"outside", string(lab.OutcomeTrap), "client-hello", "trap: out of bounds memory access"},
		{"overflow", string(lab.OutcomeTrap), "client-hello", "shadow stack overflow"},
		{"spin", string(lab.OutcomeBudget), "client-hello", "guest: tick budget of 50000000 ops is used up"},
		{"exit", string(lab.OutcomeTrap), "client-hello", "exit(3)"},
		{"silent", string(lab.OutcomeTrap), "client-hello", "stopped without its done event"},
		{"hollow", string(lab.OutcomeTrap), "client-hello", "done without a connection and without an error"},
		{"waits", string(lab.OutcomeTimeout), "client-hello", "client and server both wait, nothing is under way"},
		{"restless", string(lab.OutcomeTrap), "client-hello", "not done after 100000 steps"},
		{"status", string(lab.OutcomeTrap), "client-hello", "tlslab_step returned 7"},
		{"event", string(lab.OutcomeTrap), "client-hello", "event 99 is not known"},
		{"short", string(lab.OutcomeTrap), "client-hello", "event 5 has 3 bytes, want 20"},
		{"babble", string(lab.OutcomeTrap), "init", "too many events: more than 100000"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			s, err := l.Prepare(ctx, plan, j)
			if err == nil {
				err = s.LoadBy(ctx, func(context.Context, emu.Image) (emu.Program, error) {
					return l.Machine.Load(ctx, emu.Image{WASM: faulty(t, c.fault)})
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close(ctx)
			if got, want := labtest.Ending(t, s, s.HeapBytes()), (lab.Outcome{Name: results.Outcome(c.outcome), Phase: c.phase, Detail: c.detail}); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// swapped is a machine that runs other modules in place of some images.
type swapped struct {
	emu.Machine
	modules map[string][]byte // by the digest of the image
}

func (m *swapped) Load(ctx context.Context, img emu.Image) (emu.Program, error) {
	if other, ok := m.modules[core.SHA256(img.WASM)]; ok {
		img.WASM = other
	}
	return m.Machine.Load(ctx, img)
}

// TestFaultyCases: a guest that goes wrong, in the run or before it, is a case
// of the matrix without the numbers it did not earn, and the others go on.
func TestFaultyCases(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) { p.Scenarios, p.Run.Ops = []string{labtest.PSK}, 50_000_000 })
	machine := &swapped{l.Machine, map[string][]byte{}}
	l.Machine = machine
	want := map[string]lab.Outcome{
		"undated": {Name: "connected"},
		"dated":   {Name: "connected"},
		"broken":  {Name: lab.OutcomeNoBuild, Phase: "build", Detail: "option SSL_DTLS_ANTI_REPLAY: check_config.h:787: MBEDTLS_SSL_DTLS_ANTI_REPLAY defined, but not all prerequisites"},
	}
	for _, f := range []struct {
		config, fault string
		want          lab.Outcome
	}{
		{"undated/MPI_MAX_SIZE=256", "spin", lab.Outcome{Name: lab.OutcomeBudget, Phase: "client-hello", Detail: "guest: tick budget of 50000000 ops is used up"}},
		{"undated/SSL_MAX_CONTENT_LEN=1024", "float", lab.Outcome{Name: lab.OutcomeRejected, Phase: "load", Detail: `wasm: function "tlslab_step": local of type f64: floating point is not allowed in a guest`}},
	} {
		p, err := l.Prepare(ctx, plan, labtest.JobOf(t, plan, f.config, labtest.PSK))
		if err == nil {
			err = p.Build(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		machine.modules[p.Image.Digest] = faulty(t, f.fault)
		want[f.config] = f.want
	}
	reported := 0
	cases, err := l.Matrix(ctx, plan, 2, func(*results.Case) { reported++ })
	if err != nil {
		t.Fatal(err)
	}
	if reported != len(want) || len(cases) != len(want) {
		t.Errorf("%d cases, %d reported, want %d", len(cases), reported, len(want))
	}
	for _, c := range cases {
		if got := (lab.Outcome{Name: c.Outcome, Phase: c.Phase, Detail: c.Detail}); got != want[c.Config] {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.Config, got, want[c.Config])
		}
		_, hasHeap := c.Metrics[metric.HeapPeak]
		if _, hasLeast := c.Metrics[metric.HeapMin]; hasHeap != (c.Outcome == "connected") || hasLeast != hasHeap {
			t.Errorf("%s (%s) has the metrics %v", c.Config, c.Outcome, c.Metrics)
		}
	}
	labtest.Writable(t, cases...)
}

// TestGuestNotAsAsked: a guest that reports other options than it was to be
// built with is not measured; that is the tool's error, no outcome.
func TestGuestNotAsAsked(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	asked := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.PSK)).Image.Options
	for _, c := range []struct {
		name   string
		change func(map[string]string)
		want   string
	}{
		{"another value", func(o map[string]string) { o["MBEDTLS_MPI_WINDOW_SIZE"] = "3" },
			"guest reports MBEDTLS_MPI_WINDOW_SIZE 2, asked for MBEDTLS_MPI_WINDOW_SIZE 3"},
		{"not there", func(o map[string]string) { o["MBEDTLS_DES_C"] = "" },
			"guest reports no MBEDTLS_DES_C, asked for MBEDTLS_DES_C"},
		{"not asked for", func(o map[string]string) { delete(o, "MBEDTLS_CCM_C") },
			"guest reports MBEDTLS_CCM_C, asked for no MBEDTLS_CCM_C"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.PSK))
			image := *s.Image
			image.Options = maps.Clone(asked)
			c.change(image.Options)
			s.Image = &image
			_, err := s.Converse(context.Background(), lab.Conversation{})
			var mismatch *lab.MismatchError
			if !errors.As(err, &mismatch) || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
