package plots

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tlslab/bench/results"
	"tlslab/internal/input"
)

// drawnName is the file that notes what the figures beside it were drawn from.
const drawnName = ".figures.json"

// drawn is what a directory's figures were drawn from, so that what would come
// out the same is not drawn again. A figure's SVG is drawn from the data alone and
// holds every line of it: its digest is what its PNG is drawn from.
type drawn struct {
	Revision string               `json:"revision"` // of the code that draws
	Data     string               `json:"data"`     // digest of what all of them show
	Files    []string             `json:"files"`    // in the order in which Render returns them
	Of       map[string]drawnFile `json:"of"`
}

type drawnFile struct {
	From string `json:"from"` // of a PNG: its SVG's digest
	Is   string `json:"is"`   // digest of the file as it was written
}

// readDrawn is what is known of a directory's figures; of what another code drew,
// or where the note can't be read, nothing is.
func readDrawn(dir, revision string) (*drawn, error) {
	none := &drawn{Revision: revision, Of: map[string]drawnFile{}}
	if revision == "" {
		return none, nil
	}
	data, err := input.Read(filepath.Join(dir, drawnName), input.Archive)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	d := new(drawn)
	if json.Unmarshal(data, d) != nil || d.Revision != revision || d.Of == nil {
		return none, nil
	}
	return d, nil
}

// whole says that every figure of some data is in the directory as it was drawn.
func (d *drawn) whole(dir, data string) bool {
	return d.Data == data && len(d.Files) > 0 &&
		!slices.ContainsFunc(d.Files, func(name string) bool { return !d.untouched(dir, name) })
}

// untouched says that a file is in the directory as it was written.
func (d *drawn) untouched(dir, name string) bool {
	file, ok := d.Of[name]
	if !ok {
		return false
	}
	data, err := input.Read(filepath.Join(dir, name), input.Archive)
	return err == nil && digest(data) == file.Is
}

// put writes a file into the directory, unless it has these bytes.
func (d *drawn) put(dir, name, from string, data []byte) error {
	path := filepath.Join(dir, name)
	if have, err := input.Read(path, input.Archive); err != nil || !bytes.Equal(have, data) {
		if err := results.WriteWhole(path, data); err != nil {
			return err
		}
	}
	d.Files, d.Of[name] = append(d.Files, name), drawnFile{from, digest(data)}
	return nil
}

// keep notes a file that need not be drawn again.
func (d *drawn) keep(name string, file drawnFile) {
	d.Files, d.Of[name] = append(d.Files, name), file
}

// write notes what the directory's figures were drawn from.
func (d *drawn) write(dir string) error {
	data, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return err
	}
	return results.WriteWhole(filepath.Join(dir, drawnName), append(data, '\n'))
}

// drop removes the figures of an earlier run that this one does not have any
// more, as long as they have not been changed.
func (d *drawn) drop(dir string, before *drawn) error {
	for _, name := range before.Files {
		if _, ok := d.Of[name]; ok || !before.untouched(dir, name) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("a figure of an earlier run: %w", err)
		}
	}
	return nil
}

// paths are the files as Render returns them.
func (d *drawn) paths(dir string) []string {
	var out []string
	for _, name := range d.Files {
		out = append(out, filepath.Join(dir, name))
	}
	return out
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
