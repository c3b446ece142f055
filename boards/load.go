package boards

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"

	"tlslab/internal/input"
	"tlslab/internal/strict"
)

//go:embed *.toml
var builtin embed.FS

// UnknownError is a board name that no file has.
type UnknownError = strict.UnknownError

// Names lists the built-in boards, sorted.
func Names() []string {
	files, err := builtin.ReadDir(".")
	if err != nil {
		panic(err) // the embedded file system always has its root
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".toml"))
	}
	return names
}

// Load returns a built-in board. A name that is not among Names is an
// *UnknownError.
func Load(name string) (*Board, error) {
	data, err := builtin.ReadFile(name + ".toml")
	if err != nil {
		return nil, strict.Unknown("board", name, Names())
	}
	return decode("boards/"+name+".toml", data, name)
}

// LoadFile returns the board that a user's own file describes.
func LoadFile(path string) (*Board, error) {
	data, err := input.Read(path, input.Text)
	if err != nil {
		return nil, err
	}
	return decode(path, data, "")
}

// decode reads and checks one board's file; wantName is the name it must have,
// "" for any.
func decode(file string, data []byte, wantName string) (*Board, error) {
	b := new(Board)
	if err := strict.Unmarshal(file, data, b); err != nil {
		return nil, err
	}
	if err := b.check(file, data, wantName); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	b.digest = hex.EncodeToString(sum[:])
	return b, nil
}
