// Package calibrate compares the timing models with published measurements of
// silicon. The figures are in silicon.toml. A guest (core/port/mbedtls/primitives*.c)
// runs the same operations on an emulated board, and all errors are printed,
// large ones included. It builds no image and opens no machine itself: the
// command line does.
package calibrate

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/internal/strict"
)

//go:embed silicon.toml
var siliconTOML []byte

//go:embed config.h
var configH []byte

// Units of a published figure.
const (
	CyclesPerByte = "cycles/byte"
	Milliseconds  = "ms"
	Cycles        = "cycles"
	Instructions  = "insns"
	Times         = "times"    // how often the time of row.Against fits in
	SpeedLost     = "% slower" // of the speed of row.Against; a range
)

var units = []string{CyclesPerByte, Milliseconds, Cycles, Instructions, Times, SpeedLost}

// Silicon is every published figure, and what has to be run for them.
type Silicon struct {
	Runs   []Run          `toml:"run"`
	Rows   []Row          `toml:"row"`
	Boards []boards.Board `toml:"board"` // those that are not among the boards of the lab
}

// Run is one image on one board.
type Run struct {
	Name  string `toml:"name"`
	Title string `toml:"title"` // for people
	Board string `toml:"board"`
	// Library is the version the figures were measured with.
	Library string `toml:"library"`
	// Firmware: nothing is built here; the run takes an image somebody else built.
	Firmware bool     `toml:"firmware"`
	Optimise string   `toml:"optimise"` // gcc's -O
	Flags    []string `toml:"flags"`    // gcc's, of the library's own files
	Unset    []string `toml:"unset"`    // of config.h, without MBEDTLS_
	OS       *OS      `toml:"os"`       // nil where the figures' program had none that matters
	Source   string   `toml:"source"`   // of the figures, and of how they were made
	Goal     *Goal    `toml:"goal"`
}

// OS is what an operating system adds to the library's own work.
type OS struct {
	HeapCycles float64 `toml:"heap_cycles"` // for each call of malloc or free
	Source     string  `toml:"source"`
}

// Goal is what the errors of a run's rows have to be, percent.
type Goal struct {
	Unit   string  `toml:"unit"` // the rows it is for; "" for all
	Median float64 `toml:"median_percent"`
	Worst  float64 `toml:"worst_percent"`
}

// Row is one published figure.
type Row struct {
	Run       string  `toml:"run"`
	Operation string  `toml:"operation"` // one of core.Library.Primitives, or of the firmware's marks
	Key       string  `toml:"key"`       // RSA: the key of certs/keys
	Unit      string  `toml:"unit"`
	Published float64 `toml:"published"`
	// High is the other end of a range that begins with Published.
	High    float64 `toml:"high"`
	Against string  `toml:"against"` // a run: of units times and slower
}

// Load reads silicon.toml.
func Load() (*Silicon, error) { return parse("bench/study/calibrate/silicon.toml", siliconTOML) }

func parse(file string, data []byte) (*Silicon, error) {
	s := new(Silicon)
	if err := strict.Unmarshal(file, data, s); err != nil {
		return nil, err
	}
	return s, s.check(file, data)
}

// Run returns a run by name.
func (s *Silicon) Run(name string) (*Run, error) {
	var names []string
	for i := range s.Runs {
		if s.Runs[i].Name == name {
			return &s.Runs[i], nil
		}
		names = append(names, s.Runs[i].Name)
	}
	return nil, strict.Unknown("run", name, names)
}

// Board returns a run's board: one of the lab's, or of silicon.toml.
func (s *Silicon) Board(name string) (*boards.Board, error) {
	for i := range s.Boards {
		if s.Boards[i].Name == name {
			return &s.Boards[i], nil
		}
	}
	return boards.Load(name)
}

// Operations are what has to be run in a run: its own rows' operations, and
// those of rows that compare with it; in order, each once.
func (s *Silicon) Operations(run string) []Operation {
	var out []Operation
	for _, r := range s.Rows {
		op := Operation{r.Operation, r.Key}
		if (r.Run == run || r.Against == run) && !slices.Contains(out, op) {
			out = append(out, op)
		}
	}
	return out
}

// OperationsOf returns the operations of a run that is built from a source. It is an error
// if the library's program lacks one.
func (s *Silicon) OperationsOf(run string, library core.Library) ([]Operation, error) {
	all := s.Operations(run)
	for _, op := range all {
		if !slices.Contains(library.Primitives(), op.Name) {
			return nil, fmt.Errorf("%s: %w", library.Title(), strict.Unknown("operation", op.Name, library.Primitives()))
		}
	}
	return all, nil
}

// check finds what is wrong with decoded figures: every problem, one a line.
func (s *Silicon) check(file string, data []byte) error {
	var errs []error
	bad := func(table string, i int, key, format string, args ...any) {
		errs = append(errs, strict.Errorf(file, data, fmt.Sprintf("%s[%d].%s", table, i, key), format, args...))
	}
	for i, r := range s.Runs {
		if n := slices.IndexFunc(s.Runs, func(o Run) bool { return o.Name == r.Name }); n != i {
			bad("run", i, "name", "%q: named twice", r.Name)
		}
		for key, v := range map[string]string{"name": r.Name, "title": r.Title, "source": r.Source} {
			if v == "" {
				bad("run", i, key, "missing")
			}
		}
		if b, err := s.Board(r.Board); err != nil {
			bad("run", i, "board", "%w", err)
		} else if b.QEMUMachine == "" || b.Timing == "" {
			bad("run", i, "board", "%s: has no QEMU machine or no timing model", r.Board)
		}
		if !r.Firmware && !strings.HasPrefix(r.Optimise, "-O") {
			bad("run", i, "optimise", "%q: not an -O of gcc", r.Optimise)
		}
		if r.OS != nil && (r.OS.HeapCycles <= 0 || r.OS.Source == "") {
			bad("run", i, "os", "needs heap_cycles above 0 and a source")
		}
		if len(s.Operations(r.Name)) == 0 {
			bad("run", i, "name", "%q: no row needs it", r.Name)
		}
	}
	for i, r := range s.Rows {
		if !slices.Contains(units, r.Unit) {
			bad("row", i, "unit", "%w", strict.Unknown("unit", r.Unit, units))
		}
		for key, name := range map[string]string{"run": r.Run, "against": r.Against} {
			if _, err := s.Run(name); err != nil && (key == "run" || name != "") {
				bad("row", i, key, "%w", err)
			}
		}
		if relative := r.Unit == Times || r.Unit == SpeedLost; relative != (r.Against != "") {
			bad("row", i, "against", "wanted with the units %s and %s, and only there", Times, SpeedLost)
		}
		switch {
		case r.Operation == "":
			bad("row", i, "operation", "missing")
		case r.Published <= 0:
			bad("row", i, "published", "%v: not above 0", r.Published)
		case r.High != 0 && r.High <= r.Published:
			bad("row", i, "high", "%v: not above %v", r.High, r.Published)
		}
	}
	return errors.Join(errs...)
}
