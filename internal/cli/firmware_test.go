package cli

import (
	"bytes"
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/boards"
	"tlslab/core/build"
	"tlslab/internal/testutil"
)

// Firmware builds for every board that has a serial port; of one without, the
// error says so.
func TestFirmwareOfEveryBoard(t *testing.T) {
	t.Parallel()
	need(t, build.BuildTools...)
	testutil.Nightly(t)
	with := 0
	for _, name := range boards.Names() {
		b, err := boards.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		profile, image := filepath.Join(dir, "p.toml"), filepath.Join(dir, "firmware.elf")
		text := "name = \"p\"\nboard = \"" + name + "\"\nscenarios = [\"psk-aes128-ccm8\"]\n[compiler]\narm = \"-Os\"\n[memory]\nheap_bytes = 8192\nstack_bytes = 4096\n" +
			"[[config]]\nname = \"c\"\nbase = \"rtthread-optimised-2018\"\n[config.set]\nSSL_MAX_CONTENT_LEN = 1024\n"
		if err := os.WriteFile(profile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		status := Main([]string{"firmware", profile, "-o", image}, &stdout, &stderr)
		if b.UART == nil {
			if status != exitTool || !strings.Contains(stderr.String(), "board "+name+": has no [uart]") {
				t.Errorf("%s: status %d, %s", name, status, stderr.String())
			}
			continue
		}
		with++
		if status != exitFine {
			t.Errorf("%s: status %d: %s", name, status, stderr.String())
			continue
		}
		f, err := elf.Open(image)
		if err != nil {
			t.Fatal(err)
		}
		if entry := f.Entry; entry < b.Flash().Origin || entry >= b.Flash().Origin+b.Flash().LengthBytes {
			t.Errorf("%s: entry at %#x", name, entry)
		}
		f.Close()
	}
	if with < 7 {
		t.Errorf("%d boards have a serial port", with)
	}
}
