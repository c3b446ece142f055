package factor

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

//go:embed data
var builtin embed.FS

// ErrNone says that a board has no factors.
var ErrNone = errors.New("no factors")

// StampError says that a board's factors were fitted with something else.
type StampError struct {
	Board string
	What  string // the first entry of the stamp that differs
}

func (e *StampError) Error() string {
	return fmt.Sprintf("the factors of %s were fitted with another %s; make factors fits them anew", e.Board, e.What)
}

// Load returns a board's factors if they were fitted with stamp: sources,
// compilers, flags, emulators and models that are the caller's. Else the error
// is ErrNone or a *StampError.
func Load(board string, stamp map[string]string) (*Model, error) {
	data, err := builtin.ReadFile("data/" + board + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("board %s: %w", board, ErrNone)
	}
	if err != nil {
		return nil, err
	}
	m, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("bench/study/factor/data/%s.json: %w", board, err)
	}
	for _, what := range slices.Sorted(maps.Keys(stamp)) {
		if m.Stamp[what] != stamp[what] {
			return nil, &StampError{board, what}
		}
	}
	return m, nil
}

func decode(data []byte) (*Model, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	m := new(Model)
	if err := d.Decode(m); err != nil {
		return nil, err
	}
	for name, f := range m.Functions {
		if f.PerOp < 0 || f.PerCall < 0 || f.Once < 0 {
			return nil, fmt.Errorf("function %s: a factor below 0", name)
		}
	}
	if m.Mean <= 0 || len(m.Functions) == 0 {
		return nil, errors.New("no factors in it")
	}
	return m, nil
}

// Encode is the data file of a model.
func (m *Model) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", " ")
	return append(b, '\n'), err
}
