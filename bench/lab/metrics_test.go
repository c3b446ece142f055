package lab

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// later are metrics of machines to come: a profile may
// name them in a published figure, no results file has them yet. A budget on
// one is an error of the gate, not a pass.
var later []string

// TestMetricNames: profiles and results, which must not import each other,
// call the same numbers by the same names.
func TestMetricNames(t *testing.T) {
	var constants []string
	for _, d := range parseFile(t, "../results/results.go").Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST || len(g.Specs) < 2 {
			continue
		}
		for _, spec := range g.Specs {
			s := spec.(*ast.ValueSpec)
			if !strings.HasPrefix(s.Names[0].Name, "Outcome") && !strings.HasSuffix(s.Names[0].Name, "Prefix") {
				constants = append(constants, text(t, s.Values[0]))
			}
		}
	}
	var known []string
	for _, d := range parseFile(t, "../../profiles/check.go").Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			if s := spec.(*ast.ValueSpec); s.Names[0].Name == "metrics" {
				for _, e := range s.Values[0].(*ast.CompositeLit).Elts {
					known = append(known, text(t, e))
				}
			}
		}
	}
	if len(constants) < 10 || len(known) < 10 {
		t.Fatalf("found %d names in bench/results and %d in profiles: this test no longer reads them right", len(constants), len(known))
	}
	for _, name := range constants {
		if !slices.Contains(known, name) {
			t.Errorf("profiles/check.go does not know %s: no budget can be set on it", name)
		}
		if slices.Contains(later, name) {
			t.Errorf("%s is measured: take it off the list of later ones", name)
		}
	}
	for _, name := range known {
		if !slices.Contains(constants, name) && !slices.Contains(later, name) {
			t.Errorf("profiles/check.go knows %s, which bench/results does not have: a budget on it binds nothing", name)
		}
	}
	if !slices.IsSorted(known) {
		t.Error("profiles/check.go: metrics are not sorted")
	}
}

func parseFile(t *testing.T, path string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func text(t *testing.T, e ast.Expr) string {
	t.Helper()
	s, err := strconv.Unquote(e.(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
