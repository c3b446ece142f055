package profiles

import (
	"strings"
	"testing"
)

func TestBadClocks(t *testing.T) {
	const tls = "ecdhe-ecdsa-p256-aes128-gcm"
	for clock, want := range map[string]string{
		`source = "ntp"`:                       `clock.source: source "ntp": not known`,
		``:                                     `clock.source: source ""`,
		`source = "date"`:                      `clock.date: "": not a time as the date command takes it`,
		`source = "date", date = "2026-01-01"`: `clock.date: "2026-01-01": not a time`,
		`source = "fixed", drift_ppm = 1`:      `clock.drift_ppm: is of source "drift", not of "fixed"`,
		`source = "unset", since_days = 1`:     `clock.since_days: is of source "drift", not of "unset"`,
		`source = "drift", date = "2026 01 01 00 00 00"`:                              `clock.date: is of source "date", not of "drift"`,
		`source = "drift", drift_ppm = 100_001`:                                       "clock.drift_ppm: 100001: not in -100000..100000",
		`source = "drift", drift_ppm = 1, since_days = -1`:                            "clock.since_days: -1: not in 0..36500",
		`source = "sntp", timeout_ms = 1_000`:                                         "clock.requests: 0: not in 1..8",
		`source = "sntp", requests = 9, timeout_ms = 1_000`:                           "clock.requests: 9: not in 1..8",
		`source = "sntp", requests = 3, timeout_ms = 21`:                              "clock.timeout_ms: 21: not in 22..60000: an answer takes 21 ms",
		`source = "sntp", requests = 3, timeout_ms = 60_001`:                          "clock.timeout_ms: 60001: not in",
		`source = "sntp", requests = 3, timeout_ms = 1_000, zone_h = 15`:              "clock.zone_h: 15: not in -14..14",
		`source = "sntp", requests = 3, timeout_ms = 1_000, answers = ["good","bad"]`: `clock.answers: 2: answer "bad": not known`,
		`source = "sntp", requests = 3, timeout_ms = 1_000, lie_s = -1_800_000_000`:   "clock.lie_s: the server's time would be in 1968",
		`source = "sntp", requests = 3, timeout_ms = 1_000, lie_s = 3_000_000_001`:    "clock.lie_s: 3000000001: not in",
		`source = "sntp", requests = 3, timeout_ms = 1_000, polls = 2`:                "is not known",
	} {
		refused(t, tls, "[wire]", "[clock]\n"+strings.ReplaceAll(clock, ", ", "\n")+"\n[wire]", want)
	}
}

func TestServersAskNoTimeServer(t *testing.T) {
	refused(t, "ecdhe-ecdsa-p256-aes128-gcm", "[wire]", "endpoint = \"server\"\n[clock]\nsource = \"sntp\"\nrequests = 3\ntimeout_ms = 1_000\n[wire]",
		`clock.source: "sntp": the client sets its clock; the device is the server`)
}

func TestDeviceSeconds(t *testing.T) {
	const truth = 1_767_225_600 // 2026-01-01T00:00:00Z
	for _, c := range []struct {
		clock *Clock
		want  int64
	}{
		{nil, truth},
		{&Clock{Source: ClockFixed}, truth},
		{&Clock{Source: ClockUnset}, 0},
		{&Clock{Source: ClockSNTP, LieS: 9}, 0},
		{&Clock{Source: ClockDate, Date: "1970 01 02 00 00 01"}, 86_401},
		{&Clock{Source: ClockDrift, DriftPPM: 20, SinceDays: 365}, truth + 630},
		{&Clock{Source: ClockDrift, DriftPPM: -100_000, SinceDays: 36_500}, truth - 315_360_000},
	} {
		s := &Scenario{RTC: "2026-01-01T00:00:00Z", Clock: c.clock}
		if got := s.DeviceSeconds(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.clock, got, c.want)
		}
	}
	s := &Scenario{RTC: "2026-01-01T00:00:00Z", Clock: &Clock{Source: ClockSNTP, LieS: -truth}}
	if y := s.ServerTime().Year(); y != 1970 {
		t.Errorf("the server's year is %d", y)
	}
}
