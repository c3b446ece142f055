package results

import (
	"bytes"
	"fmt"
	"strings"

	"tlslab/internal/metric"
)

// text is the file in the Go benchmark format, which benchstat reads.
//
// Only what names the measurement (profile, core, board) is a configuration
// line. benchstat compares nothing across different configuration lines, and
// what made the numbers (tool revision, digests, compiler versions) differs
// between exactly the two files one wants to compare; it is in comments. So
// are outcomes, checks and warnings: nothing in them can be read as a number.
//
// A case that did not connect is BenchmarkFailed, never BenchmarkHandshake:
// part of a handshake is not a fast handshake.
func (f *File) text(jsonDigest string) []byte {
	f = f.sorted()
	var b bytes.Buffer
	p := f.Provenance
	comment(&b, "tool %s", p.Tool)
	for _, m := range []struct {
		name string
		m    map[string]string
	}{{"digest", p.Digests}, {"version", p.Versions}, {"flags", p.Flags}} {
		for _, k := range sortedKeys(m.m) {
			comment(&b, "%s %s: %s", m.name, k, m.m[k])
		}
	}
	comment(&b, "%s sha256 %s", JSONName, jsonDigest)
	configLine(&b, "profile", p.Profile)
	for _, u := range f.units() {
		fmt.Fprintf(&b, "Unit %s%s\n", u, benchUnit(metric.Of(u)))
	}
	var core, board string
	for i := range f.Cases {
		c := &f.Cases[i]
		if c.Core != core {
			configLine(&b, "core", c.Core)
		}
		if c.Board != board {
			configLine(&b, "board", c.Board)
		}
		core, board = c.Core, c.Board
		c.text(&b)
	}
	fmt.Fprintf(&b, "# complete %d\n", len(f.Cases))
	return b.Bytes()
}

// benchUnit is what benchstat learns of a metric. Estimates too are computed,
// not sampled: two runs must agree.
func benchUnit(m metric.Metric) string {
	s := " assume=exact"
	if m.Worth == metric.Measured {
		s = ""
	}
	if m.Better == metric.Higher {
		return s + " better=higher"
	}
	return s + " better=lower"
}

func (c *Case) text(b *bytes.Buffer) {
	where := fmt.Sprintf("/config=%s/scenario=%s/machine=%s", benchName(c.Config), c.Scenario, c.Machine)
	if c.Outcome == OutcomeConnected {
		benchLine(b, "BenchmarkHandshake"+where, c.Metrics)
		for _, p := range c.Phases {
			benchLine(b, "BenchmarkPhase/phase="+string(p.Name)+where, p.Metrics)
		}
	} else {
		comment(b, "outcome %s: %s%s%s", where, c.Outcome, prefixed(" in ", string(c.Phase)), prefixed(": ", c.Detail))
		benchLine(b, "BenchmarkFailed/outcome="+string(c.Outcome)+where, c.Metrics)
	}
	for _, k := range c.Checks {
		comment(b, "check %s: %s: %s", where, k.Name, k.Outcome)
	}
	for _, w := range c.Warnings {
		comment(b, "warning %s: %s", where, w)
	}
}

// benchName makes a config's name one element of a benchmark's name, where "/"
// separates: benchstat -filter '/config:"rtthread-optimised,MPI_WINDOW_SIZE=3"'.
func benchName(config string) string { return strings.ReplaceAll(config, "/", ",") }

func benchLine(b *bytes.Buffer, name string, metrics map[string]int64) {
	if len(metrics) == 0 {
		return // the format has no line without a number
	}
	b.WriteString(name)
	b.WriteString(" 1")
	for _, m := range sortedKeys(metrics) {
		fmt.Fprintf(b, " %d %s", metrics[m], m)
	}
	b.WriteByte('\n')
}

func (f *File) units() []string {
	set := map[string]bool{}
	for i := range f.Cases {
		for m := range f.Cases[i].Metrics {
			set[m] = true
		}
		for _, p := range f.Cases[i].Phases {
			for m := range p.Metrics {
				set[m] = true
			}
		}
	}
	return sortedKeys(set)
}

func configLine(b *bytes.Buffer, key, value string) {
	fmt.Fprintf(b, "%s: %s\n", key, oneLine(value))
}

func comment(b *bytes.Buffer, format string, args ...any) {
	b.WriteString("# ")
	b.WriteString(oneLine(fmt.Sprintf(format, args...)))
	b.WriteByte('\n')
}

// oneLine keeps a compiler's or library's own words from starting a new line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
