package boards

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuiltinBoards: every file here is a board of its own name.
func TestBuiltinBoards(t *testing.T) {
	files, err := filepath.Glob("*.toml")
	if err != nil {
		t.Fatal(err)
	}
	names := Names()
	if len(names) == 0 || len(names) != len(files) {
		t.Fatalf("Names() = %q, and there are %d files", names, len(files))
	}
	for _, name := range names {
		b, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if b.Name != name {
			t.Errorf("%s.toml is the board %q", name, b.Name)
		}
		if len(b.Digest()) != 64 {
			t.Errorf("%s: digest %q", name, b.Digest())
		}
	}
}

// The figures a reader would look up first; the file names their sources.
func TestFigures(t *testing.T) {
	for _, c := range []struct {
		board      string
		hz         int64
		flash, ram uint64
		allRAM     uint64
	}{
		{"imxrt1052", 600e6, 64 << 20, 128 << 10, 512<<10 + 32<<20}, // FlexRAM 512 KiB + SDRAM
		{"stm32f407", 168e6, 1 << 20, 128 << 10, 192 << 10},
		{"stm32f103", 72e6, 512 << 10, 64 << 10, 64 << 10},
	} {
		b, err := Load(c.board)
		if err != nil {
			t.Fatal(err)
		}
		var all uint64
		for _, r := range b.Regions {
			if r.Kind == KindRAM {
				all += r.LengthBytes
			}
		}
		if b.ClockHz != c.hz || b.Flash().LengthBytes != c.flash || b.RAM().LengthBytes != c.ram || all != c.allRAM {
			t.Errorf("%s: %d Hz, flash %d, RAM %d of %d", c.board, b.ClockHz, b.Flash().LengthBytes, b.RAM().LengthBytes, all)
		}
	}
}

func TestUnknownBoard(t *testing.T) {
	_, err := Load("imxrt1025")
	var unknown *UnknownError
	if !errors.As(err, &unknown) {
		t.Fatalf("%v is no UnknownError", err)
	}
	if got, want := err.Error(), `board "imxrt1025": not known; did you mean imxrt1052?`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if _, err := Load("../boards/imxrt1052"); !errors.As(err, &unknown) {
		t.Errorf("a path as a name: %v", err)
	}
}

// TestBadFiles changes one thing of a good file and wants the one clear line.
func TestBadFiles(t *testing.T) {
	good, err := os.ReadFile("stm32f103.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "clock_hz ", "clock_khz", `x.toml:9: key "clock_khz" is not known (did you mean "clock_hz"?)`},
		{"unknown key of a region", "origin ", "orign ", `key "orign" is not known (did you mean "origin"?)`},
		{"type", "72_000_000", `"72 MHz"`, "x.toml:9: "},
		{"syntax", "72_000_000", "72 MHz", "x.toml:9: "},
		{"clock", "72_000_000", "72", "x.toml:9: clock_hz: 72: not in 1 000 000 to 2 000 000 000 Hz"},
		{"tick", "= 1000\n", "= 100000\n", "x.toml:10: rtos_tick_hz: 100000: not in 10 to 1 000 Hz"},
		{"name", `"stm32f103"`, `"STM 32"`, `x.toml:4: name: "STM 32": not of the form`},
		{"cpu", `"cortex-m3"`, `"cortex-m2"`, `cpu: CPU "cortex-m2": not known; did you mean cortex-m`},
		{"abi", `"soft"`, `"hard"`, `float_abi: "hard" needs an fpu`},
		{"kind", `kind         = "ram"`, `kind         = "rom"`, `region[1].kind: "rom": not flash or ram`},
		{"length", "= 65_536", "= 65_537", "region[1].length_bytes: 65537: not a multiple of 4"},
		{"overlap", "0x2000_0000", "0x0800_0000", "region: FLASH and SRAM overlap"},
		{"above 4 GiB", "0x2000_0000", "0xFFFF_FF00", "region[1].origin: 0xffffff00"},
		{"no source", `of   = "clock_hz"`, `of   = "clock"`, `clock_hz: has no [[source]]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(good), c.old, c.new, 1)
			if text == string(good) {
				t.Fatalf("%q is not in the file", c.old)
			}
			path := filepath.Join(t.TempDir(), "x.toml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := LoadFile(path)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestUserFile(t *testing.T) {
	good, err := os.ReadFile("stm32f103.toml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mine.toml")
	text := strings.Replace(string(good), `"stm32f103"`, `"mine"`, 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := LoadFile(path)
	if err != nil || b.Name != "mine" {
		t.Fatalf("%+v, %v", b, err)
	}
	if _, err := LoadFile(filepath.Join(t.TempDir(), "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
