package peer

import (
	"testing"

	"tlslab/core"
)

func TestServerSpec(t *testing.T) {
	src := &core.Source{Recipe: &core.Recipe{Reference: []byte("all of it")}}
	s := ServerSpec(src)
	if s.Source != src || s.Role != core.Server || s.Board != nil || s.StackBytes%16 != 0 {
		t.Errorf("spec %+v", s)
	}
	if string(s.Header) != "all of it" {
		t.Errorf("header %q", s.Header)
	}
}
