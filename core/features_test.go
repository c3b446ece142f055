package core

import (
	"strings"
	"testing"
)

func TestFeatures(t *testing.T) {
	c := string(scenarioC(Material{Features: &Features{Version: 0x0300, ARC4: true, Password: []byte{1, 2}}}))
	for _, want := range []string{"#include \"client_features.h\"\n", "tlslab_version = 768;\n", "tlslab_arc4 = 1;\n",
		"tlslab_password[] = {1,2};\n", "tlslab_password_len = 2;\n"} {
		if !strings.Contains(c, want) {
			t.Errorf("scenario.c has no %q", want)
		}
	}
	if c := string(scenarioC(Material{})); strings.Contains(c, "client_features") {
		t.Errorf("features that nobody asked for: %s", c)
	}
}
