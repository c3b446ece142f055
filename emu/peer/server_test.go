package peer

import (
	"strings"
	"testing"

	"tlslab/core"
)

func TestServerSpec(t *testing.T) {
	src := &core.Source{}
	s := ServerSpec(src)
	if s.Source != src || s.Role != core.Server || s.Board != nil || s.StackBytes%16 != 0 {
		t.Errorf("spec %+v", s)
	}
	for _, undefined := range []string{"NET_C", "FS_IO", "DEBUG_C", "X509_CHECK_KEY_USAGE", "X509_CHECK_EXTENDED_KEY_USAGE"} {
		if !strings.Contains(string(s.Header), "#undef MBEDTLS_"+undefined+"\n") {
			t.Errorf("the reference server has %s", undefined)
		}
	}
}
