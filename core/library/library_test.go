package library

import (
	"slices"
	"testing"

	"tlslab/core"
	"tlslab/profiles/dialect"
)

// Each library has a dialect, which recognises the names of its releases and its trees.
func TestDialects(t *testing.T) {
	for _, l := range All {
		d, err := dialect.Named(l.Title())
		if err != nil {
			t.Error(err)
			continue
		}
		if d.Found == nil {
			t.Errorf("%s: no tree is recognised", d.Title)
		}
		for _, p := range l.Pins() {
			if dialect.Of(p.Core) != d {
				t.Errorf("core %s has the dialect of %s", p.Core, dialect.Of(p.Core).Title)
			}
		}
		if !slices.ContainsFunc(l.Pins(), func(p core.Pin) bool { return p.Core == d.Core }) {
			t.Errorf("%s: core %s is no release", d.Title, d.Core)
		}
	}
	stub, err := core.Open("stub", "../testdata/stub", All)
	if err != nil {
		t.Fatal(err)
	}
	if d := dialect.Of("dir:" + stub.Dir); d.Title != stub.Library.Title() {
		t.Errorf("%s has the dialect of %s", stub.Dir, d.Title)
	}
}
