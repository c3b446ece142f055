// Package atlas is the table of prices: each option of a configuration changed
// alone, and what that does to code size, RAM and ticks, to whether the
// handshake still completes, and to what the device still refuses. It is
// chapter 6 of the RT-Thread manual with numbers. It computes from results
// files alone.
package atlas

import (
	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Schema is the version of File's JSON form.
const Schema = 1

// File is an atlas: entries by base, then by option's name.
type File struct {
	Schema     int                `json:"schema"`
	Provenance results.Provenance `json:"provenance"`
	Board      string             `json:"board"`
	Machine    metric.Machine     `json:"machine"`
	Bases      []Base             `json:"bases"`
	Scenarios  []string           `json:"scenarios"`
	Metrics    []string           `json:"metrics"` // those compared, in the order of the columns
	Entries    []Entry            `json:"entries"`
	Refused    []RefusedBase      `json:"refused,omitempty"`     // configurations that were left out
	NotFlipped []NotFlipped       `json:"not-flipped,omitempty"` // by base, then by option's name
}

// NotFlipped is an option that was not turned, and why: the lab can't, or the
// core's rules forbid it with what the base and the scenario have.
type NotFlipped struct {
	Base      string   `json:"base"`
	Option    string   `json:"option"`       // without MBEDTLS_
	Is        string   `json:"is,omitempty"` // what it would have been; "" for anything
	Why       string   `json:"why"`
	Scenarios []string `json:"scenarios"` // in which, in File.Scenarios' order
}

// Base is a configuration whose options were flipped.
type Base struct {
	Config string                      `json:"config"`
	Values map[string]map[string]int64 `json:"values"` // scenario -> metric -> its own number
}

// RefusedBase is a configuration that can't be built here, and why.
type RefusedBase struct {
	Config string `json:"config"`
	Why    string `json:"why"`
}

// Entry is one option flipped alone.
type Entry struct {
	Base    string   `json:"base"`
	Option  string   `json:"option"` // without MBEDTLS_
	Was     string   `json:"was"`    // "on", "off" or its value; "" for a value not known
	Is      string   `json:"is"`
	With    []string `json:"with,omitempty"`    // what check_config.h made go along: "NAME", "NAME=VALUE", "-NAME"
	Advice  string   `json:"advice,omitempty"`  // the manual's
	Weakens string   `json:"weakens,omitempty"` // what this flip gives up, in words; "" for nothing known
	Cells   []Cell   `json:"cells"`             // one for each scenario it was flipped in, in File.Scenarios' order
}

// Cell is what a flip did to one scenario.
type Cell struct {
	Scenario string          `json:"scenario"`
	Outcome  results.Outcome `json:"outcome"`          // "connected" or how it failed
	Detail   string          `json:"detail,omitempty"` // of a failure, one line
	Same     bool            `json:"same,omitempty"`   // no number and no check differs from the base's
	// metric -> difference from the base; those measured in both and not equal
	Change map[string]int64 `json:"change,omitempty"`
	Drawn  []string         `json:"drawn,omitempty"`  // metrics of Change that random draws change as much
	Lost   []string         `json:"lost,omitempty"`   // must-reject checks the base refuses and this accepts
	Gained []string         `json:"gained,omitempty"` // the reverse
	// checks the base refuses and this fails otherwise: whether it still checks is not
	// known
	Unshown []string `json:"unshown,omitempty"`
	Missing []string `json:"missing,omitempty"` // metrics that the base has and this has not
}
