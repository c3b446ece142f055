package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core"
	"tlslab/core/library/mbedtls"
	"tlslab/internal/testutil"
)

// filesIn lists the regular files below dir, a cache's own files left out.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && e.Name() == "lease" {
			return fs.SkipDir
		}
		if err == nil && e.Type().IsRegular() && e.Name() != "lock" && e.Name() != "looked-at" {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

type entry struct {
	name string
	body string
	kind byte
	link string
}

func tarball(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.body)), Typeflag: e.kind, Linkname: e.link}
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const versionH = "#define MBEDTLS_VERSION_STRING         \"2.28.99\"\n"

func TestUntar(t *testing.T) {
	dir := t.TempDir()
	err := untar(tarball(t,
		entry{name: "top/", kind: tar.TypeDir}, entry{name: "top/a/b.c", body: "b"}, entry{name: "README", body: "no directory"},
		entry{name: "top/link", kind: tar.TypeSymlink, link: "/etc/passwd"}, entry{name: "top/hard", kind: tar.TypeLink, link: "top/a/b.c"},
		entry{name: "top/fifo", kind: tar.TypeFifo}, entry{name: "top/a/b.c", body: "later"}), dir)
	if err != nil {
		t.Fatal(err)
	}
	files := filesIn(t, dir)
	if len(files) != 1 || files[0] != filepath.Join(dir, "a", "b.c") {
		t.Errorf("files %q", files)
	}
	if got, _ := os.ReadFile(files[0]); string(got) != "later" {
		t.Errorf("the file is %q, want the last entry", got)
	}
}

// top/a.c, "int a;", as tar and bzip2 make it: Go has no compressor for it.
const bzipped = "QlpoOTFBWSZTWTBiSs4AAHv7hMmQAEhAAeWIACBoId4AAACACCAAVDKjajT0QAekG1BJUwmgaAA9TQ33E3vQgsiAkQykaXQiTqSQODVw9nX8tGQVsBDRI6hkybpKAaWLP5qE+Kr26Cr1eJJA/F3JFOFCQMGJKzg="

func TestUntarBzip2(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString(bzipped)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := untar(data, dir); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a.c")); string(got) != "int a;\n" {
		t.Errorf("a.c is %q", got)
	}
	for _, cut := range []int{3, len(data) / 2} {
		if err := untar(data[:cut], t.TempDir()); err == nil || !strings.Contains(err.Error(), "source archive: ") {
			t.Errorf("cut at %d: error %v", cut, err)
		}
	}
}

func TestUntarRefuses(t *testing.T) {
	noise := make([]byte, 1<<16) // does not compress: cutting the archive cuts a file
	r := rand.NewChaCha8([32]byte{})
	r.Read(noise)
	whole := tarball(t, entry{name: "top/a.c", body: string(noise)})
	many := make([]entry, core.MostFiles+1)
	for i := range many {
		many[i] = entry{name: "top/f"} // one path: the count is what matters
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"up", tarball(t, entry{name: "top/../x", body: "x"}), "outside the archive"},
		{"up twice", tarball(t, entry{name: "top/a/../../x", body: "x"}), "outside the archive"},
		{"absolute", tarball(t, entry{name: "top//etc/x", body: "x"}), "outside the archive"},
		{"too many files", tarball(t, many...), "more than 20000 files"},
		{"not gzip", []byte("hello"), "a tar.gz or tar.bz2 is wanted"},
		{"empty", nil, "source archive: "},
		{"cut", whole[:len(whole)/2], "unexpected EOF"},
		{"damaged", append(append([]byte{}, whole[:1000]...), whole[1001:]...), "source archive: "},
		{"a file below a file", tarball(t, entry{name: "top/a", body: "x"}, entry{name: "top/a/b", body: "x"}), "not a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "in")
			err := untar(c.data, dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(parent, "x")); err == nil {
				t.Error("wrote outside its directory")
			}
		})
	}
}

func FuzzUntar(f *testing.F) {
	f.Add(tarball(f, entry{name: "top/a.c", body: "int a;"}))
	f.Add(tarball(f, entry{name: "top/../x", body: "x"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Uncompressed noise is given a gzip wrapping, so that tar sees it.
		if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			var b bytes.Buffer
			zw := gzip.NewWriter(&b)
			zw.Write(data)
			zw.Close()
			data = b.Bytes()
		}
		parent := t.TempDir()
		untar(data, filepath.Join(parent, "in"))
		if entries, _ := os.ReadDir(parent); len(entries) > 1 || len(entries) == 1 && entries[0].Name() != "in" {
			t.Fatalf("outside: %v", entries)
		}
	})
}

func quiet(string) {}

func shelf(store *core.Cache, say func(string)) *Shelf {
	return &Shelf{Libraries: []core.Library{mbedtls.Library{}}, Cache: store, Say: say}
}

func TestResolveDirAndTar(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "include/mbedtls/version.h"), versionH)
	write(t, filepath.Join(dir, "library/aes.c"), "int a;")
	src, err := shelf(&core.Cache{Dir: t.TempDir()}, quiet).Resolve(context.Background(), "dir:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	if src.Core != "mbedtls-2.28.99-"+src.Digest[:12] || src.Commit != "" || src.Version != "2.28.99" || src.Dir != dir {
		t.Errorf("source %+v", src)
	}
	file := filepath.Join(t.TempDir(), "x.tar.gz")
	data := tarball(t, entry{name: "m/include/mbedtls/version.h", body: versionH}, entry{name: "m/library/aes.c", body: "int a;"})
	write(t, file, string(data))
	cache := &core.Cache{Dir: t.TempDir()}
	tarred, err := shelf(cache, quiet).Resolve(context.Background(), "tar:"+file)
	if err != nil {
		t.Fatal(err)
	}
	if tarred.Digest != src.Digest {
		t.Error("the same files have two digests")
	}
	if units := tarred.Recipe.Units; len(units) != 1 || units[0] != "library/aes.c" {
		t.Errorf("units %q", units)
	}
	said := 0
	if _, err := shelf(cache, func(string) { said++ }).Resolve(context.Background(), "tar:"+file); err != nil || said != 0 {
		t.Errorf("second time: error %v, %d words", err, said)
	}
	// The digest is of what is compiled.
	write(t, filepath.Join(dir, "README"), "x")
	if again, _ := shelf(cache, quiet).Resolve(context.Background(), "dir:"+dir); again.Digest != src.Digest {
		t.Error("a README changes the digest")
	}
	write(t, filepath.Join(dir, "library/aes.c"), "int b;")
	if again, _ := shelf(cache, quiet).Resolve(context.Background(), "dir:"+dir); again.Digest == src.Digest {
		t.Error("a changed file does not change the digest")
	}
}

func TestResolveRefuses(t *testing.T) {
	newer := t.TempDir()
	if err := os.MkdirAll(filepath.Join(newer, "tf-psa-crypto", "include"), 0o755); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	half := t.TempDir() // a version, but no library
	write(t, filepath.Join(half, "include/mbedtls/version.h"), versionH)
	notTar := filepath.Join(empty, "x.tar.gz")
	write(t, notTar, "hello")
	for name, want := range map[string]string{
		"dir:" + newer:               "a tree of Mbed TLS 4 or TF-PSA-Crypto (it has tf-psa-crypto/): this lab builds 2.x and 3.x",
		"dir:" + empty:               "not an Mbed TLS source",
		"dir:" + half:                "library",
		"dir:" + empty + "/missing":  "not an Mbed TLS source",
		"tar:" + notTar:              "source archive",
		"tar:" + empty + "/none.tar": "no such file",
		"mbedtls-1":                  `core "mbedtls-1": not known; allowed: mbedtls-2.28`,
	} {
		cache := &core.Cache{Dir: t.TempDir()}
		_, err := shelf(cache, quiet).Resolve(context.Background(), name)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
		if files := filesIn(t, cache.Dir); len(files) != 0 {
			t.Errorf("%s: left in the cache: %q", name, files)
		}
	}
	_, err := shelf(&core.Cache{Dir: empty}, quiet).Resolve(context.Background(), "x")
	var unknown *UnknownCoreError
	if !errors.As(err, &unknown) || unknown.Name != "x" {
		t.Errorf("error %T", err)
	}
}

// A fresh checkout of Mbed TLS 3 lacks what its own scripts make; other trees
// without those scripts (a vendor's copy) are taken as they are.
func TestResolveCheckout(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "include/mbedtls/build_info.h"), versionH)
	write(t, filepath.Join(dir, "library/aes.c"), "int a;")
	cache := &core.Cache{Dir: t.TempDir()}
	if _, err := shelf(cache, quiet).Resolve(context.Background(), "dir:"+dir); err != nil {
		t.Errorf("without scripts: %v", err)
	}
	write(t, filepath.Join(dir, "scripts/generate_errors.pl"), "exit 1")
	_, err := shelf(cache, quiet).Resolve(context.Background(), "dir:"+dir)
	if err == nil || !strings.Contains(err.Error(), dir+": library/error.c") || !strings.Contains(err.Error(), "run `make generated_files` there") {
		t.Errorf("without error.c: %v", err)
	}
	write(t, filepath.Join(dir, "library/error.c"), "")
	if src, err := shelf(cache, quiet).Resolve(context.Background(), "dir:"+dir); err != nil || src.Version != "2.28.99" {
		t.Errorf("whole: %+v, %v", src, err)
	}
}

// A damaged archive is none, and what was unpacked is unpacked again where it is
// not what was in it: both are said.
func TestPinDigest(t *testing.T) {
	good := tarball(t, entry{name: "m/include/mbedtls/version.h", body: versionH}, entry{name: "m/library/aes.c", body: "int a;"})
	pin := core.Pin{Core: "test-core", File: "f.tar.gz", SHA256: core.SHA256(good)}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no download
	var said []string
	cache := &core.Cache{Dir: t.TempDir(), Say: func(line string) { said = append(said, line) }}
	spoil := func(path string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("int b;"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := cache.Put(downloadKind, pin.SHA256, good); err != nil {
		t.Fatal(err)
	}
	path, _ := cache.File(downloadKind, pin.SHA256)
	spoil(path)
	if _, err := shelf(cache, quiet).resolve(ctx, &pin); err == nil || len(said) != 1 || !strings.Contains(said[0], "cached download "+pin.SHA256[:12]+" is damaged") {
		t.Errorf("damaged archive: error %v, said %q", err, said)
	}
	if _, err := os.Stat(filepath.Join(cache.Dir, sourceKind)); err == nil {
		t.Error("a damaged download was unpacked")
	}
	if err := cache.Put(downloadKind, pin.SHA256, good); err != nil {
		t.Fatal(err)
	}
	src, err := shelf(cache, quiet).resolve(ctx, &pin)
	if err != nil || src.Core != "test-core" {
		t.Fatalf("source %+v, error %v", src, err)
	}
	pin.Tree = src.Digest
	for _, tree := range []string{"", pin.Tree} {
		pin.Tree, said = tree, nil
		spoil(filepath.Join(src.Dir, "library", "aes.c"))
		again, err := shelf(&core.Cache{Dir: cache.Dir, Say: cache.Say}, quiet).resolve(ctx, &pin)
		if err != nil || again.Digest != src.Digest || len(said) != 1 || !strings.Contains(said[0], "it is not what the archive holds") {
			t.Errorf("edited: source %+v, error %v, said %q", again, err, said)
		}
	}
	pin.Tree = core.SHA256(nil)
	if _, err := shelf(&core.Cache{Dir: cache.Dir}, quiet).resolve(ctx, &pin); err == nil || !strings.Contains(err.Error(), "unpacks to a tree of digest "+src.Digest) {
		t.Errorf("error %v", err)
	}
}

// A fake apt-get stands for a mirror that hands out something else.
func TestPinDownloadedDigest(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\nfor a; do last=$a; done\ncase $last in p=1) echo other > f.tar.gz;; esac\n"
	if err := os.WriteFile(filepath.Join(bin, "apt-get"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	if _, err := sourceLists("/etc/apt", "x"); err != nil {
		testutil.Missing(t, err)
	}
	pin := core.Pin{Core: "test-core", Package: "p", Version: "1", File: "f.tar.gz", SHA256: core.SHA256([]byte("wanted"))}
	cache := &core.Cache{Dir: t.TempDir()}
	_, err := shelf(cache, quiet).resolve(context.Background(), &pin)
	want := fmt.Sprintf("core test-core: f.tar.gz: SHA-256 is %s, want %s: not the source it claims to be; stopping", core.SHA256([]byte("other\n")), pin.SHA256)
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
	if files := filesIn(t, cache.Dir); len(files) != 0 {
		t.Errorf("left in the cache: %q", files)
	}
	if err := os.WriteFile(filepath.Join(bin, "apt-get"), []byte("#!/bin/sh\necho 'E: no network' >&2\nexit 100\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = shelf(cache, quiet).resolve(context.Background(), &pin)
	var te *core.ToolError
	if !errors.As(err, &te) || !strings.Contains(err.Error(), "E: no network") || errors.Is(err, core.ErrWithdrawn) {
		t.Errorf("error %v", err)
	}
	gone := "#!/bin/sh\nfor a; do last=$a; done\n[ $last != p=1 ] || { echo \"E: Can not find version '1' of package 'p'\"; exit 100; }\n"
	if err := os.WriteFile(filepath.Join(bin, "apt-get"), []byte(gone), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err = shelf(cache, quiet).resolve(context.Background(), &pin); !errors.Is(err, core.ErrWithdrawn) || !strings.Contains(err.Error(), "--core tar:PATH") {
		t.Errorf("error %v", err)
	}
}

// headers is a source with just enough in its headers.
// A small archive may unpack to more than any disk has.
func TestBomb(t *testing.T) {
	defer func() { mostBytes = core.MostBytes }()
	mostBytes = 1 << 20
	for _, sizes := range [][]int{{2 << 20}, {600 << 10, 600 << 10}} {
		var entries []entry
		for i, n := range sizes {
			entries = append(entries, entry{name: fmt.Sprintf("x/library/%d.c", i), body: strings.Repeat("x", n)})
		}
		if err := untar(tarball(t, entries...), t.TempDir()); err == nil || err.Error() != "source archive: more than 1048576 bytes when unpacked" {
			t.Errorf("%d: %v", sizes, err)
		}
	}
}
