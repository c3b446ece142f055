package measure

import (
	"context"
	"encoding/binary"
	"maps"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/bench/study/loss"
	"tlslab/emu/peer"
	"tlslab/emu/wasm"
	"tlslab/emu/wire"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// Every seed at a loss of 30 % each way completes, or the flights say why it
// could not: one of them was lost each time its timer let it be sent.
func TestLossCompletesOrIsExplained(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSPSK, labtest.DTLSECDSA)
	// all 200: tlslab loss dtls
	for scenario, seeds := range map[string]int{labtest.DTLSPSK: 200, labtest.DTLSECDSA: 20} {
		c, err := loss.Loss(context.Background(), l.Lab, plan, labtest.JobOf(t, plan, "undated", scenario), []int{30, 0}, seeds, Workers(), func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		still, lossy := c.Points[0], c.Points[1]
		if fast, _ := still.Quantile(0); len(still.HandshakeUS) != seeds || still.Retransmits != 0 || still.LostDatagrams != 0 || fast < 60_000 || fast > 62_000 {
			t.Errorf("%s without loss: %+v", scenario, still)
		}
		if n := len(lossy.HandshakeUS); n < seeds*9/10 || n+len(lossy.Failed) != seeds {
			t.Errorf("%s: %d of %d completed", scenario, n, seeds)
		}
		if share := 100 * lossy.LostDatagrams / lossy.Datagrams; share < 20 || share > 40 || lossy.Retransmits < int64(seeds) {
			t.Errorf("%s: %d %% lost, %d retransmits", scenario, share, lossy.Retransmits)
		}
		for _, f := range lossy.Failed {
			if f.Outcome != "MBEDTLS_ERR_SSL_TIMEOUT" || !strings.Contains(f.Detail, " times and lost ") || !strings.Contains(f.Detail, "60 000 ms") {
				t.Errorf("%s, seed %d: %s: %s", scenario, f.Seed, f.Outcome, f.Detail)
			}
		}
	}
}

// A dead wire: RFC 6347's timers, and nothing else, end the handshake.
func TestTimersEndADeadWire(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSPSK)
	s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.DTLSPSK))
	r, o := labtest.Converse(t, s, func(s *profiles.Scenario) { s.Wire.LossPct = 100 })
	want := "the client's flight 1 (ClientHello) was sent 7 times and lost 7 times; the server sent none; a wait of 60 000 ms, the longest allowed, passed without an answer"
	if o.Name != "MBEDTLS_ERR_SSL_TIMEOUT" || o.Phase != "server-hello" || o.Detail != want {
		t.Errorf("%s in %s: %s", o.Name, o.Phase, o.Detail)
	}
	f := r.Datagrams.Log.Flights()
	// 1 + 2 + 4 + 8 + 16 + 32 s, and then the last wait of 60 s.
	if len(f) != 1 || f[0].LastUS != 63_000_000 {
		t.Errorf("flights %+v", f)
	}
}

// What comes twice is taken once; what comes late is put in its place.
func TestReplayAndOrder(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSPSK)
	s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.DTLSPSK))
	for seed := range uint64(50) {
		r, o := labtest.Converse(t, s, func(s *profiles.Scenario) {
			s.Wire.Trouble, s.Wire.Seed = profiles.Trouble{DuplicatePct: 100, ReorderPct: 30}, seed+1
		})
		if o.Name != results.OutcomeConnected || r.Record.AppBytes != r.ToRead.AllB {
			t.Errorf("seed %d: %s in %s (%s), %d B of %d", seed+1, o.Name, o.Phase, o.Detail, r.Record.AppBytes, r.ToRead.AllB)
		}
	}
}

// An answer whose MAC is wrong is dropped and asked for again, until the
// limit; one bit of the answer is flipped in the seeds in which nothing else is.
func TestBadMACLimit(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, func(p *profiles.Profile) {
		p.Scenarios = []string{labtest.DTLSPSK}
		for i := range p.Configs {
			p.Configs[i].Set = maps.Clone(p.Configs[i].Set)
			p.Configs[i].Set["SSL_DTLS_BADMAC_LIMIT"] = true
		}
	})
	j := *labtest.JobOf(t, plan, "undated", labtest.DTLSPSK)
	scenario := *j.Scenario
	settings := *scenario.DTLS
	scenario.DTLS = &settings
	j.Scenario = &scenario
	run := func(limit uint32, seed uint64) (*lab.Run, lab.Outcome) {
		settings.BadMACLimit = limit // compiled in
		s := labtest.Prepare(t, l.Lab, plan, &j)
		return labtest.Converse(t, s, func(s *profiles.Scenario) {
			s.Wire.ToClient, s.Wire.Seed = &profiles.Trouble{CorruptPct: 30}, seed
		})
	}
	ended := 0
	for seed := range uint64(20) {
		dropped, o := run(0, seed+1)
		if o.Name != results.OutcomeConnected || dropped.Datagrams.Log.Retransmits() > 0 {
			continue // a flight of the handshake was hit
		}
		limited, o := run(1, seed+1)
		switch {
		case o.Name == "MBEDTLS_ERR_SSL_INVALID_MAC":
			ended++
			if o.Phase != "app-read" || dropped.Datagrams.Log.Datagrams <= limited.Datagrams.Log.Datagrams {
				t.Errorf("seed %d: in %s; %d datagrams without a limit, %d with", seed+1, o.Phase, dropped.Datagrams.Log.Datagrams, limited.Datagrams.Log.Datagrams)
			}
		case o.Name != results.OutcomeConnected:
			t.Errorf("seed %d: %s in %s", seed+1, o.Name, o.Phase)
		}
	}
	if ended == 0 {
		t.Error("the limit ended no connection")
	}
}

// flightsOf are a run's flights in short: "c ClientHello".
func flightsOf(r *lab.Run) string {
	var b strings.Builder
	for _, f := range r.Datagrams.Log.Flights() {
		end := "c "
		if f.Server {
			end = "s "
		}
		b.WriteString(end + strings.Join(f.Messages, "+") + "\n")
	}
	return b.String()
}

const pskFlights = `c ClientHello
s HelloVerifyRequest
c ClientHello
s ServerHello+ServerHelloDone
c ClientKeyExchange+ChangeCipherSpec+Finished
s ChangeCipherSpec+Finished
`

func TestCookie(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSPSK, labtest.DTLSReconnect)
	s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.DTLSPSK))
	r, o := labtest.Converse(t, s, nil)
	if got := flightsOf(r); o.Name != results.OutcomeConnected || got != pskFlights {
		t.Errorf("%s, flights\n%s", o.Name, got)
	}
	r, o = labtest.Converse(t, s, func(s *profiles.Scenario) { s.DTLS.Cookie = false })
	if got := flightsOf(r); o.Name != results.OutcomeConnected || got != strings.Replace(pskFlights, "s HelloVerifyRequest\nc ClientHello\n", "", 1) {
		t.Errorf("without a cookie: %s, flights\n%s", o.Name, got)
	}
	// A new start from the same port has to show a cookie too.
	s = labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.DTLSReconnect))
	for seed := range uint64(20) {
		r, o = labtest.Converse(t, s, func(s *profiles.Scenario) {
			if seed > 0 {
				s.Wire.LossPct, s.Wire.Seed = 15, seed
			}
		})
		if o.Name != results.OutcomeConnected || seed == 0 && flightsOf(r) != pskFlights+pskFlights {
			t.Errorf("a new start, seed %d: %s in %s (%s), flights\n%s", seed, o.Name, o.Phase, o.Detail, flightsOf(r))
		}
	}
}

// Messages longer than a datagram come in pieces, in datagrams of any size.
func TestFragments(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSFragments)
	j := labtest.JobOf(t, plan, "undated", labtest.DTLSFragments)
	program := labtest.Prepare(t, l.Lab, plan, j)
	longest := 0
	w, client, server := program.Ends(lab.Conversation{})
	w.OnDatagram = func(_ int, p []byte, _ wire.Fate) { longest = max(longest, len(p)) }
	talk(t, program, w, client, server)
	if !client.Record.Connected || longest > 256 || longest < 200 {
		t.Errorf("connected %v, longest datagram %d B", client.Record.Connected, longest)
	}
}

// What is on the wire says it is the version asked for.
func TestDatagramVersion(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLS10, labtest.DTLSPSK)
	for scenario, want := range map[string]uint16{labtest.DTLS10: 0xfeff, labtest.DTLSPSK: 0xfefd} {
		s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", scenario))
		var last uint16
		w, client, server := s.Ends(lab.Conversation{})
		w.OnDatagram = func(_ int, p []byte, _ wire.Fate) { last = binary.BigEndian.Uint16(p[1:]) }
		talk(t, s, w, client, server)
		if !client.Record.Connected || last != want {
			t.Errorf("%s: connected %v, version %04x, want %04x", scenario, client.Record.Connected, last, want)
		}
	}
}

// Records carry the ID once both ends have one; a server that gives none is told.
func TestConnectionID(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.DatagramPlan(t, labtest.DTLSCID)
	s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.DTLSCID))
	const withCID = 25 // RFC 9146, 3
	seen := map[int]int{}
	w, client, server := s.Ends(lab.Conversation{})
	w.OnDatagram = func(from int, p []byte, _ wire.Fate) {
		if p[0] == withCID && string(p[11:19]) == "cid\x00\x00\x00\x00\x00" {
			seen[from]++
		}
	}
	talk(t, s, w, client, server)
	if !client.Record.Connected || seen[0] == 0 || seen[1] == 0 {
		t.Errorf("connected %v, %d and %d records with an ID", client.Record.Connected, seen[0], seen[1])
	}
	r, o := labtest.Converse(t, s, func(s *profiles.Scenario) { s.DTLS.CIDBytes = 0 }) // the server's
	if o.Name != "MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE" || r.Record.Connected {
		t.Errorf("a server without: %s in %s", o.Name, o.Phase)
	}
}

// talk has one conversation between ends that a test has looked at.
func talk(t *testing.T, s *lab.Prepared, w *wire.Wire, client, server *peer.Endpoint) {
	t.Helper()
	ctx := context.Background()
	g, err := s.Start(ctx, client, s.Limits())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close(ctx)
	if err := s.StartPeer(ctx, lab.Conversation{}, server, server); err != nil {
		t.Fatal(err)
	}
	defer server.Guest.Close(ctx)
	client.Guest = g
	if err := peer.Converse(ctx, w, client, server); err != nil {
		t.Fatal(err)
	}
}

// The pinned 3.6 does DTLS 1.2 in the same flights; of DTLS 1.0 it says itself
// that it has none.
func TestNewerCoreDatagrams(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	_, newer := openNewerBench(t)
	ctx := context.Background()
	plan := labtest.DatagramPlan(t, labtest.DTLSPSK, labtest.DTLS10)
	old, err := newer.Measure(ctx, plan, labtest.JobOf(t, plan, "undated", labtest.DTLS10))
	if err != nil {
		t.Fatal(err)
	}
	if old.Outcome != "MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION" {
		t.Errorf("DTLS 1.0: %s in %s (%s)", old.Outcome, old.Phase, old.Detail)
	}
	s := labtest.Prepare(t, newer.Lab, plan, labtest.JobOf(t, plan, "undated", labtest.DTLSPSK))
	for seed := range uint64(20) {
		r, o := labtest.Converse(t, s, func(s *profiles.Scenario) {
			if seed > 0 {
				s.Wire.LossPct, s.Wire.Seed = 20, seed
			}
		})
		if o.Name != results.OutcomeConnected || seed == 0 && flightsOf(r) != pskFlights {
			t.Errorf("seed %d: %s in %s (%s), flights\n%s", seed, o.Name, o.Phase, o.Detail, flightsOf(r))
		}
	}
}
