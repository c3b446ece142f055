package calibrate

import (
	"context"
	"strings"
	"testing"

	"tlslab/emu"
)

// scripted is a guest whose step does to its host what it is told to.
type scripted struct {
	emu.Guest
	emu.Machine
	host  emu.Host
	steps []func(*scripted) (emu.Status, error)
	ops   uint64
}

func (g *scripted) Load(context.Context, emu.Image) (emu.Program, error) { return (*program)(g), nil }
func (g *scripted) Counters() emu.Counters {
	return emu.Counters{Ops: g.ops, MilliCycles: 2000 * g.ops}
}
func (g *scripted) Functions() map[string]emu.Function {
	return map[string]emu.Function{"malloc": {Ops: g.ops, Calls: g.ops / 10}, "idle": {Ops: 5}}
}
func (g *scripted) Close(context.Context) error { return nil }
func (g *scripted) Step(context.Context) (emu.Status, error) {
	s := g.steps[0]
	g.steps = g.steps[1:]
	return s(g)
}

type program scripted

func (p *program) Start(_ context.Context, h emu.Host, _ emu.Limits) (emu.Guest, error) {
	p.host = h
	return (*scripted)(p), nil
}
func (p *program) Close(context.Context) error { return nil }

// operation asks what to run, and for its key, as core/port/mbedtls/primitives.c does.
func operation(g *scripted) (emu.Status, error) {
	var name, key [64]byte
	n := g.host.Recv(name[:], 0)
	if n <= 0 {
		return emu.Done, nil
	}
	text := string(name[:n])
	if strings.HasPrefix(text, "rsa") {
		g.ops += uint64(g.host.Recv(key[:], 0))
	}
	g.host.Log(0, "begin "+text+" 2")
	g.ops += 100
	g.host.Log(0, "end "+text)
	return emu.Ready, nil
}

func TestMeasure(t *testing.T) {
	g := &scripted{steps: []func(*scripted) (emu.Status, error){operation, operation, operation}}
	key := func(name string) ([]byte, error) { return []byte(name), nil }
	done, err := Measure(t.Context(), g, nil, []Operation{{"rsa", "k"}, {"hash", ""}}, key, nil)
	if err != nil || len(done) != 2 {
		t.Fatalf("%v, %v", done, err)
	}
	m := done[0]
	if m.Operation != (Operation{"rsa", "k"}) || m.Rounds != 2 || m.Counters.Ops != 100 || m.Counters.MilliCycles != 200_000 || m.HeapCalls() != 10 {
		t.Errorf("%+v", m)
	}
	if _, ok := m.Functions["idle"]; ok {
		t.Error("a function that did not run meanwhile is there")
	}
}

// What a guest may do wrong, each with its own error.
func TestMeasureErrors(t *testing.T) {
	log := func(st emu.Status, lines ...string) func(*scripted) (emu.Status, error) {
		return func(g *scripted) (emu.Status, error) {
			for _, l := range lines {
				g.host.Log(0, l)
			}
			return st, nil
		}
	}
	failed := func(g *scripted) (emu.Status, error) {
		operation(g)
		g.host.Event(emu.EventError, []byte{0x80, 0x40, 0, 0, 0, 0, 0, 0})
		return 0, &emu.GuestError{Reason: "exit(1)"}
	}
	for _, c := range []struct {
		want string
		step func(*scripted) (emu.Status, error)
	}{
		{`mark "end hash" out of place`, log(emu.Ready, "end hash")},
		{`mark "begin hash 2" out of place`, log(emu.Ready, "begin hash 1", "begin hash 2")},
		{`mark "begin hash 0" out of place`, log(emu.Ready, "begin hash 0")},
		{"hash: begun and not ended", log(emu.Done, "begin hash 1")},
		{"waits", log(emu.Blocked)},
		{"hash: Mbed TLS error -0x4080: guest: exit(1)", failed},
	} {
		g := &scripted{steps: []func(*scripted) (emu.Status, error){c.step}}
		if _, err := Measure(t.Context(), g, nil, []Operation{{"hash", ""}}, nil, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestSameOptions(t *testing.T) {
	check := SameOptions(map[string]string{"MBEDTLS_AES_C": "", "MBEDTLS_MPI_WINDOW_SIZE": "( 6 )"})
	for report, want := range map[string]string{
		"MBEDTLS_AES_C \nMBEDTLS_MPI_WINDOW_SIZE (6)\n":                 "",
		"MBEDTLS_AES_C \nMBEDTLS_MPI_WINDOW_SIZE 2\n":                   "MBEDTLS_MPI_WINDOW_SIZE",
		"MBEDTLS_MPI_WINDOW_SIZE (6)\n":                                 "MBEDTLS_AES_C",
		"MBEDTLS_AES_C \nMBEDTLS_DES_C \nMBEDTLS_MPI_WINDOW_SIZE (6)\n": "3 options",
	} {
		if err := check(report); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", report, err, want)
		}
	}
}
