package quantity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// stray is a number that a format writes with its unit: "%d B", "%.1f KiB", "%6.2fms";
// also one that is text already ("%s B"), whose unit belongs to it. A conversion
// with a unit is made for people: headers, options and files for programs have
// units in names.
var stray = regexp.MustCompile(`%[-+# 0]*[0-9*]*(?:\.[0-9*]+)?(?:[dfgev][ \x{a0}]?|s[ \x{a0}])(?:[kKMG]i?B|B|[nuµm]s|s|[kKMG]?Hz|[kM]?bit/s)\b`)

// TestNoStrays: no other package formats a number with a unit.
func TestNoStrays(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (strings.HasPrefix(e.Name(), ".") && path != root || e.Name() == "testdata"):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == filepath.Join(root, "internal", "quantity"):
			return nil
		}
		files++
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Error(err)
			}
			for _, found := range stray.FindAllString(strings.ReplaceAll(text, "%%", ""), -1) {
				t.Errorf("%s: %q: let this package write it", set.Position(lit.Pos()), found)
			}
			return true
		})
		return nil
	})
	if err != nil || files < 100 {
		t.Errorf("%d files read, %v", files, err)
	}
}

func TestStray(t *testing.T) {
	for text, want := range map[string]bool{
		"%d B": true, "%d KB": true, "%.1f KiB": true, "%6dms": true, "%s B": true, "%v s": true, "%+d B left": true, "%d bit/s": true, "%d\u00a0MHz": true, "%*.1f GiB": true,
		"%d bytes": false, "%ss": false, "%d Bits": false, "SIZE=%d": false, "%d%%": false, "%d": false, "%s sent": false, "#define MBEDTLS_B %d": false,
	} {
		if stray.MatchString(text) != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}
