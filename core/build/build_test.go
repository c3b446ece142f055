package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"

	"tlslab/boards"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/internal/testutil"
	"tlslab/profiles"
)

// needTools skips where a compiler is missing, but not in CI.
func needTools(t testing.TB) {
	t.Helper()
	for _, tool := range BuildTools {
		testutil.Need(t, tool.Name)
	}
}

// lab is what the tests with real compilers share: the pinned source (from
// the user's cache, so that it is fetched once), and a builder whose cache is
// empty at first.
var lab struct {
	once    sync.Once
	err     error
	dir     string // of the builder's cache
	src     *core.Source
	tools   *Toolchain
	builder *Builder
}

func TestMain(m *testing.M) {
	code := m.Run()
	if lab.dir != "" {
		os.RemoveAll(lab.dir)
	}
	os.Exit(code)
}

func realBuilder(t testing.TB) *Builder {
	t.Helper()
	needTools(t)
	lab.once.Do(func() {
		ctx := context.Background()
		user, err := os.UserCacheDir()
		if err != nil {
			lab.err = err
			return
		}
		if lab.src, lab.err = library.Resolve(ctx, "mbedtls-2.28", &core.Cache{Dir: filepath.Join(user, "tlslab")}, func(s string) { t.Log(s) }); lab.err != nil {
			return
		}
		if lab.tools, lab.err = FindToolchain(ctx); lab.err != nil {
			return
		}
		if lab.dir, lab.err = os.MkdirTemp("", "tlslab-core-test-*"); lab.err == nil {
			lab.builder, lab.err = NewBuilder(ctx, &core.Cache{Dir: lab.dir}, lab.tools)
		}
	})
	if lab.err != nil {
		t.Fatal(lab.err)
	}
	return lab.builder
}

// watch makes b tell which units it compiles: "wasm library/aes.c".
func watch(b *Builder) (compiled func() []string) {
	var mu sync.Mutex
	var units []string
	b.compiled = func(target, unit string) {
		mu.Lock()
		defer mu.Unlock()
		units = append(units, target+" "+unit)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := slices.Sorted(slices.Values(units))
		units = nil
		return out
	}
}

// specOf is the shipped profile's spec for a variant and scenario.
func specOf(t testing.TB, variant, scenario string) *core.Spec {
	t.Helper()
	p, err := profiles.Load("imxrt1052")
	if err != nil {
		t.Fatal(err)
	}
	s, err := profiles.LoadScenario(p, scenario)
	if err != nil {
		t.Fatal(err)
	}
	variants, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(variants, func(v profiles.Variant) bool { return v.Name == variant })
	if i < 0 {
		t.Fatalf("no variant %s", variant)
	}
	header, _, err := profiles.Render(variants[i], s)
	if err != nil {
		t.Fatal(err)
	}
	board, err := boards.Load("imxrt1052")
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile("../../certs/pem/rsa2048-root.pem")
	if err != nil {
		t.Fatal(err)
	}
	return &core.Spec{Source: lab.src, Role: core.Client, Header: header, Board: board, WasmOpt: "-O2", ARMOpt: "-O2", StackBytes: 16384, HeapBytes: 65536,
		Material: core.Material{Hostname: "localhost", Request: "GET / HTTP/1.0\r\n\r\n", Root: root}}
}

const (
	optimised = "rtthread-optimised"
	rsa       = "rsa-aes256-cbc-sha256"
)

func build(t testing.TB, b *Builder, spec *core.Spec) *core.Image {
	t.Helper()
	img, err := b.Build(context.Background(), spec)
	if err != nil {
		var te *core.ToolError
		if errors.As(err, &te) {
			t.Log(te.Output)
		}
		t.Fatal(err)
	}
	return img
}

// The same spec, built in another directory by another builder, is the same
// image, byte for byte; and no path of this machine is in it.
func TestBuildIsReproducible(t *testing.T) {
	testutil.Nightly(t)
	b := realBuilder(t)
	spec := specOf(t, optimised, rsa)
	first := build(t, b, spec)
	other, err := NewBuilder(context.Background(), &core.Cache{Dir: filepath.Join(t.TempDir(), "a directory", "with another name")}, lab.tools)
	if err != nil {
		t.Fatal(err)
	}
	// The source lies elsewhere too.
	moved := *spec
	copyOf := filepath.Join(t.TempDir(), "source")
	for _, d := range []string{"include", "library"} {
		if err := os.CopyFS(filepath.Join(copyOf, d), os.DirFS(filepath.Join(lab.src.Dir, d))); err != nil {
			t.Fatal(err)
		}
	}
	if moved.Source, err = core.Open(lab.src.Core, copyOf, library.All); err != nil {
		t.Fatal(err)
	}
	second := build(t, other, &moved)
	if !bytes.Equal(first.WASM, second.WASM) || first.Digest != second.Digest {
		t.Errorf("modules differ: %d bytes %s, %d bytes %s", len(first.WASM), first.Digest, len(second.WASM), second.Digest)
	}
	if fmt.Sprint(first.Sizes) != fmt.Sprint(second.Sizes) {
		t.Errorf("sizes differ:\n%v\n%v", first.Sizes, second.Sizes)
	}
	if !maps.Equal(first.Options, second.Options) {
		t.Error("options differ")
	}
	key1, err1 := b.Key(spec)
	key2, err2 := other.Key(&moved)
	if err1 != nil || err2 != nil || key1 != key2 {
		t.Errorf("keys %s and %s, errors %v, %v", key1, key2, err1, err2)
	}
	images := [][]byte{first.WASM}
	for _, f := range filesIn(t, filepath.Join(b.Cache.Dir, "linked")) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, data)
	}
	if len(images) < 4 { // the module, its file, and two ELF
		t.Errorf("%d images looked at", len(images))
	}
	home, _ := os.UserHomeDir()
	for i, img := range images {
		for _, p := range []string{b.Cache.Dir, lab.src.Dir, os.TempDir() + "/", home + "/", "tlslab_config", "object/"} {
			if p != "/" && bytes.Contains(img, []byte(p)) {
				t.Errorf("image %d contains %q", i, p)
			}
		}
	}
}

func TestBuildAgain(t *testing.T) {
	b := realBuilder(t)
	spec := specOf(t, optimised, rsa)
	want := build(t, b, spec)
	// A new process: nothing is compiled, nothing asked of any tool.
	again, err := NewBuilder(context.Background(), b.Cache, lab.tools)
	if err != nil {
		t.Fatal(err)
	}
	compiled := watch(again)
	for range cap(again.slots) {
		again.slots <- struct{}{} // no process can start
	}
	if got := build(t, again, spec); got.Digest != want.Digest {
		t.Errorf("digest %s, want %s", got.Digest, want.Digest)
	}
	if units := compiled(); len(units) > 0 {
		t.Errorf("compiled again: %q", units)
	}
	// Another revision of this program puts it together from cached objects.
	again, err = NewBuilder(context.Background(), b.Cache, lab.tools)
	if err != nil {
		t.Fatal(err)
	}
	again.Revision = "another"
	compiled = watch(again)
	if got := build(t, again, spec); got.Digest != want.Digest {
		t.Errorf("digest %s, want %s", got.Digest, want.Digest)
	}
	if units := compiled(); len(units) > 0 {
		t.Errorf("compiled again: %q", units)
	}
}

// A knob recompiles what it touches, and nothing else.
func TestOneKnob(t *testing.T) {
	b := realBuilder(t)
	build(t, b, specOf(t, optimised, rsa))
	compiled := watch(b)
	defer func() { b.compiled = nil }()
	for _, c := range []struct{ variant, want string }{
		{"MPI_WINDOW_SIZE=3", "arm library/bignum.c, wasm library/bignum.c, wasm options.c"},
		{"AES_ROM_TABLES=off", "arm library/aes.c, wasm library/aes.c, wasm options.c"},
		{"MPI_WINDOW_SIZE=3", ""},
	} {
		compiled()
		build(t, b, specOf(t, optimised+"/"+c.variant, rsa))
		if got := strings.Join(compiled(), ", "); got != c.want {
			t.Errorf("%s recompiles %q, want %q", c.variant, got, c.want)
		}
	}
	// Another root certificate is one generated file.
	spec := specOf(t, optimised, rsa)
	spec.Material.Hostname = "other"
	build(t, b, spec)
	if got, want := strings.Join(compiled(), ", "), "arm scenario.c, arm scenario.c, wasm scenario.c"; got != want {
		t.Errorf("another host name recompiles %q, want %q", got, want)
	}
}

// An option whose value is another macro: changing only that one counts.
func TestMacroThroughMacro(t *testing.T) {
	b := realBuilder(t)
	spec := specOf(t, optimised, rsa)
	spec.Board = nil
	with := func(size string) *core.Image {
		s := *spec
		s.Header = bytes.Replace(spec.Header, []byte("MBEDTLS_MPI_WINDOW_SIZE 2"), []byte("MY_SIZE "+size+"\n#define MBEDTLS_MPI_WINDOW_SIZE MY_SIZE"), 1)
		if bytes.Equal(s.Header, spec.Header) {
			t.Fatal("the header has no MPI_WINDOW_SIZE 2")
		}
		return build(t, b, &s)
	}
	two, five := with("2"), with("5")
	if two.Options["MBEDTLS_MPI_WINDOW_SIZE"] != "2" || five.Options["MBEDTLS_MPI_WINDOW_SIZE"] != "5" {
		t.Errorf("options %q and %q", two.Options["MBEDTLS_MPI_WINDOW_SIZE"], five.Options["MBEDTLS_MPI_WINDOW_SIZE"])
	}
	plain := *spec
	plain.Header = bytes.Replace(spec.Header, []byte("MBEDTLS_MPI_WINDOW_SIZE 2"), []byte("MBEDTLS_MPI_WINDOW_SIZE 5"), 1)
	if want := build(t, b, &plain); five.Digest != want.Digest {
		t.Error("a size of 5 by another macro is not the image of a size of 5")
	}
}

// without drops the lines that define an option; with adds one.
// filesIn lists the regular files below dir.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func quiet(string) {}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

func without(header []byte, option string) []byte {
	return bytes.ReplaceAll(header, []byte("#define MBEDTLS_"+option+"\n"), nil)
}

func with(header []byte, lines string) []byte {
	return bytes.Replace(header, []byte("#include \"mbedtls/check_config.h\""), []byte(lines+"\n#include \"mbedtls/check_config.h\""), 1)
}

// A file that a header includes and that is not there is no finding about the
// configuration: what it says is not known.
func TestMissingInclude(t *testing.T) {
	b := realBuilder(t)
	spec := specOf(t, optimised, rsa)
	spec.Header = with(spec.Header, "#include \"board_alt.h\"")
	_, err := b.Build(context.Background(), spec)
	var ie *core.IncludeError
	if !errors.As(err, &ie) || ie.Name != "board_alt.h" || !strings.HasPrefix(ie.At, "config header:") {
		t.Fatalf("error %T: %v", err, err)
	}
	if _, err := b.Options(context.Background(), spec); !errors.As(err, &ie) {
		t.Errorf("error %T: %v", err, err)
	}
	// Beside the header, named relative to where the command runs, it is found.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "board_alt.h"), []byte("#define MBEDTLS_MPI_WINDOW_SIZE 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	spec.Header = with(without(specOf(t, optimised, rsa).Header, "MPI_WINDOW_SIZE"), "#include \"board_alt.h\"")
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(cwd, dir)
	if err != nil {
		t.Fatal(err)
	}
	spec.HeaderDirs = []string{rel}
	options, err := b.Options(context.Background(), spec)
	if err != nil || options["MBEDTLS_MPI_WINDOW_SIZE"] != "5" || len(options) < 40 {
		t.Errorf("%d options, a window of %q, %v", len(options), options["MBEDTLS_MPI_WINDOW_SIZE"], err)
	}
}

func TestConfigurationsThatDoNotBuild(t *testing.T) {
	b := realBuilder(t)
	header := specOf(t, optimised, rsa).Header
	for _, c := range []struct {
		name   string
		header []byte
		what   string // begins with
		has    string
		option string
		both   bool // for both targets: whichever fails first, the words are the same
	}{
		{"GCM without a cipher", []byte("#define MBEDTLS_GCM_C\n#include \"mbedtls/check_config.h\"\n"),
			"check_config.h:", "MBEDTLS_GCM_C defined, but not all prerequisites", "GCM_C", true},
		{"ECDHE-RSA without ECDH", without(with(header, "#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED"), "ECDH_C"),
			"check_config.h:", "MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED defined, but not all prerequisites", "KEY_EXCHANGE_ECDHE_RSA_ENABLED", true},
		{"a broken directive", with(header, "#if"), "config header:", "expected value in expression", "", true},
		{"no client", without(header, "SSL_CLI_C"), "client.c:", "MBEDTLS_SSL_CLI_C is needed: the guest is a TLS client", "SSL_CLI_C", false},
		{"an entropy seed in a file", with(header, "#define MBEDTLS_FS_IO\n#define MBEDTLS_ENTROPY_NV_SEED"),
			"link: undefined symbol: f", "", "", false}, // fopen, fread, fwrite or fclose
		{"an implementation of one's own that is not there", with(header, "#define MBEDTLS_SHA256_PROCESS_ALT"),
			"link: undefined symbol: mbedtls_internal_sha256_process", "", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := specOf(t, optimised, rsa)
			spec.Header = c.header
			if !c.both {
				spec.Board = nil
			}
			_, err := b.Build(context.Background(), spec)
			var be *core.BuildError
			if !errors.As(err, &be) {
				t.Fatalf("error %T: %v", err, err)
			}
			if !strings.HasPrefix(be.What, c.what) || !strings.Contains(be.What, c.has) || be.Option != c.option || be.Output == "" {
				t.Errorf("%q, option %q; want %q ... %q, %q", be.What, be.Option, c.what, c.has, c.option)
			}
			if strings.Contains(be.What, b.Cache.Dir) {
				t.Errorf("a path of this machine in %q", be.What)
			}
			// The same words from another builder, whatever finished first.
			again, nerr := NewBuilder(context.Background(), &core.Cache{Dir: b.Cache.Dir}, lab.tools)
			if nerr != nil {
				t.Fatal(nerr)
			}
			if _, err2 := again.Build(context.Background(), spec); err2 == nil || err2.Error() != err.Error() {
				t.Errorf("again: %v, first: %v", err2, err)
			}
		})
	}
}

// What a user's header includes from its own directory is part of the image.
func TestHeaderDirs(t *testing.T) {
	testutil.Nightly(t)
	b := realBuilder(t)
	dir := t.TempDir()
	spec := specOf(t, optimised, rsa)
	spec.Board = nil
	spec.HeaderDirs = []string{dir}
	spec.Header = with(without(spec.Header, "AES_ROM_TABLES"), "#include \"mine.h\"\n#define MBEDTLS_THREADING_C\n#define MBEDTLS_THREADING_ALT")
	threading := "typedef struct { char size[%d]; } mbedtls_threading_mutex_t;\n"
	write(t, filepath.Join(dir, "mine.h"), "/* nothing */\n")
	write(t, filepath.Join(dir, "threading_alt.h"), fmt.Sprintf(threading, 4))
	fresh := func() *core.Image { // as the next process would
		nb, err := NewBuilder(context.Background(), b.Cache, lab.tools)
		if err != nil {
			t.Fatal(err)
		}
		return build(t, nb, spec)
	}
	first := fresh()
	write(t, filepath.Join(dir, "mine.h"), "#define MBEDTLS_AES_ROM_TABLES\n")
	second := fresh()
	if _, ok := second.Options["MBEDTLS_AES_ROM_TABLES"]; !ok || first.Digest == second.Digest {
		t.Error("a changed include of the header is not seen")
	}
	// A file that only the library includes.
	write(t, filepath.Join(dir, "threading_alt.h"), fmt.Sprintf(threading, 64))
	if third := fresh(); third.Digest == second.Digest {
		t.Error("a changed threading_alt.h is not seen")
	}
	write(t, filepath.Join(dir, "mine.h"), "/* nothing */\n")
	write(t, filepath.Join(dir, "threading_alt.h"), fmt.Sprintf(threading, 4))
	if back := fresh(); back.Digest != first.Digest {
		t.Error("the first state again gives another image")
	}
}

var hostFunctions = []string{"host_entropy", "host_event", "host_exit", "host_log", "host_monotonic_us", "host_recv", "host_rtc_s", "host_send"}

// A guest imports functions of port.h and nothing else: no WASI, no libc.
func TestImports(t *testing.T) {
	b := realBuilder(t)
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer r.Close(ctx)
	for _, variant := range []string{optimised, "rtthread-default"} {
		spec := specOf(t, variant, rsa)
		spec.Board = nil
		m, err := r.CompileModule(ctx, build(t, b, spec).WASM)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range m.ImportedFunctions() {
			mod, name, _ := f.Import()
			if mod != "tlslab" || !slices.Contains(hostFunctions, name) {
				t.Errorf("%s imports %s.%s", variant, mod, name)
			}
			names = append(names, name)
		}
		if len(names) > 10 || len(m.ImportedMemories()) > 0 {
			t.Errorf("%s imports %q and %d memories", variant, names, len(m.ImportedMemories()))
		}
		exports := slices.Sorted(maps.Keys(m.ExportedFunctions()))
		if want := []string{"tlslab_boot", "tlslab_heap_mark", "tlslab_step"}; !slices.Equal(exports, want) {
			t.Errorf("%s exports %q, want %q", variant, exports, want)
		}
	}
}

// An image too big for its board is built all the same, and by how much is
// told to the byte.
func TestTooBigForTheBoard(t *testing.T) {
	b := realBuilder(t)
	spec := specOf(t, optimised, rsa)
	sizes := func(flashBytes, ramBytes uint64) *core.Sizes {
		s := *spec
		s.Board = tiny(flashBytes, ramBytes)
		return build(t, b, &s).Sizes
	}
	roomy := sizes(1<<20, 1<<20)
	if roomy.FlashOver != 0 || roomy.RAMOver != 0 || roomy.RO <= 0 || roomy.ZI <= 0 {
		t.Fatalf("sizes %+v", roomy)
	}
	tight := sizes(1000, 2000)
	flash, ram := tight.FlashOver+1000, tight.RAMOver+2000 // the whole image
	if tight.FlashOver <= 0 || tight.RAMOver <= 0 || ram < int64(spec.StackBytes+spec.HeapBytes) {
		t.Fatalf("sizes %+v", tight)
	}
	for _, over := range []int64{0, 1} {
		s := sizes(uint64(flash-over), uint64(ram-over))
		if s.FlashOver != over || s.RAMOver != over {
			t.Errorf("over %d: flash over %d, RAM over %d", over, s.FlashOver, s.RAMOver)
		}
		if s.RO != roomy.RO || s.RW != roomy.RW || s.ZI != roomy.ZI {
			t.Errorf("the board's room changes the sizes: %+v, %+v", s, roomy)
		}
	}
	if tight.Functions["mbedtls_ssl_handshake_step"] <= 0 || tight.Functions["mbedtls_ssl_handshake_server_step"] != 0 {
		t.Error("functions: the client's is missing, or the server's is there")
	}
}

func TestCancelledBuild(t *testing.T) {
	b := realBuilder(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	spec := specOf(t, optimised, rsa)
	spec.Header = append(spec.Header, "/* not built before */\n"...)
	if _, err := b.Build(ctx, spec); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestMissingTool(t *testing.T) {
	_, err := Tool{Name: "no-such-tool", Package: "its-package"}.Version(context.Background())
	var te *core.ToolError
	if !errors.As(err, &te) || te.Error() != "no-such-tool: not found; install it with: apt-get update && apt-get install -y --no-install-recommends its-package" {
		t.Errorf("error %v", err)
	}
	if err := EnsureTools(context.Background(), nil, quiet); err != nil {
		t.Errorf("nothing missing: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := FindToolchain(context.Background()); !errors.As(err, &te) || te.Tool != "clang" || te.Install == "" {
		t.Errorf("error %v", err)
	}
	err = EnsureTools(context.Background(), BuildTools, quiet)
	if !errors.As(err, &te) || !strings.Contains(te.Install, "clang lld gcc-arm-none-eabi") {
		t.Errorf("error %v", err)
	}
}
