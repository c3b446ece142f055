package profiles

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// coreHeaderText stands for a core's own header.
const coreHeaderText = `#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H
#define MBEDTLS_AES_C
#define MBEDTLS_NET_C
#define MBEDTLS_ENTROPY_C
//#define MBEDTLS_MPI_WINDOW_SIZE 6
#include "mbedtls/check_config.h"
#endif
`

func TestCoreBase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "full.toml")
	profile := "name = \"full\"\nboard = \"stm32f407\"\nscenarios = [\"psk-aes128-ccm8\"]\n" +
		"[memory]\nheap_bytes = 65536\nstack_bytes = 8192\n" +
		"[[config]]\nname = \"all\"\nbase = \"core\"\n[config.set]\nMPI_WINDOW_SIZE = 2\n" +
		"[[axis]]\nconfig = \"all\"\noption = \"AES_ROM_TABLES\"\nvalues = [true]\n"
	if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	p := load(t, path)
	if !p.FromCore() || load(t, "imxrt1052").FromCore() {
		t.Error("FromCore is wrong")
	}
	// Rendered before the core's header came, it is no empty configuration.
	if _, _, err := Render(variant(t, p, "all"), nil); err == nil || !strings.Contains(err.Error(), "was not handed in") {
		t.Errorf("rendered without the core: %v", err)
	}
	if err := p.UseCore(Core{"config.h", []byte(coreHeaderText)}); err != nil {
		t.Fatal(err)
	}
	text, added, err := Render(variant(t, p, "all/AES_ROM_TABLES=on"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "MPI_WINDOW_SIZE=2 (config) AES_ROM_TABLES (axis) NO_PLATFORM_ENTROPY (lab) -NET_C (lab)"
	if got := strings.Join(added, " "); got != want {
		t.Errorf("added %s\nwant  %s", got, want)
	}
	macros := macrosOf(t, text)
	for name, on := range map[string]bool{"AES_C": true, "NET_C": false, "NO_PLATFORM_ENTROPY": true, "AES_ROM_TABLES": true} {
		if _, has := macros[lib().Full(name)]; has != on {
			t.Errorf("%s is defined: %v\n%s", name, has, text)
		}
	}
	if macros["MBEDTLS_MPI_WINDOW_SIZE"] != "2" {
		t.Errorf("MPI_WINDOW_SIZE is %q", macros["MBEDTLS_MPI_WINDOW_SIZE"])
	}
	// A core whose module is replaced by code that is not here.
	if err := p.UseCore(Core{"config.h", []byte(coreHeaderText + "#define MBEDTLS_AES_ALT\n")}); err == nil || !strings.HasPrefix(err.Error(), "config.h:9: MBEDTLS_AES_ALT: ") {
		t.Errorf("got %v", err)
	}
}
