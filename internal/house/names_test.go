package house

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ownName is the name of a library, which only its own folders may have.
var ownName = regexp.MustCompile(`(?i)mbed ?tls`)

// ownFolders are the library's: its packages, its part of the port, and where it is
// registered.
var ownFolders = []string{"core/library", "core/port/mbedtls"}

// naming are the files and folders that name it all the same, and why.
var naming = map[string]string{
	"bench/study/calibrate":   "the published figures it compares with are of this library, and so are the options they were measured with",
	"emu/heap/mbedtls.go":     "it is a model of the library's own allocator",
	"emu/heap/model.go":       "it lists the models",
	"internal/cli/tlstest.go": "it runs the manual's sample program, which uses the library's API",
}

// TestLibraryIsBehindItsSeam: no code outside a library's own folders names it, in
// Go or C; comments may say where a figure is from. Tests may name it.
func TestLibraryIsBehindItsSeam(t *testing.T) {
	used := map[string]bool{}
	under := func(path string) bool {
		for _, own := range ownFolders {
			if strings.HasPrefix(path, own+"/") {
				return true
			}
		}
		for name := range naming {
			if path == name || strings.HasPrefix(path, name+"/") {
				used[name] = true
				return true
			}
		}
		return false
	}
	seen := 0
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
		if e.IsDir() {
			if e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && len(e.Name()) > 2 || name == "out" {
				return filepath.SkipDir
			}
			return nil
		}
		inGo := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if !inGo && !strings.HasSuffix(name, ".c") && !strings.HasSuffix(name, ".h") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		if inGo {
			text = code(text)
		}
		if found := ownName.Find(text); found != nil && !under(name) {
			t.Errorf("%s: %q: a library is named in its own folders alone (%s), or in the list of this test with the reason", name, found, strings.Join(ownFolders, ", "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Errorf("%d files: too few to be all", seen)
	}
	for name := range naming {
		if !used[name] {
			t.Errorf("%s: names no library any more: take it off the list", name)
		}
	}
}

// code is Go text without comments and without the paths of imports.
func code(text []byte) []byte {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(text)), text, nil, 0)
	var out []byte
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return out
		case tok == token.STRING && strings.HasPrefix(lit, `"tlslab/`):
		default:
			out = append(append(out, lit...), '\n')
		}
	}
}
