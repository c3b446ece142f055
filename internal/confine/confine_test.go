package confine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tlslab/internal/testutil"
)

// TestMain is also run as the program that wants what it must not have: Go's own
// system calls, without a shell in between.
func TestMain(m *testing.M) {
	if os.Getenv("TLSLAB_TEST_WANTS") != "" {
		wants(os.Getenv("TLSLAB_TEST_WANTS"))
	}
	os.Exit(m.Run())
}

// attempts are what a confined program may not do, in a directory that it may
// write.
var attempts = map[string]func() error{
	"read a file":       func() error { _, err := os.ReadFile("/etc/passwd"); return err },
	"list a directory":  func() error { _, err := os.ReadDir("/etc"); return err },
	"read its parent":   func() error { _, err := os.ReadDir("/proc/1"); return err },
	"write beside":      func() error { return os.WriteFile("../beside", nil, 0o600) },
	"write its source":  func() error { return os.WriteFile("../source/file", []byte("x"), 0o600) },
	"make a link":       func() error { return os.Symlink("/etc/passwd", "link") },
	"link a file":       func() error { return os.Link("../source/file", "linked") },
	"make a FIFO":       func() error { return syscall.Mkfifo("fifo", 0o600) },
	"open a TCP socket": func() error { return socket(syscall.AF_INET, syscall.SOCK_STREAM) },
	"open a UDP socket": func() error { return socket(syscall.AF_INET, syscall.SOCK_DGRAM) },
	"open a UNIX one":   func() error { return socket(syscall.AF_UNIX, syscall.SOCK_STREAM) },
	"signal the lab":    func() error { return syscall.Kill(os.Getppid(), 0) },
}

// ofFiles are the attempts that a namespace refuses. In it there are sockets
// that lead nowhere, links that end in it, and directories of its own.
var ofFiles = []string{"read a file", "write its source"}

func socket(family, kind int) error {
	_, err := syscall.Socket(family, kind, 0)
	return err
}

// wants ends with 0 where the attempt was refused.
func wants(what string) {
	if what == "nothing" {
		if os.WriteFile("made", nil, 0o600) != nil {
			os.Exit(4)
		}
		os.Exit(0)
	}
	err := attempts[what]()
	for _, refusal := range []error{syscall.EACCES, syscall.EPERM, syscall.EXDEV, syscall.EROFS, syscall.ENOENT} {
		if errors.Is(err, refusal) {
			os.Exit(0)
		}
	}
	os.Exit(3)
}

// place is a directory with source (read) and out (written), and the reach of
// this test program in it.
func place(t *testing.T) (dir string, r *Reach) {
	t.Helper()
	if InForce() == None {
		if testutil.CI() && os.Getenv(Variable) == "" {
			t.Fatal("nothing confines here")
		}
		t.Skip("nothing confines here")
	}
	dir = t.TempDir()
	for _, d := range []string{"source", "out"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "source", "file"), []byte("text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return dir, &Reach{Run: append(Programs("sh", "cat"), self), Read: []string{filepath.Join(dir, "source")}, Write: []string{filepath.Join(dir, "out")}}
}

func TestRefuses(t *testing.T) {
	dir, r := place(t)
	try := func(what string, reach *Reach) error {
		cmd := exec.Command(os.Args[0])
		cmd.Dir = filepath.Join(dir, "out")
		cmd.Env = []string{"TLSLAB_TEST_WANTS=" + what}
		return Run(context.Background(), cmd, reach)
	}
	if err := try("nothing", r); err != nil {
		t.Fatalf("can't do what it may: %v", err)
	}
	for what := range attempts {
		if InForce() == Landlock && landlockABI() < 6 && what == "signal the lab" ||
			InForce() == Bubblewrap && !slices.Contains(ofFiles, what) {
			continue
		}
		if err := try(what, r); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	// The attempts succeed where nothing confines: the test can fail.
	if _, err := os.Stat(filepath.Join(dir, "beside")); err == nil {
		t.Error("a file was made outside")
	}
	for _, what := range []string{"read a file", "write beside", "open a UDP socket"} {
		if try(what, nil) == nil {
			t.Errorf("%s: refused without confinement", what)
		}
	}
	// And the lab itself is as free as before.
	if _, err := os.ReadFile("/etc/passwd"); err != nil {
		t.Error(err)
	}
}

func shell(dir string, r *Reach, script string) error {
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = filepath.Join(dir, "out")
	return Run(context.Background(), cmd, r)
}

// The limits are in force when the program starts: no program writes a byte more, however
// busy the machine is.
func TestLimits(t *testing.T) {
	dir, r := place(t)
	r.Limits = Limits{FileBytes: 1 << 20, DataBytes: 64 << 20, CPU: time.Second}
	if err := shell(dir, r, "exec cat /dev/zero >refused"); err == nil {
		t.Error("read a device")
	}
	r.Read = append(r.Read, "/dev/zero")
	for _, c := range []struct {
		name, script string
		bytes        int64 // of the file of that name; 0: none
	}{
		{"file", "exec cat /dev/zero >file", 1 << 20},
		{"child", "cat /dev/zero >child & wait $!", 1 << 20},
		{"memory", `x=x; while :; do x="$x$x"; done`, 0},
		{"time", `while :; do :; done`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := shell(dir, r, c.script); err == nil {
				t.Error("it goes on without end")
			}
			if c.bytes == 0 {
				return
			}
			if info, err := os.Stat(filepath.Join(dir, "out", c.name)); err != nil || info.Size() != c.bytes {
				t.Errorf("the file: %v, %v, want %d bytes", info, err, c.bytes)
			}
		})
	}
}

// No limit exceeds this process's own hard limit, which it may not raise.
func TestLimitArgs(t *testing.T) {
	mine := func(resource int) (uint64, error) {
		if resource == unix.RLIMIT_DATA {
			return 5, nil
		}
		return unix.RLIM_INFINITY, nil
	}
	args, err := Limits{FileBytes: 3, DataBytes: 8, CPU: 2500 * time.Millisecond}.args(mine, []string{"/bin/cc", "-c"})
	if got, want := strings.Join(args, " "), "--core=0 --fsize=3 --data=5 --cpu=3 -- /bin/cc -c"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	// A part of a second is not "no bound".
	if args, err := (Limits{CPU: time.Millisecond}).args(mine, nil); err != nil || !slices.Contains(args, "--cpu=1") {
		t.Errorf("got %q, %v", args, err)
	}
	bad := errors.New("not told")
	if _, err := (Limits{Processes: 1}).args(func(int) (uint64, error) { return 0, bad }, nil); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
}

// What a program started is killed with it.
func TestGroup(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", "sleep 1000 & echo $!; wait")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Dir, cmd.Stdout = dir, write
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- Run(ctx, cmd, nil) }()
	buffer := make([]byte, 32)
	n, err := read.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	write.Close()
	cancel()
	if err := <-ended; err == nil {
		t.Error("it ended well")
	}
	// The pipe ends when the last one that holds it has gone.
	read.SetReadDeadline(time.Now().Add(testutil.Patience))
	if _, err := read.Read(buffer[n:]); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("process %s goes on: %v", strings.TrimSpace(string(buffer[:n])), err)
	}
	if err := Run(ctx, exec.Command("true"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("started after the end: %v", err)
	}
}

func TestOutside(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.h"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.h")); err != nil {
		t.Fatal(err)
	}
	r := &Reach{Run: System(), Read: []string{dir}}
	for words, want := range map[string]string{
		"<stdin>:3: Error: file not found: /etc/passwd":                              "/etc/passwd",
		"x.c:1:10: fatal error: '/etc/passwd' file not found":                        "/etc/passwd",
		"x.c:1:10: fatal error: ‘../../../../../../../etc/passwd’: denied":           "../../../../../../../etc/passwd",
		"x.c:1:10: fatal error: ./link.h: Permission denied":                         "./link.h",
		dir + "/in.h:1: error: no such thing; see /nowhere/at/all and /usr/bin/true": "",
	} {
		if got := r.Outside(dir, words); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}

func TestBubblewrapArgs(t *testing.T) {
	dir := t.TempDir()
	r := &Reach{Run: []string{dir}, Write: []string{"/w"}}
	got := strings.Join(bubblewrapArgs(r, "/d", []string{"cc", "-c"}), " ")
	want := "--unshare-all --die-with-parent --new-session --dev /dev --proc /proc --ro-bind " + dir + " " + dir + " --bind /w /w --chdir /d -- cc -c"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
