package wasm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"tlslab/emu"
)

const importHost = `
	(type $event (func (param i32 i32 i32)))
	(import "tlslab" "host_send" (func $send (param i32 i32) (result i32)))
	(import "tlslab" "host_event" (func $event (type $event)))
	(import "tlslab" "host_log" (func $log (type $event)))
	(import "tlslab" "host_exit" (func $exit (param i32)))
	(import "tlslab" "host_entropy" (func $entropy (param i32 i32) (result i32)))
	(import "tlslab" "host_recv" (func $recv (param i32 i32 i32) (result i32)))
	(import "tlslab" "host_monotonic_us" (func $us (result i64)))
	(import "tlslab" "host_rtc_s" (func $rtc (result i64)))`

const hostBudget = "guest: budget of 1 048 576 B for host calls is used up"

// TestFailures gives each way a guest can go wrong its own error.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, step string
		fields     string
		want       string // of the error
	}{
		{"unreachable", "unreachable", "", "guest: trap: unreachable"},
		{"divide", "i32.const 1 i32.const 0 i32.div_u", "", "guest: trap: integer divide by zero"},
		{"overflow", "i32.const 0x80000000 i32.const -1 i32.div_s", "", "guest: trap: integer overflow"},
		{"load", "i32.const -1 i32.load", "", "guest: trap: out of bounds memory access"},
		{"indirect type", "i32.const 0 i32.const 0 call_indirect (type $f)",
			"(type $f (func (param i32) (result i32))) (table 2 funcref) (elem (i32.const 0) $step)",
			"guest: trap: indirect call type mismatch"},
		{"indirect null", "i32.const 0 i32.const 1 call_indirect (type $f)",
			"(type $f (func (param i32) (result i32))) (table 2 funcref)", "guest: trap: invalid table access"},
		{"spin", "(loop br 0) i32.const 0", "", "guest: tick budget of 1000000 ops is used up"},
		{"straight over budget", strings.Repeat("nop ", 1_000_001) + "i32.const 2", "", "guest: tick budget of 1000000 ops is used up"},
		{"recursion on budget", "call $step", "", "guest: tick budget of 1000000 ops is used up"},
		{"shadow stack", "call $deep i32.const 0",
			"(func $deep global.get $sp i32.const 600 i32.sub global.set $sp global.get $sp i32.const 1 i32.store call $deep)",
			"guest: shadow stack overflow"},
		{"exit", "i32.const 3 call $exit i32.const 0", importHost, "guest: exit(3)"},
		{"exit negative", "i32.const -1 call $exit i32.const 0", importHost, "guest: exit(-1)"},
		{"status", "i32.const 7", "", "guest: tlslab_step returned 7"},
		{"bad send", "i32.const 5100 i32.const 21 call $send", importHost, "guest: host_send: 21 bytes at 0x13ec are outside memory"},
		{"bad recv", "i32.const 0 i32.const -1 i32.const 0 call $recv", importHost, "guest: host_recv: 4294967295 bytes at 0x0 are outside memory"},
		{"bad entropy", "i32.const -1 i32.const 2 call $entropy", importHost, "guest: host_entropy: 2 bytes at 0xffffffff are outside memory"},
		{"bad event", "i32.const 1 i32.const -1 i32.const 1 call $event i32.const 0", importHost, "guest: host_event: 1 bytes at 0xffffffff are outside memory"},
		{"bad log", "i32.const 1 i32.const -1 i32.const 1 call $log i32.const 0", importHost, "guest: host_log: 1 bytes at 0xffffffff are outside memory"},
		{"event flood", "(loop i32.const 1 i32.const 0 i32.const 0 call $event br 0) i32.const 0", importHost, "guest: too many events: more than 10"},
		{"log flood", "(loop i32.const 1 i32.const 0 i32.const 9 call $log br 0) i32.const 0", importHost, hostBudget},
		{"empty log flood", "(loop i32.const 1 i32.const 0 i32.const 0 call $log br 0) i32.const 0", importHost, hostBudget},
		{"entropy flood", "(loop i32.const 0 i32.const 4000 call $entropy drop br 0) i32.const 0", importHost, hostBudget},
		{"send flood", "(loop i32.const 0 i32.const 4000 call $send drop br 0) i32.const 0", importHost, hostBudget},
		{"receive flood", "(loop i32.const 0 i32.const 4000 i32.const 0 call $recv drop br 0) i32.const 0", importHost, hostBudget},
		{"clock flood", "(loop call $us drop call $rtc drop br 0) i32.const 0", importHost, hostBudget},
	} {
		t.Run(c.name, func(t *testing.T) {
			var counts [2]emu.Counters
			var digests [2][32]byte
			module := buildWat(t, guestWat(c.step, c.fields))
			for _, kind := range bothKinds {
				if c.name == "recursion on budget" && kind == Interpreter {
					continue // its stack of 2,000 calls is used up first
				}
				lim := testLimits
				lim.Ops = 1_000_000
				g := start(t, program(t, kind, module), &fakeHost{}, lim)
				_, err := g.Step(context.Background())
				if err == nil || err.Error() != c.want {
					t.Fatalf("%s: %v, want %s", kind, err, c.want)
				}
				var guest *emu.GuestError
				var budget *emu.BudgetError
				if !errors.As(err, &guest) && !errors.As(err, &budget) {
					t.Errorf("%s: %T is not the guest's fault", kind, err)
				}
				if _, again := g.Step(context.Background()); again != err {
					t.Errorf("%s: a dead guest went on: %v", kind, again)
				}
				checkSum(t, g)
				counts[kind], digests[kind] = g.Counters(), g.MemoryDigest()
				if errors.As(err, &budget) && !budget.HostCalls && counts[kind].Ops <= lim.Ops {
					t.Errorf("%s: stopped at %d ops", kind, counts[kind].Ops)
				}
			}
			if c.name != "recursion on budget" && (counts[0] != counts[1] || digests[0] != digests[1]) {
				t.Errorf("compiler %+v, interpreter %+v", counts[0], counts[1])
			}
		})
	}
}

// TestRecursion: without a budget to stop it, recursion ends in the engine's
// own stack overflow. Where depends on the engine, so nothing else is compared.
func TestRecursion(t *testing.T) {
	module := buildWat(t, guestWat("call $step i32.const 1 i32.add"))
	for _, kind := range bothKinds {
		g := start(t, program(t, kind, module), &fakeHost{}, testLimits)
		_, err := g.Step(context.Background())
		var guest *emu.GuestError
		if !errors.As(err, &guest) || guest.Reason != "stack overflow" {
			t.Errorf("%s: %v", kind, err)
		}
		checkSum(t, g)
	}
}

// TestBudget stops kernels in the middle: same count, same memory, in both
// engines and every time.
func TestBudget(t *testing.T) {
	for _, k := range kernels {
		module := buildC(t, k.name, k.flags...)
		for _, ops := range []uint64{1, 1000, 5003} {
			type stop struct {
				counters emu.Counters
				digest   [32]byte
			}
			var first *stop
			for _, kind := range []Kind{Compiler, Compiler, Interpreter} {
				lim := testLimits
				lim.Ops = ops
				g := start(t, program(t, kind, module), &fakeHost{}, lim)
				_, err := g.Step(context.Background())
				var budget *emu.BudgetError
				if !errors.As(err, &budget) || budget.Limit != ops {
					t.Fatalf("%s: budget %d: %v", k.name, ops, err)
				}
				checkSum(t, g)
				s := &stop{g.Counters(), g.MemoryDigest()}
				if first == nil {
					first = s
				} else if *first != *s {
					t.Errorf("%s: budget %d: stopped at %+v and at %+v", k.name, ops, first.counters, s.counters)
				}
			}
		}
	}
}

// TestExactBudget: a budget that just suffices is enough.
func TestExactBudget(t *testing.T) {
	for _, k := range kernels {
		p := program(t, Compiler, buildC(t, k.name, k.flags...))
		g := start(t, p, &fakeHost{}, testLimits)
		step(t, g)
		lim := testLimits
		lim.Ops = g.Counters().Ops
		step(t, start(t, p, &fakeHost{}, lim))
		lim.Ops--
		_, err := start(t, p, &fakeHost{}, lim).Step(context.Background())
		var budget *emu.BudgetError
		if !errors.As(err, &budget) {
			t.Errorf("%s: one op short: %v", k.name, err)
		}
	}
}

// TestHostCalls: values cross the boundary, and the host sees exact counts.
func TestHostCalls(t *testing.T) {
	// Two ops in boot's absence, then 3 up to and with the first send, 4 each
	// for the others (drop and three more).
	module := buildWat(t, guestWat(`
		i32.const 0 i32.const 8 call $send drop
		i32.const 0 i32.const 8 call $send drop
		call $inner
		i32.const 0 i32.const 16 call $entropy drop
		i32.const 16 call $us i64.store
		i32.const 24 call $rtc i64.store
		i32.const 32
		i32.const 0 i32.const 8 i32.const 0 call $recv
		i32.store
		i32.const 1`, importHost, `(func $inner (local i32)
			i32.const 10 local.set 0
			(loop
				local.get 0 i32.const 1 i32.sub local.tee 0
				br_if 0)
			i32.const 0 i32.const 1 call $send drop)`))
	for _, kind := range bothKinds {
		host := &fakeHost{}
		g := start(t, program(t, kind, module), host, testLimits)
		var seen []uint64
		host.onSend = func() {
			seen = append(seen, g.Counters().Ops)
			checkSum(t, g)
		}
		if s := step(t, g); s != emu.Blocked {
			t.Errorf("status %d", s)
		}
		// inner: 2 + 10 * 5 + 3; its call 1, the drop before it 1.
		if got, want := fmt.Sprint(seen), fmt.Sprint([]uint64{3, 7, 7 + 2 + 55}); got != want {
			t.Errorf("%s: counts at the sends %s, want %s", kind, got, want)
		}
		b, _ := g.memory.Read(0, 36)
		if want := "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f" +
			"\x07\xca\x9a\x3b\x00\x00\x00\x00\x00\xf1\x53\x65\x00\x00\x00\x00\xff\xff\xff\xff"; string(b) != want {
			t.Errorf("%s: memory %q", kind, b)
		}
		checkSum(t, g)
	}
}

func TestEventError(t *testing.T) {
	module := buildWat(t, guestWat("i32.const 2 i32.const 0 i32.const 4 call $event i32.const 0", importHost))
	plain := errors.New("refused")
	guest := &emu.GuestError{Reason: "wrong options"}
	for _, refuse := range []error{plain, guest} {
		g := start(t, program(t, Compiler, module), &fakeHost{refuse: refuse}, testLimits)
		_, err := g.Step(context.Background())
		if !errors.Is(err, refuse) {
			t.Errorf("%v is lost in %v", refuse, err)
		}
		var host *emu.HostError
		if refuse == plain && !errors.As(err, &host) {
			t.Errorf("%T", err)
		}
	}
}

func TestLogBound(t *testing.T) {
	module := buildWat(t, guestWat(`i32.const 0 i32.const 0x416141 i32.store
		i32.const 2 i32.const 0 i32.const 3 call $log i32.const 0`, importHost))
	lim := testLimits
	lim.LogBytes = 7
	host := &fakeHost{}
	g := start(t, program(t, Compiler, module), host, lim)
	for range 6 {
		step(t, g)
	}
	if got, want := strings.Join(host.logs, "|"), "AaA|AaA|A|(log cut after 7 bytes)"; got != want {
		t.Errorf("log %q, want %q", got, want)
	}
}

func TestContext(t *testing.T) {
	g := start(t, program(t, Compiler, buildWat(t, guestWat("i32.const 0"))), &fakeHost{}, testLimits)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Step(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if s := step(t, g); s != emu.Ready { // a cancelled step does not kill the guest
		t.Errorf("status %d", s)
	}
	g.Close(context.Background())
	if _, err := g.Step(context.Background()); err == nil {
		t.Error("a closed guest went on")
	}
}

func TestStartErrors(t *testing.T) {
	ctx := context.Background()
	module := buildWat(t, guestWat("i32.const 2"))
	limit := func(change func(*emu.Limits)) emu.Limits {
		lim := testLimits
		change(&lim)
		return lim
	}
	for _, c := range []struct {
		name   string
		module []byte
		lim    emu.Limits
		want   string
	}{
		{"heap", module, limit(func(l *emu.Limits) { l.HeapBytes = 2*pageBytes - 1023 }), "130048 are left"},
		{"no limit", module, limit(func(l *emu.Limits) { l.Events = 0 }), "every limit must be set"},
		{"budget", module, limit(func(l *emu.Limits) { l.Ops = 1 << 63 }), "at most"},
		{"no step", buildWat(t, `(module (memory (export "memory") 1)
			(global (export "__heap_base") i32 (i32.const 0))
			(func (export "tlslab_boot") (param i32)))`), testLimits, "does not export tlslab_step"},
		{"no heap base", buildWat(t, `(module (memory (export "memory") 1))`), testLimits, "does not export __heap_base"},
		{"no memory", buildWat(t, `(module)`), testLimits, "no memory"},
		{"wrong boot", buildWat(t, `(module (memory (export "memory") 1)
			(global (export "__heap_base") i32 (i32.const 0))
			(func (export "tlslab_boot")))`), testLimits, "tlslab_boot: want signature"},
	} {
		_, err := program(t, Compiler, c.module).Start(ctx, &fakeHost{}, c.lim)
		var host *emu.HostError
		if !errors.As(err, &host) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	// A boot that fails is the guest's fault.
	bad := buildWat(t, `(module (memory (export "memory") 1)
		(global (export "__heap_base") i32 (i32.const 0))
		(func (export "tlslab_boot") (param i32) unreachable)
		(func (export "tlslab_step") (result i32) i32.const 0))`)
	_, err := program(t, Compiler, bad).Start(ctx, &fakeHost{}, testLimits)
	var guest *emu.GuestError
	if !errors.As(err, &guest) {
		t.Errorf("boot: %v", err)
	}
}

// TestStartSection: a start function runs on the budget, before boot.
func TestStartSection(t *testing.T) {
	module := buildWat(t, guestWat("i32.const 2", `(start $begin) (func $begin i32.const 8 i32.const 7 i32.store)`))
	g := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
	if v, _ := g.memory.ReadUint32Le(8); v != 7 || g.Counters().Ops != 3 {
		t.Errorf("wrote %d in %d ops", v, g.Counters().Ops)
	}
}

func TestWriteParams(t *testing.T) {
	module := buildWat(t, guestWat("i32.const 2", `
		(global (export "tlslab_params") i32 (i32.const 100))
		(global (export "tlslab_params_cap") i32 (i32.const 96))
		(data (i32.const 96) "\05\00\00\00")`))
	g := start(t, program(t, Compiler, module), &fakeHost{}, testLimits)
	if err := g.WriteParams([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if b, _ := g.memory.Read(100, 6); string(b) != "hello\x00" {
		t.Errorf("wrote %q", b)
	}
	if err := g.WriteParams([]byte("hello!")); err == nil {
		t.Error("too many parameters were taken")
	}
	none := start(t, program(t, Compiler, buildWat(t, guestWat("i32.const 2"))), &fakeHost{}, testLimits)
	if err := none.WriteParams(nil); err == nil {
		t.Error("parameters went nowhere")
	}
}

// TestConcurrent runs guests of one program from several goroutines.
func TestConcurrent(t *testing.T) {
	ctx := context.Background()
	p := program(t, Compiler, buildC(t, "p256", "-DROUNDS=10"))
	want := start(t, p, &fakeHost{}, testLimits)
	step(t, want)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				g, err := p.Start(ctx, &fakeHost{}, testLimits)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := g.Step(ctx); err != nil {
					t.Error(err)
				}
				if g.Counters() != want.Counters() || g.MemoryDigest() != want.MemoryDigest() {
					t.Error("a guest differs from its twin")
				}
				g.Close(ctx)
			}
		})
	}
	wg.Wait()
}
