package build

import (
	"strings"
	"testing"

	"tlslab/core"
)

func TestSNTP(t *testing.T) {
	c := string(scenarioC(core.Material{SNTP: &core.SNTP{Requests: 3, TimeoutMS: 1000, ZoneS: -3600}}, ""))
	if want := "tlslab_sntp = {3,1000,-3600};\n"; !strings.HasSuffix(c, want) {
		t.Errorf("scenario.c ends in %q, want %q", c[max(0, len(c)-60):], want)
	}
	if c := string(scenarioC(core.Material{}, "")); strings.Contains(c, "sntp") {
		t.Errorf("a time server that nobody asked for: %s", c)
	}
}
