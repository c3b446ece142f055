package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tlslab/boards"
	"tlslab/core"
)

// Tool is one program the build needs and the Debian package that has it.
type Tool struct {
	Name    string
	Package string
	Use     string
	Ask     string // argument that prints the version; "" is --version
	Of      string // "" for a program; else the compiler that has to find the file Name
}

// find is an error where a tool is not there.
func (t Tool) find() error {
	if t.Of == "" {
		_, err := exec.LookPath(t.Name)
		return err
	}
	// A file that it does not find gcc gives back as it is.
	out, err := exec.Command(t.Of, "-print-file-name="+t.Name).Output()
	if err == nil && strings.TrimSpace(string(out)) == t.Name {
		err = exec.ErrNotFound
	}
	return err
}

// BuildTools are what Build calls.
var BuildTools = []Tool{
	{Name: "clang", Package: "clang", Use: "compiles the guest to WebAssembly"},
	{Name: "wasm-ld", Package: "lld", Use: "links the WebAssembly module"},
	{Name: "arm-none-eabi-gcc", Package: "gcc-arm-none-eabi", Use: "builds the Cortex-M image that code size is read from"},
}

// binutils is the linker behind gcc, installed with it.
var binutils = Tool{Name: "arm-none-eabi-ld", Package: "binutils-arm-none-eabi", Use: "links the Cortex-M image"}

// Version asks a tool for its first line of --version.
func (t Tool) Version(ctx context.Context) (string, error) {
	if err := t.find(); err != nil {
		return "", &core.ToolError{Tool: t.Name, Install: InstallCommand([]string{t.Package}), Err: err}
	}
	if t.Of != "" {
		return "there", nil
	}
	ask := t.Ask
	if ask == "" {
		ask = "--version"
	}
	cmd := exec.CommandContext(ctx, t.Name, ask)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", &core.ToolError{Tool: t.Name, Err: err, Output: string(out)}
	}
	if len(out) == 0 { // nginx
		out = []byte(stderr.String())
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(first), nil
}

// InstallCommand is what a person types to install Debian packages.
func InstallCommand(packages []string) string {
	return "apt-get update && apt-get install -y --no-install-recommends " + strings.Join(packages, " ")
}

// EnsureTools installs the Debian packages of tools that are missing, when it
// may (root, apt-get); else its error is the exact command to type.
func EnsureTools(ctx context.Context, tools []Tool, say func(string)) error {
	var missing, packages []string
	for _, t := range tools {
		if err := t.find(); err != nil {
			missing = append(missing, t.Name)
			packages = append(packages, t.Package)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	command := InstallCommand(packages)
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		if os.Geteuid() != 0 {
			command = strings.ReplaceAll(command, "apt-get", "sudo apt-get")
		}
		return &core.ToolError{Tool: strings.Join(missing, ", "), Install: command, Err: exec.ErrNotFound}
	}
	say("installing missing tools: " + command)
	for _, args := range [][]string{{"update"}, append([]string{"install", "-y", "--no-install-recommends"}, packages...)} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return &core.ToolError{Tool: "apt-get " + args[0], Err: fmt.Errorf("%w: %s", err, core.LastLine(out)), Output: string(out)}
		}
	}
	for _, t := range tools {
		if err := t.find(); err != nil {
			return &core.ToolError{Tool: t.Name, Install: command, Err: err}
		}
	}
	return nil
}

// Toolchain is the set of compilers found on this machine.
type Toolchain struct {
	Versions   map[string]string // tool -> first line of --version
	gccInclude string            // gcc's own headers (stddef.h, stdarg.h)
}

// files are the digests of the tools' own files, by their names: a compiler put
// in another's place may say that it is the same.
func (tc *Toolchain) files(store *core.Cache) (map[string]string, error) {
	sums := map[string]string{}
	for _, tools := range behind {
		for _, name := range tools {
			path, err := exec.LookPath(name)
			if name == "cc1" { // the compiler proper lies beside its headers
				path, err = filepath.Join(filepath.Dir(tc.gccInclude), name), nil
			}
			if err == nil {
				sums[name], err = store.FileDigest(path)
			}
			if err != nil && !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, fs.ErrNotExist) {
				return nil, &core.ToolError{Tool: name, Err: err}
			}
		}
	}
	return sums, nil // of one that is not there the build will say so
}

// FindToolchain looks for every build tool and its version.
func FindToolchain(ctx context.Context) (*Toolchain, error) {
	tc := &Toolchain{Versions: map[string]string{}}
	tools := append(slices.Clone(BuildTools), binutils)
	versions, errs := make([]string, len(tools)), make([]error, len(tools))
	var wg sync.WaitGroup
	for i, t := range tools {
		wg.Go(func() { versions[i], errs[i] = t.Version(ctx) })
	}
	wg.Wait()
	for i, t := range tools {
		if errs[i] != nil {
			return nil, errs[i]
		}
		tc.Versions[t.Name] = versions[i]
	}
	out, err := exec.CommandContext(ctx, "arm-none-eabi-gcc", "-print-file-name=include").Output()
	if err != nil {
		return nil, &core.ToolError{Tool: "arm-none-eabi-gcc", Err: err}
	}
	tc.gccInclude = strings.TrimSpace(string(out))
	return tc, nil
}

// target is one of the two machines code is built for.
type target struct {
	name  string // "wasm" or "arm"
	cc    string
	flags []string // code generation
	sys   []string // where system headers are, and are not
}

// wasmFlags: MVP only, what the rewriter meters; short enums as on ARM (AAPCS),
// so that heap blocks have the same size on both machines. An allocator that is
// no builtin keeps what is allocated and freed unused: clang drops such pairs,
// and with them heap that a device takes.
func wasmFlags(opt string) []string {
	return []string{"--target=wasm32-unknown-unknown", "-mcpu=mvp", "-mmutable-globals", "-fshort-enums",
		"-fno-builtin-malloc", "-fno-builtin-free", "-fno-builtin-calloc", "-fno-builtin-realloc",
		"-std=gnu11", opt, "-ffunction-sections", "-fdata-sections", "-w"}
}

// armFlags: the CPU from the board; sections so that the linker drops what is
// not called, as firmware builds do. gcc drops only pairs whose memory nobody
// even compares with NULL, and keeps them where free alone is no builtin; the
// other three would change code all over the library (up to 1 % of a file).
func armFlags(cpu, fpu, floatABI, opt string) []string {
	flags := []string{"-mcpu=" + cpu, "-mthumb", "-mfloat-abi=" + floatABI}
	if fpu != "" && floatABI != "soft" {
		flags = append(flags, "-mfpu="+fpu)
	}
	if strings.HasPrefix(cpu, "cortex-a") {
		flags = append(flags, "-mno-unaligned-access") // it faults while the MMU is off
	}
	flags = append(append(flags, "-std=gnu11"), strings.Fields(opt)...)
	return append(flags, "-fno-builtin-free", "-ffunction-sections", "-fdata-sections", "-w")
}

// lto says that code is made when all files are linked, not file by file.
func (t target) lto() bool { return slices.Contains(t.flags, "-flto") }

// libcFlags keep the compiler from turning port/libc's loops, and the arena's
// malloc with a memset, into calls of the very functions they implement.
func (t target) libcFlags() []string {
	if t.name == "wasm" {
		return []string{"-fno-builtin"}
	}
	return []string{"-fno-builtin", "-fno-tree-loop-distribute-patterns"}
}

func (tc *Toolchain) wasm(opt, portDir string) target {
	return target{"wasm", "clang", wasmFlags(opt), []string{"-nostdlibinc", "-isystem", portDir + "/include"}}
}

func (tc *Toolchain) arm(spec *core.Spec, portDir string) target {
	return target{"arm", "arm-none-eabi-gcc", armFlags(spec.Board.CPU, spec.Board.FPU, spec.Board.FloatABI, spec.ARMOpt),
		[]string{"-nostdinc", "-isystem", portDir + "/include", "-isystem", tc.gccInclude}}
}

// wasmLinkArgs is wasm-ld's argv without objects. The stack comes first, so
// that running past its end leaves memory and traps; the memory's size is set
// when the guest starts.
func wasmLinkArgs(out string, stackBytes uint32, role core.Role) []string {
	args := []string{"-o", out, "--no-entry", "--gc-sections", "--strip-debug", "--stack-first",
		"-z", fmt.Sprintf("stack-size=%d", stackBytes),
		fmt.Sprintf("--initial-memory=%d", wasmMemoryBytes), fmt.Sprintf("--max-memory=%d", wasmMemoryBytes),
		"--export=__heap_base", "--export=__stack_pointer", "--export=tlslab_heap_live"}
	if role == core.Server {
		args = append(args, "--export=tlslab_params", "--export=tlslab_params_cap")
	}
	return args
}

// wasmMemoryBytes is the room linked for; Start caps it to the byte. Largest
// heap a profile may ask for (16 MiB) plus data and stack.
const wasmMemoryBytes = 32 << 20

// keptLibc are C library functions any firmware has: both the image with TLS
// and the one without keep them, so that they don't count as TLS.
var keptLibc = []string{"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp", "strncmp",
	"strchr", "strstr", "snprintf", "printf", "calloc", "realloc", "free", "time", "gmtime_r", "exit", "abort"}

// armLinkArgs is gcc's argv for the final link, without objects.
func armLinkArgs(out, script string, flags []string) []string {
	args := append([]string{}, flags...)
	args = append(args, "-o", out, "-nostdlib", "-static", "-Wl,--gc-sections", "-Wl,--build-id=none", "-T", script)
	for _, f := range keptLibc {
		args = append(args, "-Wl,--undefined="+f)
	}
	return args
}

// WasmFlags are the code generation flags of the WASM target, for provenance.
func (b *Builder) WasmFlags(opt string) []string { return wasmFlags(opt) }

// ARMFlags are the code generation flags of the Cortex-M target.
func (b *Builder) ARMFlags(board *boards.Board, opt string) []string {
	return armFlags(board.CPU, board.FPU, board.FloatABI, opt)
}
