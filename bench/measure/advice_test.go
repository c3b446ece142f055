package measure

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tlslab/bench/advice"
	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/emu/records"
	"tlslab/emu/wasm"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// failuresPlan is the shipped profile's.
func failuresPlan(t *testing.T) *lab.Plan {
	t.Helper()
	p, err := profiles.Load("failures")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lab.NewPlan(p)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestFailures: each fails as it says, and what is said about it has its own
// facts.
func TestFailures(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := failuresPlan(t)
	// What was seen, and what was tried; "" for what no change of the device's mends.
	want := map[string][2]string{
		"fails-unknown-ca":   {`signed by "tlslab unknown root RSA-2048", and the device trusts "tlslab test root RSA-2048"`, `the root "`},
		"fails-clock-unset":  {`is valid from 2020-01-01, and the device's clock says 1970-01-01`, `the clock at 2026-01-01T00:00:00Z`},
		"fails-expired":      {`was valid until 2021-01-01, and the device's clock says 2026-01-01: the server needs another certificate`, ""},
		"fails-wrong-name":   {`is for tlslab.example, and the device wants 192.0.2.1`, `the name tlslab.example`},
		"fails-key-usage":    {`key is for contentCommitment, and TLS-RSA-WITH-AES-256-CBC-SHA256 needs another use: the server needs another certificate`, ""},
		"fails-record":       {`the server sends a record of 1 817 B, and SSL_MAX_CONTENT_LEN allows 1600`, `SSL_MAX_CONTENT_LEN=`},
		"fails-record-far":   {`the server sends a record of 1 817 B, and SSL_MAX_CONTENT_LEN allows 1024`, `SSL_MAX_CONTENT_LEN=`},
		"fails-no-suite":     {`the server's alert is handshake_failure, after ClientHello`, `SSL_CIPHERSUITES=`},
		"fails-heap-buffers": {`a heap of 6 000 B is not enough`, `B more than the 6 000 B there are`},
		"fails-heap":         {`a heap of 12 000 B is not enough`, `B more than the 12 000 B there are`},
		"fails-entropy":      {`the source of entropy (mbedtls_hardware_poll) failed after 0 B`, `a source that works`},
	}
	for i := range plan.Jobs {
		j := &plan.Jobs[i]
		c, err := l.Measure(context.Background(), plan, j)
		if err != nil {
			t.Fatal(err)
		}
		labtest.Writable(t, *c)
		if string(c.Outcome) != j.Scenario.Expect {
			t.Errorf("%s: %s in %s, want %s", j.Scenario.Name, c.Outcome, c.Phase, j.Scenario.Expect)
		}
		said := strings.Join(c.Advice, "\n")
		w := want[j.Scenario.Name]
		if w[0] == "" || !strings.Contains(said, w[0]) || !strings.Contains(said, "more: tlslab explain ") {
			t.Errorf("%s: advice\n%s\nwants %q", j.Scenario.Name, said, w)
		}
		if _, tried, ok := strings.Cut(said, "tried: connects with "); ok != (w[1] != "") || !strings.Contains(tried, w[1]) {
			t.Errorf("%s: advice\n%s\nwants what was tried: %q", j.Scenario.Name, said, w[1])
		}
		switch {
		case strings.HasPrefix(j.Scenario.Name, "fails-record"):
			holds(t, l, plan, j, number(t, said, `connects with SSL_MAX_CONTENT_LEN=(\d+)`), 1, withContent)
		case strings.HasPrefix(j.Scenario.Name, "fails-heap"):
			holds(t, l, plan, j, number(t, said, `connects with a heap of ([\d ]+) B`), lab.ArenaStep, withHeap)
		case j.Scenario.Name == "fails-entropy":
			holds(t, l, plan, j, number(t, said, `asks for (\d+) B`), 1, withEntropy)
		}
	}
	if len(want) != len(plan.Jobs) {
		t.Errorf("%d failures, %d explained here", len(plan.Jobs), len(want))
	}
}

func number(t *testing.T, text, pattern string) int64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in\n%s", pattern, text)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], " ", ""), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// holds: with the value named the device connects, and with the next smaller
// one it does not.
func holds(t *testing.T, l *Bench, plan *lab.Plan, j *lab.Job, value, step int64, with func(t *testing.T, j lab.Job, value int64) *lab.Job) {
	t.Helper()
	for _, c := range []struct {
		value int64
		want  bool
	}{{value, true}, {value - step, false}} {
		changed := with(t, *j, c.value)
		changed.Bulk = true // no advice, no search
		s := labtest.Prepare(t, l.Lab, plan, changed)
		r, err := s.Converse(context.Background(), lab.Conversation{})
		if err != nil {
			t.Fatal(err)
		}
		if o := s.Judge(r); (o.Name == results.OutcomeConnected) != c.want {
			t.Errorf("%s with %d: %s", j.Scenario.Name, c.value, o.Name)
		}
	}
}

func withContent(t *testing.T, j lab.Job, value int64) *lab.Job {
	v := j.Variant.Vary([]profiles.Change{{Option: "SSL_MAX_CONTENT_LEN", On: true, Value: strconv.FormatInt(value, 10)}}, nil)
	header, added, err := profiles.Render(v, j.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	j.Variant, j.Header, j.Added = v, header, added
	return &j
}

func withHeap(_ *testing.T, j lab.Job, value int64) *lab.Job {
	s, f := *j.Scenario, j.Scenario.Faulty()
	f.HeapBytes = uint32(value)
	s.Fault, j.Scenario = &f, &s
	return &j
}

func withEntropy(_ *testing.T, j lab.Job, value int64) *lab.Job {
	s, f := *j.Scenario, j.Scenario.Faulty()
	f.EntropyB = &value
	s.Fault, j.Scenario = &f, &s
	return &j
}

// TestAdviceLean: a sweep of hundreds asks for no advice.
func TestAdviceLean(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := failuresPlan(t)
	j := *labtest.JobOf(t, plan, "rtthread-optimised", "fails-entropy")
	j.Bulk = true
	c, err := l.Measure(context.Background(), plan, &j)
	if err != nil || len(c.Advice) != 0 || c.Outcome == results.OutcomeConnected {
		t.Errorf("%v, %q, %v", c.Outcome, c.Advice, err)
	}
}

// TestTextOfRecords: from headers alone, the text that the server's protected
// records hold: all of the answer, to the byte where a suite has no padding.
func TestTextOfRecords(t *testing.T) {
	t.Parallel()
	l := openBench(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	for scenario, padding := range map[string]int{labtest.ECDSA: 0, labtest.PSK: 0, labtest.RSA: 16} {
		s := labtest.Prepare(t, l.Lab, plan, labtest.JobOf(t, plan, "dated", scenario))
		heard := records.NewConversation(false)
		r, err := s.Converse(context.Background(), lab.Conversation{Heard: heard})
		if err != nil {
			t.Fatal(err)
		}
		const applicationData = 23 // RFC 5246, 6.2.1
		got, n := 0, 0
		for _, seen := range heard.Sizes(records.FromServer) {
			if seen.Protected && seen.Kind == applicationData {
				got, n = got+advice.TextB(seen, s.Job.Scenario.Suite), n+1
			}
		}
		if want := int(r.Record.AppBytes); got < want || got > want+padding*n || n == 0 {
			t.Errorf("%s: %d B in %d records, the client read %d", scenario, got, n, want)
		}
	}
}
