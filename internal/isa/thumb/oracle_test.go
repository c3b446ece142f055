package thumb

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tlslab/internal/testutil"
)

// need skips where the cross tools are missing, and fails where that would
// leave the package untested.
func need(t testing.TB) {
	t.Helper()
	testutil.Need(t, "arm-none-eabi-gcc", "arm-none-eabi-objdump")
}

// run runs a tool and returns what it prints.
func run(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, errs.Bytes())
	}
	return out
}

// target is one set of code generation flags and the port's sources for it.
type target struct {
	name  string
	flags []string
	opt   string
	as    []string // what objdump must be told: it takes ARMv8.1-M for ARMv8-M
}

var v81 = []string{"-marmv8.1-m.main"}

var targets = []target{
	{"m0", []string{"-mcpu=cortex-m0", "-mfloat-abi=soft"}, "-Os", nil},
	{"m3", []string{"-mcpu=cortex-m3", "-mfloat-abi=soft"}, "-Os", nil},
	{"m4", []string{"-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"}, "-O2", nil},
	{"m7", []string{"-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"}, "-O3", nil},
	{"m33", []string{"-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"}, "-Os", nil},
	{"m55", []string{"-mcpu=cortex-m55+nomve", "-mfloat-abi=hard"}, "-O2", v81},
}

// link compiles sources into an image at 64 KiB, where nothing is out of a
// branch's reach.
func link(t testing.TB, g target, sources ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), g.name+".elf")
	args := append([]string{"-mthumb", "-std=gnu11", g.opt, "-ffunction-sections", "-fdata-sections", "-w", "-fno-builtin",
		"-fno-tree-loop-distribute-patterns", "-I", "../../../core/port", "-isystem", "../../../core/port/include", "-nostdlib", "-static",
		"-Wl,-Ttext=0x10000", "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-warnings", "-o", out}, g.flags...)
	args = append(append(args, sources...), "-lgcc")
	if msg, err := exec.Command("arm-none-eabi-gcc", args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", g.name, err, msg)
	}
	return out
}

// line is one instruction as objdump prints it.
type line struct {
	addr     uint32
	len      int
	op       uint32 // the first halfword
	mnemonic string // without condition, flags and width
	operands string
}

var linePattern = regexp.MustCompile(`^\s*([0-9a-f]+):\t([0-9a-f]{4})(?: ([0-9a-f]{4}))?\s*\t(\S+)(?:\t([^;@]*))?`)

// disassemble returns the instructions objdump sees in an image.
func disassemble(t testing.TB, g target, path string) []line {
	t.Helper()
	var lines []line
	scan := bufio.NewScanner(bytes.NewReader(run(t, "arm-none-eabi-objdump", append([]string{"-d", "-z", path}, g.as...)...)))
	for scan.Scan() {
		m := linePattern.FindStringSubmatch(scan.Text())
		if m == nil || strings.HasPrefix(m[4], ".") {
			continue
		}
		addr, err := strconv.ParseUint(m[1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		op, err := strconv.ParseUint(m[2], 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		length := 2
		if m[3] != "" {
			length = 4
		}
		lines = append(lines, line{uint32(addr), length, uint32(op), m[4], strings.TrimSpace(m[5])})
	}
	return lines
}

// compare checks a program against objdump's reading of it.
func compare(t *testing.T, g target, path string) int {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load(image)
	if err != nil {
		t.Fatal(err)
	}
	lines := disassemble(t, g, path)
	seen := map[uint32]bool{}
	bad := 0
	for _, l := range lines {
		seen[l.addr] = true
		inst, ok := p.At(l.addr)
		if !ok {
			t.Errorf("%#x: %s %s: no instruction", l.addr, l.mnemonic, l.operands)
			bad++
			continue
		}
		if err := disagree(l, inst); err != nil {
			t.Errorf("%#x: %s %s: %v\n\t%+v", l.addr, l.mnemonic, l.operands, err, *inst)
			bad++
		}
		if bad > 20 {
			t.Fatal("too many")
		}
	}
	for _, inst := range p.Insts {
		if !seen[inst.Addr] {
			t.Errorf("%#x: %v, which objdump does not list", inst.Addr, inst.Class)
		}
	}
	if len(p.Unknown) > 0 {
		t.Errorf("unknown instructions: %#x", p.Unknown)
	}
	return len(lines)
}

// disagree compares one instruction with its text.
func disagree(l line, inst *Inst) error {
	want, known := classOf(l)
	stem := bare(l.mnemonic)
	switch {
	case stem == "nop" && inst.Class == ALU && inst.Reads == Core(8) && inst.Writes == Core(8):
		return nil // ARMv6-M's nop is mov r8, r8
	case !known:
		return fmt.Errorf("the test has no class for it")
	case int(inst.Len) != l.len:
		return fmt.Errorf("length %d, want %d", inst.Len, l.len)
	case inst.Class == Branch && inst.Cond && want == CondBranch: // in an IT block
	case inst.Class != want:
		return fmt.Errorf("class %v, want %v", inst.Class, want)
	}
	if target, ok := branchTarget(l); ok != inst.HasTarget || ok && target != inst.Target {
		return fmt.Errorf("target %#x, want %#x", inst.Target, target)
	}
	if delta, ok := spDelta(stem, l.operands); ok && (inst.SPUnknown || delta != inst.SPDelta) {
		return fmt.Errorf("SP %+d, unknown %v, want %+d", inst.SPDelta, inst.SPUnknown, delta)
	} else if !ok && inst.SPDelta != 0 {
		return fmt.Errorf("SP %+d, unexpected", inst.SPDelta)
	}
	if float := strings.HasPrefix(stem, "v"); float != inst.Float {
		return fmt.Errorf("floating point %v", inst.Float)
	}
	if part := partial.MatchString(stem); part != inst.Part {
		return fmt.Errorf("less than a word %v", inst.Part)
	}
	return registersDisagree(stem, l.operands, inst)
}

func TestOracleImages(t *testing.T) {
	need(t)
	sources, err := filepath.Glob("../../../core/port/libc/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	sources = append(sources, "testdata/mix.c")
	for _, g := range targets {
		t.Run(g.name, func(t *testing.T) {
			if n := compare(t, g, link(t, g, sources...)); n < 1000 {
				t.Errorf("only %d instructions", n)
			}
		})
	}
}

// The assembly files hold one or more of every form the classifier knows.
func TestOracleForms(t *testing.T) {
	need(t)
	for source, g := range map[string]target{
		"testdata/integer.s": {"dsp", []string{"-mcpu=cortex-m33"}, "-O0", nil},
		"testdata/float.s":   {"float", []string{"-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"}, "-O0", nil},
		"testdata/v81.s":     {"v81", []string{"-march=armv8.1-m.main+mve.fp", "-mfloat-abi=hard"}, "-O0", v81},
	} {
		t.Run(g.name, func(t *testing.T) {
			image := link(t, g, source)
			if n := compare(t, g, image); n < 20 {
				t.Errorf("only %d instructions", n)
			}
		})
	}
}
