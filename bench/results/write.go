package results

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tlslab/internal/input"
)

// The two files of one result. The JSON is the whole truth; the text is the
// part of it that benchstat reads.
const (
	JSONName = "results.json"
	TextName = "results.txt"
)

// Write writes results.json and results.txt into dir, making dir if needed.
// Each appears under its name whole or not at all. The JSON comes last: when
// it is there, the text that belongs to it is there too, and names its digest.
func Write(dir string, f *File) error {
	if err := f.Check(); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	data, err := f.JSON()
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	text := f.text(fmt.Sprintf("%x", sha256.Sum256(data)))
	if err := makeDir(dir); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if err := WriteWhole(filepath.Join(dir, TextName), text); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	if err := WriteWhole(filepath.Join(dir, JSONName), data); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	return nil
}

func makeDir(dir string) error { return os.MkdirAll(dir, 0o755) }

// WriteAny writes v as JSON under name, whole or not at all, making its
// directory if needed.
func WriteAny(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := makeDir(filepath.Dir(name)); err != nil {
		return err
	}
	return WriteWhole(name, append(data, '\n'))
}

// ReadAny reads what WriteAny wrote; nil without an error where there is none.
func ReadAny(name string) ([]byte, error) {
	data, err := input.Read(name, MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// WriteWhole puts data under name by way of a temporary file in the same
// directory, synced before it is renamed: a full disk, a signal or a power cut
// leaves the old file or none, never half of the new one.
func WriteWhole(name string, data []byte) (err error) {
	dir := filepath.Dir(name)
	t, err := os.CreateTemp(dir, "."+filepath.Base(name)+".*.tmp")
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			path.Path = name // what was asked for, not what stands in for it
		}
		return err
	}
	defer func() {
		if err != nil {
			t.Close()
			os.Remove(t.Name())
		}
	}()
	if n, err := t.Write(data); err != nil {
		return err
	} else if n != len(data) {
		return fmt.Errorf("%s: %w", name, io.ErrShortWrite)
	}
	if err := t.Chmod(0o644); err != nil { // CreateTemp makes it 0600
		return err
	}
	if err := t.Sync(); err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	if err := os.Rename(t.Name(), name); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil {
		// Makes the rename itself durable. Not every file system can sync a
		// directory, and the data is safe without it.
		_ = d.Sync()
		d.Close()
	}
	return nil
}
