package plots

import (
	"strings"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// measure is a metric as a figure shows it.
type measure struct {
	metric string
	noun   string     // in words: "ticks", "time"
	units  []unitOf   // for changes, smallest first
	axis   unitOf     // for axes
	symbol string     // after a number in the axis's unit
	of     confidence // what its numbers are worth
}

// confidence is how good a measure's numbers are, as words for labels and
// captions.
type confidence struct {
	adjective string // before the noun, with a blank after it: "estimated "
	short     string // after the metric's name
	long      string // after "RAM is"
}

var (
	exact    = confidence{long: "exact"}
	modelled = confidence{"estimated ", "an estimate", "an estimate by the board's timing model"}
	byClock  = confidence{"measured ", "not exact", "measured on the board: two runs may differ"}
	byShadow = confidence{"estimated ", "an estimate", "an estimate with the WASM shadow stack in place of the Cortex-M stack"}
)

// measureOf is a metric as the table has it.
func measureOf(name string) measure {
	row := metric.Of(name)
	m := measure{metric: name, noun: row.Called(), of: exact}
	switch row.Unit {
	case metric.Bytes:
		m.units, m.axis, m.symbol = []unitOf{{"B", 1}, {"KiB", 1024}}, unitOf{"KiB", 1024}, "KiB"
	case metric.Microseconds:
		m.units, m.axis, m.symbol = []unitOf{{"µs", 1}, {"ms", 1e3}, {"s", 1e6}}, unitOf{"ms", 1e3}, "ms"
	default: // so many that axes are in millions
		m.units, m.axis, m.symbol = []unitOf{{m.noun, 1}, {"thousands", 1e3}, {"millions", 1e6}}, unitOf{"millions", 1e6}, "M"
	}
	switch {
	case row.Worth == metric.Measured:
		m.of = byClock
	case row.Worth == metric.Estimated && row.Role == metric.RAMAtOnce:
		m.of = byShadow
	case row.Worth == metric.Estimated:
		m.of = modelled
	}
	return m
}

// called is the measure with another noun.
func (m measure) called(noun string) measure {
	m.noun = noun
	return m
}

// opsOf is what a machine executes, over the whole run.
func opsOf(machine metric.Machine) measure { return measureOf(metric.UnitsOf(machine).Ops) }

// runOf is what a whole run and its phases are expressed in: cycles where the
// emulated CPU has a timing model, else what the machine executes. The wasm
// machine's own count is exact: the cycles predicted from it don't replace it.
func runOf(machine metric.Machine, cases []*results.Case) measure {
	if machine == metric.QEMU && anyHas(cases, metric.EstCycles) {
		return measureOf(metric.EstCycles)
	}
	return opsOf(machine)
}

// ticksOf is what a handshake is expressed in: time where the emulated CPU has a
// timing model, else what the machine executes.
func ticksOf(machine metric.Machine, cases []*results.Case) measure {
	if machine == metric.QEMU && anyHas(cases, metric.EstHandshakeUS) {
		return measureOf(metric.EstHandshakeUS)
	}
	return measureOf(metric.UnitsOf(machine).Handshake)
}

// ramOf is RAM at one instant as the machine has it.
func ramOf(machine metric.Machine) measure { return measureOf(metric.UnitsOf(machine).RAM) }

// label is an axis's: "estimated time per handshake, est-handshake-us (ms)".
func (m measure) label(what string) string {
	return m.of.adjective + what + ", " + m.metric + " (" + m.axis.name + ")"
}

// unit is a number in the axis's unit.
func (m measure) unit(n int64) float64 { return float64(n) / float64(m.axis.per) }

// number writes a number in the axis's unit with three digits or so.
func (m measure) number(n int64) string {
	v := m.unit(n)
	places := 1
	switch {
	case v < 1:
		places = 3
	case v < 10:
		places = 2
	case v >= 1000:
		places = 0
	}
	return quotient(n, m.axis.per, places)
}

// text is the number with its unit.
func (m measure) text(n int64) string { return m.number(n) + noBreak + m.symbol }

// named is the metric and, if it is not exact, what it is.
func (m measure) named() string {
	if m.of.short == "" {
		return m.metric
	}
	return m.metric + ", " + m.of.short
}

// worth says for a caption how exact the measure is: "RAM is exact".
func (m measure) worth() string {
	verb := " is "
	if strings.HasSuffix(m.noun, "s") {
		verb = " are "
	}
	return m.noun + verb + m.of.long
}

// capital makes a noun begin a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
