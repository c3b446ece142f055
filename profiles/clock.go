package profiles

import (
	"slices"
	"time"

	"tlslab/internal/quantity"
	"tlslab/internal/strict"
)

// Clock is how the device's calendar clock got the time that it has when the run
// starts. Scenario.RTC is the time it really is; without a Clock the device
// knows it.
type Clock struct {
	Source string `toml:"source"` // "fixed", "unset", "date", "drift", "sntp"
	// of "date": what was typed, as the manual's command takes it: "2018 08 02 12 23 00"
	Date      string `toml:"date"`
	DriftPPM  int64  `toml:"drift_ppm"`  // of "drift": how much too fast the clock is, parts per million
	SinceDays int64  `toml:"since_days"` // of "drift": days since it was right

	// Of "sntp": the clock is unset, and the device asks a time server before TLS.
	Requests  uint32 `toml:"requests"`   // most it sends
	TimeoutMS uint32 `toml:"timeout_ms"` // its first wait for an answer; doubled each time
	ZoneHours int32  `toml:"zone_h"`     // what it adds to the answer: the manual's tool has 8
	// what becomes of the first, the second, ... answer (clockAnswers); the last for all
	// that follow; none: all are good
	Answers []string `toml:"answers"`
	LieS    int64    `toml:"lie_s"` // what the server's clock is ahead of the real time
}

// Sources of a clock.
const (
	ClockFixed = "fixed"
	ClockUnset = "unset" // 1970 at the start, as on a device whose clock was never set (manual, 3.2.2)
	ClockDate  = "date"  // set by hand at the start (manual, 3.2.2, first way)
	ClockDrift = "drift" // right once, and left to itself
	ClockSNTP  = "sntp"  // (manual, 3.2.2, second way)
)

var (
	clockSources = []string{ClockFixed, ClockUnset, ClockDate, ClockDrift, ClockSNTP}
	// clockAnswers are those of emu/sntp.
	clockAnswers = []string{"good", "lost", "length", "originate", "mode", "version", "kiss", "unsynchronised", "zero", "delay"}
)

// dateLayout is the form of the manual's date command.
const dateLayout = "2006 01 02 15 04 05"

const (
	driftMost    = 100_000       // parts per million; an RC oscillator's are 10,000 to 50,000
	sinceMost    = 36_500        // days
	requestsMost = 8             // the last wait is 256 times the first
	syncMost     = 60_000        // milliseconds
	zoneMost     = 14            // hours, of Line Islands Time
	lieMost      = 3_000_000_000 // seconds, 95 years: an era is 136
	sntpBits     = 2 * 48 * 8    // of a request and its answer
)

// ClockAnswers lists what can become of a time server's answer.
func ClockAnswers() []string { return slices.Clone(clockAnswers) }

// SNTP is the scenario's clock where a time server sets it; nil otherwise.
func (s *Scenario) SNTP() *Clock {
	if s.Clock != nil && s.Clock.Source == ClockSNTP {
		return s.Clock
	}
	return nil
}

// DeviceSeconds is what the device's clock says when the run starts, in seconds
// since 1970-01-01; RTCSeconds is the truth.
func (s *Scenario) DeviceSeconds() int64 {
	switch c := s.Clock; {
	case c == nil || c.Source == ClockFixed:
		return s.RTCSeconds()
	case c.Source == ClockDate:
		t, err := time.Parse(dateLayout, c.Date)
		if err != nil {
			return 0 // loading has refused it
		}
		return t.Unix()
	case c.Source == ClockDrift:
		return s.RTCSeconds() + c.SinceDays*86_400*c.DriftPPM/1_000_000
	}
	return 0
}

// checkClock checks a scenario's clock.
func (s *Scenario) checkClock(bad report) {
	c := s.Clock
	if c == nil {
		return
	}
	if !slices.Contains(clockSources, c.Source) {
		bad("clock.source", "%w", strict.Unknown("source", c.Source, clockSources))
		return
	}
	for _, k := range []struct {
		key    string
		given  bool
		source string
	}{
		{"date", c.Date != "", ClockDate},
		{"drift_ppm", c.DriftPPM != 0, ClockDrift},
		{"since_days", c.SinceDays != 0, ClockDrift},
		{"requests", c.Requests != 0, ClockSNTP},
		{"timeout_ms", c.TimeoutMS != 0, ClockSNTP},
		{"zone_h", c.ZoneHours != 0, ClockSNTP},
		{"answers", len(c.Answers) > 0, ClockSNTP},
		{"lie_s", c.LieS != 0, ClockSNTP},
	} {
		if k.given && c.Source != k.source {
			bad("clock."+k.key, "is of source %q, not of %q", k.source, c.Source)
		}
	}
	between := func(key string, v, least, most int64) {
		if v < least || v > most {
			bad("clock."+key, "%d: not in %d..%d", v, least, most)
		}
	}
	switch c.Source {
	case ClockDate:
		if _, err := time.Parse(dateLayout, c.Date); err != nil {
			bad("clock.date", "%q: not a time as the date command takes it (2018 08 02 12 23 00)", c.Date)
		}
	case ClockDrift:
		between("drift_ppm", c.DriftPPM, -driftMost, driftMost)
		between("since_days", c.SinceDays, 0, sinceMost)
	case ClockSNTP:
		s.checkSNTP(between, bad)
	}
}

func (s *Scenario) checkSNTP(between func(key string, v, least, most int64), bad report) {
	c := s.Clock
	if s.Serves() {
		bad("clock.source", "%q: the client sets its clock; the device is the server", c.Source)
	}
	between("requests", int64(c.Requests), 1, requestsMost)
	// An answer that came later would be in TLS's way on a wire of bytes.
	least := s.Wire.RTTUS/1000 + 1
	if s.Wire.RateBPS > 0 {
		least += sntpBits * 1000 / s.Wire.RateBPS
	}
	if t := int64(c.TimeoutMS); t <= least || t > syncMost {
		bad("clock.timeout_ms", "%d: not in %d..%d: an answer takes %s", t, least+1, syncMost, quantity.Millis(least))
	}
	between("zone_h", int64(c.ZoneHours), -zoneMost, zoneMost)
	between("lie_s", c.LieS, -lieMost, lieMost)
	for i, a := range c.Answers {
		if !slices.Contains(clockAnswers, a) {
			bad("clock.answers", "%d: %w", i+1, strict.Unknown("answer", a, clockAnswers))
		}
	}
	if y := s.ServerTime().Year(); y < 1970 || y > 2103 {
		bad("clock.lie_s", "the server's time would be in %d: its answers tell the years 1970 to 2103", y)
	}
}

// ServerTime is what the time server's clock says when the run starts.
func (s *Scenario) ServerTime() time.Time {
	return time.Unix(s.RTCSeconds()+s.Clock.LieS, 0).UTC()
}
