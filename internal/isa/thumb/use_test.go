package thumb

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// at is a program of one function of these halfwords, at 0x1000, and another
// behind it.
func at(halfwords ...uint16) (*Program, Function) {
	p := new(Program)
	code := encode(halfwords...)
	p.decodeRange(append(code, encode(0x4770)...), 0x1000)
	end := 0x1000 + uint32(len(code))
	p.Functions = []Function{{"f", 0x1000, end}, {"next", end, end + 2}}
	p.markReturns()
	return p, p.Functions[0]
}

func TestUse(t *testing.T) {
	const next = 0x100 // stands for the address behind the function
	for _, c := range []struct {
		name  string
		code  []uint16
		want  Use
		calls []uint32
	}{
		{"nothing", []uint16{0x4770}, Use{Known: true}, nil},
		{"push, sub, call, pop", []uint16{0xb510, 0xb082, 0xf7ff, 0xfffa, 0xb002, 0xbd10}, Use{Bytes: 16, Known: true}, []uint32{0xffc}},
		{"two ways, one with a frame", []uint16{0xb108, 0xb510, 0xbd10, 0x4770}, Use{Bytes: 8, Known: true}, nil},
		{"two frames for one place", []uint16{0xb100, 0xb510, 0xbd10}, Use{Bytes: 8}, nil},
		{"conditional return", []uint16{0xb510, 0xbf08, 0xbd10, 0xbd10}, Use{Bytes: 8, Known: true}, nil},
		{"alloca", []uint16{0xb580, 0xebad, 0x0d00, 0xbd80}, Use{Bytes: 8}, nil},
		{"through a register", []uint16{0xb508, 0x4798, 0xbd08}, Use{Bytes: 8, Known: true, Indirect: true}, nil},
		{"tail call through a register", []uint16{0x4718}, Use{Known: true, Indirect: true}, nil},
		{"tail call", []uint16{0xf000, 0xb800}, Use{Known: true}, []uint32{next}},
		{"falls into the next", []uint16{0xbf00}, Use{Known: true}, []uint32{next}},
		{"call that does not return", []uint16{0xf7ff, 0xfffe}, Use{Known: true}, []uint32{0x1000}},
		{"code behind a jump table", []uint16{0xb510, 0xe8df, 0xf000, 0x4770, 0xb082, 0xbd10}, Use{Bytes: 16, Known: true}, nil},
		{"empty", nil, Use{Known: true}, nil},
	} {
		p, f := at(c.code...)
		for i, a := range c.calls {
			if a == next {
				c.calls[i] = f.End
			}
		}
		got := p.Use(f)
		if !slices.Equal(got.Calls, c.calls) {
			t.Errorf("%s: calls %#x, want %#x", c.name, got.Calls, c.calls)
		}
		got.Calls = nil
		if got.Bytes != c.want.Bytes || got.Known != c.want.Known || got.Indirect != c.want.Indirect {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

var statement = regexp.MustCompile(`^.*:\d+:\d+:(\S+)\t(\d+)\t(\S+)$`)

// variadic are the functions whose frames gcc 12 understates: it leaves out the
// arguments they push.
var variadic = []string{"variadic", "snprintf", "printf"}

// TestUseAgainstCompiler: gcc says of each function how much stack it takes
// (-fstack-usage), the code says it again.
func TestUseAgainstCompiler(t *testing.T) {
	need(t)
	for _, g := range targets {
		dir := t.TempDir()
		var sources []string
		said := map[string][2]string{}
		for _, source := range []string{"testdata/mix.c", "../../../core/port/arena.c", "../../../core/port/libc/string.c", "../../../core/port/libc/format.c", "../../../core/port/libc/misc.c"} {
			object := filepath.Join(dir, strings.ReplaceAll(source, "/", "_")+".o")
			args := append([]string{"-mthumb", "-std=gnu11", g.opt, "-ffunction-sections", "-w", "-fno-builtin", "-fno-tree-loop-distribute-patterns",
				"-I", "../../../core/port", "-isystem", "../../../core/port/include", "-fstack-usage", "-c", "-o", object, source}, g.flags...)
			if msg, err := exec.Command("arm-none-eabi-gcc", args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, msg)
			}
			sources = append(sources, object)
			su, err := os.ReadFile(strings.TrimSuffix(object, ".o") + ".su")
			if err != nil {
				t.Fatal(err)
			}
			for line := range bytes.Lines(su) {
				if m := statement.FindStringSubmatch(strings.TrimSpace(string(line))); m != nil {
					said[m[1]] = [2]string{m[2], m[3]}
				}
			}
		}
		image, err := os.ReadFile(link(t, g, sources...))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Load(image)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, f := range p.Functions {
			s, ok := said[f.Name]
			if !ok {
				continue
			}
			u := p.Use(f)
			n, err := strconv.Atoi(s[0])
			if err != nil {
				t.Fatal(err)
			}
			agrees := u.Known && int(u.Bytes) == n
			switch {
			case slices.Contains(variadic, f.Name):
				agrees = u.Known && int(u.Bytes) > n
			case s[1] == "dynamic":
				agrees = !u.Known
			case f.Name == "big" && g.name == "m0": // its frame is a constant in a register
				agrees = !u.Known && int(u.Bytes) < n
			}
			compared++
			if !agrees {
				t.Errorf("%s: %s: %+v, the compiler says %v", g.name, f.Name, u, s)
			}
		}
		if compared < 30 {
			t.Errorf("%s: only %d functions compared", g.name, compared)
		}
	}
}
