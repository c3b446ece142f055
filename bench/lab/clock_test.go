package lab_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/bench/study/fault"
	"tlslab/emu/sntp"
	"tlslab/emu/wasm"
	"tlslab/profiles"
)

// syncPlan is a plan in which a time server sets the device's clock; change may
// be nil.
func syncPlan(t testing.TB, scenario string, change func(*profiles.Clock)) (*lab.Plan, *lab.Job) {
	plan := labtest.DatagramPlan(t, scenario)
	j := *labtest.JobOf(t, plan, "dated", scenario)
	own := *j.Scenario
	own.Clock = &profiles.Clock{Source: profiles.ClockSNTP, Requests: 3, TimeoutMS: 1000}
	if change != nil {
		change(own.Clock)
	}
	j.Scenario = &own
	return plan, &j
}

const certFailed = "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED"

func TestAnswersHaveOneList(t *testing.T) {
	t.Parallel()
	if !slices.Equal(profiles.ClockAnswers(), sntp.Answers()) {
		t.Errorf("profiles knows %v, the time server %v", profiles.ClockAnswers(), sntp.Answers())
	}
}

// What is wrong with an answer is seen, and the next one taken; after a kiss
// none is asked for.
func TestSpoiltAnswers(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	for _, answer := range sntp.Answers() {
		plan, j := syncPlan(t, labtest.ECDSA, func(c *profiles.Clock) { c.Answers = []string{answer, sntp.Good} })
		r, o := labtest.Converse(t, labtest.Prepare(t, l, plan, j), nil)
		c := r.Record.Clock
		if c == nil {
			t.Fatalf("%s: the clock was not touched", answer)
		}
		want := "the clock was moved by 1 767 225 600 s; requests to the time server: 2, answers refused: 1 (the last: " + answer + ")"
		wantUS := int64(1_020_078)
		switch answer {
		case sntp.Good:
			want, wantUS = "the clock was moved by 1 767 225 600 s; requests to the time server: 1", 20_078
		case sntp.Lost:
			want = "the clock was moved by 1 767 225 600 s; requests to the time server: 2"
		case sntp.Kiss:
			want, wantUS = "the clock was not set; requests to the time server: 1, answers refused: 1 (the last: kiss)", 20_078
		}
		outcome := results.OutcomeConnected
		if !c.Set {
			outcome = certFailed + ":BADCERT_FUTURE"
		}
		if c.String() != want || r.TimeSyncUS/1000 != wantUS/1000 || o.Name != outcome {
			t.Errorf("%s: %s after %d us: %s (%s)", answer, c, r.TimeSyncUS, o.Name, o.Detail)
		}
		if !c.Set && !strings.Contains(o.Detail, want) {
			t.Errorf("%s: does not say why: %s", answer, o.Detail)
		}
	}
}

// The device's clock is right to the second however far the server is, and in
// either era.
func TestTimeServerFarAway(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	for rtc, want := range map[string]int64{"2026-01-01T00:00:00Z": 1_767_225_600, "2036-02-07T06:28:10Z": 2_085_978_490, "2036-02-07T06:28:16Z": 2_085_978_496} {
		for _, rttUS := range []int64{0, 1_999_998} {
			plan, j := syncPlan(t, labtest.ECDSA, func(c *profiles.Clock) { c.TimeoutMS = 60_000 })
			j.Scenario.RTC, j.Scenario.Wire.RTTUS = rtc, rttUS
			r, o := labtest.Converse(t, labtest.Prepare(t, l, plan, j), nil)
			// The server is in the middle of the round trip.
			if r.RTCSeconds < want || r.RTCSeconds > want+60 {
				t.Errorf("%s: the device's clock says %d at the end", rtc, r.RTCSeconds)
			}
			if c := r.Record.Clock; !c.Set || c.OffsetS != want || o.Name != results.OutcomeConnected {
				t.Errorf("%s, round trip %d us: %s: %s", rtc, rttUS, c, o.Name)
			}
		}
	}
}

// Over datagrams that get lost, come twice and out of order, the clock is set
// or not, and TLS goes on in either case.
func TestTimeServerOnABadWire(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan, j := syncPlan(t, labtest.DTLSECDSA, nil)
	s := labtest.Prepare(t, l, plan, j)
	set, again := 0, 0
	for seed := range uint64(10) {
		r, o := labtest.Converse(t, s, func(s *profiles.Scenario) {
			s.Wire.Trouble, s.Wire.Seed = profiles.Trouble{LossPct: 20, DuplicatePct: 20, ReorderPct: 20}, seed+1
		})
		c := r.Record.Clock
		if c.Set {
			set++
		}
		if c.Requests > 1 {
			again++
		}
		if c.Set && (c.OffsetS != 1_767_225_600 || o.Name != results.OutcomeConnected) ||
			!c.Set && (c.Requests != 3 || o.Name != certFailed+":BADCERT_FUTURE") {
			t.Errorf("seed %d: %s: %s in %s (%s)", seed+1, c, o.Name, o.Phase, o.Detail)
		}
	}
	if set < 6 || again < 2 {
		t.Errorf("set %d times of 10, asked again %d times", set, again)
	}
}

// Faults are made on a line without a time server, and the other clocks are as
// in any run.
func TestFaultsAndClocks(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan, j := syncPlan(t, labtest.ECDSA, nil)
	if _, err := fault.NewCampaign(context.Background(), l, plan, j); err == nil || !strings.Contains(err.Error(), `clock.source "sntp": no faults are made`) {
		t.Errorf("a time server in the line: %v", err)
	}
	plan, j = syncPlan(t, labtest.ECDSA, func(c *profiles.Clock) {
		*c = profiles.Clock{Source: profiles.ClockDrift, DriftPPM: 20, SinceDays: 365}
	})
	c, err := fault.NewCampaign(context.Background(), l, plan, j)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if got := c.Golden().RTC; got != 1_767_225_600+630 {
		t.Errorf("the clock of a campaign says %d", got)
	}
}
