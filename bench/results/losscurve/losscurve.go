// Package losscurve is how long handshakes over datagrams took while some
// datagrams were lost: one conversation for each seed and rate. It reads and
// writes the file and does the arithmetic. It runs nothing.
package losscurve

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Schema is the version of File's JSON form.
const Schema = 1

// Name is the file's name in a profile's directory of results.
const Name = "loss.json"

// File is all curves of a profile.
type File struct {
	Schema  int     `json:"schema"`
	Profile string  `json:"profile"`
	Curves  []Curve `json:"curves"`
}

// Curve is one configuration in one scenario.
type Curve struct {
	Core         string         `json:"core"`
	Config       string         `json:"config"`
	Scenario     string         `json:"scenario"`
	Machine      metric.Machine `json:"machine"`
	Seeds        int            `json:"seeds"`         // seeds 1 to this, at every rate
	ReorderPct   int            `json:"reorder-pct"`   // both ways
	DuplicatePct int            `json:"duplicate-pct"` // both ways
	TimeoutMinMS uint32         `json:"timeout-min-ms"`
	TimeoutMaxMS uint32         `json:"timeout-max-ms"`
	Points       []Point        `json:"points"` // by rising LossPct
}

// Point is all seeds at one rate.
type Point struct {
	LossPct int `json:"loss-pct"` // both ways
	// virtual microseconds until connected, of those that completed, sorted
	HandshakeUS   []int64   `json:"handshake-us"`
	Retransmits   int64     `json:"retransmits"` // of all seeds together
	Datagrams     int64     `json:"datagrams"`
	LostDatagrams int64     `json:"lost-datagrams"`
	Failed        []Failure `json:"failed,omitempty"` // by rising seed
}

// Failure is one conversation that did not complete.
type Failure struct {
	Seed    uint64       `json:"seed"`
	Outcome string       `json:"outcome"`
	Phase   metric.Phase `json:"phase"`
	Detail  string       `json:"detail"` // which flight was sent and lost how often
}

// Quantile is the time that pct percent of those that completed did not
// exceed, by nearest rank; ok is false where none completed.
func (p *Point) Quantile(pct int) (us int64, ok bool) {
	n := len(p.HandshakeUS)
	if n == 0 {
		return 0, false
	}
	return p.HandshakeUS[max(0, (n*pct+99)/100-1)], true
}

// Write writes the file whole, or not at all.
func Write(dir string, f *File) error {
	return results.WriteAny(filepath.Join(dir, Name), f)
}

// Read reads what Write wrote; nil without an error where there is none.
func Read(dir string) (*File, error) {
	path := filepath.Join(dir, Name)
	data, err := results.ReadAny(path)
	if err != nil || data == nil {
		return nil, err
	}
	return decode(path, data)
}

func decode(path string, data []byte) (*File, error) {
	f := new(File)
	if err := json.Unmarshal(data, f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.Schema != Schema {
		return nil, fmt.Errorf("%s: schema %d: not known, this program reads %d", path, f.Schema, Schema)
	}
	for i := range f.Curves {
		if err := f.Curves[i].check(); err != nil {
			return nil, fmt.Errorf("%s: curve %d: %w", path, i+1, err)
		}
	}
	return f, nil
}

// check refuses what arithmetic and figures could not take.
func (c *Curve) check() error {
	if c.Seeds < 1 || len(c.Points) == 0 {
		return errors.New("no seeds or no points")
	}
	for i, p := range c.Points {
		if p.LossPct < 0 || p.LossPct > 100 || i > 0 && p.LossPct <= c.Points[i-1].LossPct {
			return fmt.Errorf("loss %d %%: not rising within 0..100", p.LossPct)
		}
		if len(p.HandshakeUS)+len(p.Failed) != c.Seeds {
			return fmt.Errorf("loss %d %%: %d completed and %d failed of %d seeds", p.LossPct, len(p.HandshakeUS), len(p.Failed), c.Seeds)
		}
		for k, us := range p.HandshakeUS {
			if us < 0 || k > 0 && us < p.HandshakeUS[k-1] {
				return fmt.Errorf("loss %d %%: times are not sorted", p.LossPct)
			}
		}
	}
	return nil
}
