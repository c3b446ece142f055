package cli

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tlslab/bench/study/fault"
	"tlslab/internal/testutil"
)

// defects are mistakes put into a copy of the library, one for each kind of
// finding that a campaign on a stream must make.
var defects = []struct{ verdict, file, old, new string }{
	{fault.Accepted, "ccm.c", "    if (diff != 0) {\n", "    if (0) {\n"},
	{fault.Leak, "ssl_tls.c", "    mbedtls_free(tmp);\n\n    return ret;\n", "    if (ret == 0) {\n        mbedtls_free(tmp);\n    }\n\n    return ret;\n"},
	{fault.Broken, "ssl_msg.c", "            if (ret < 0) {\n                return ret;\n            }\n\n            if ((size_t) ret > len",
		"            if (ret < 0) {\n                ssl->in_left = 0;\n                return ret;\n            }\n\n            if ((size_t) ret > len"},
	{fault.Hang, "ssl_msg.c", "        MBEDTLS_SSL_DEBUG_MSG(1, (\"unknown record type %u\",\n", "        for (volatile int spin = 1; spin; ) {\n        }\n        MBEDTLS_SSL_DEBUG_MSG(1, (\"unknown record type %u\",\n"},
	{fault.Trap, "ssl_msg.c", "            return MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;\n", "            __builtin_trap();\n"},
	{fault.Internal, "ssl_cli.c", "        return MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO_DONE;\n", "        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;\n"},
}

// TestFaultFindings: a library with mistakes in it is found out, the same in
// every run, and what is said to run a finding again does.
func TestFaultFindings(t *testing.T) {
	testutil.Nightly(t)
	needSource(t)
	profile, err := filepath.Abs(filepath.Join("..", "..", "bench", "labtest", "testdata", "lab.toml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	copyCore(t, "faulty")
	for _, d := range defects {
		path := filepath.Join("faulty", "library", d.file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), d.old) {
			t.Fatalf("%s has no %q", d.file, d.old)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), d.old, d.new)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	campaign := func(jobs string) (text, file string) {
		status, stdout, stderr := run("fault", profile, "-S", "psk-aes128-ccm8", "--config", "undated", "--core", "dir:faulty", "--bits", "2", "--jobs", jobs)
		if status != exitBad {
			t.Fatalf("--jobs %s: status %d, want %d\n%s%s", jobs, status, exitBad, stdout, stderr)
		}
		data, err := os.ReadFile(filepath.Join("out", "lab", "fault-psk-aes128-ccm8.json"))
		if err != nil {
			t.Fatal(err)
		}
		return stdout, string(data)
	}
	text, file := campaign("1")
	if text2, file2 := campaign("2"); text2 != text || file2 != file {
		t.Error("one job and two do not give the same bytes")
	}
	f := new(fault.File)
	if err := json.Unmarshal([]byte(file), f); err != nil {
		t.Fatal(err)
	}
	first := map[string]fault.Finding{}
	for _, x := range f.Findings {
		if _, ok := first[x.Verdict]; !ok {
			first[x.Verdict] = x
		}
	}
	for _, d := range defects {
		x, ok := first[d.verdict]
		if !ok {
			t.Errorf("no finding %s\n%s", d.verdict, text)
			continue
		}
		status, stdout, stderr := run(strings.Fields(x.Command)[1:]...)
		if status != exitBad || !strings.HasPrefix(stdout, x.ID+": "+d.verdict+"\n") || !strings.Contains(stdout, x.Detail) {
			t.Errorf("%s: status %d\n%s%s", x.Command, status, stdout, stderr)
		}
	}
}

// TestFaultInterrupt: Ctrl-C ends a campaign soon and leaves nothing behind.
func TestFaultInterrupt(t *testing.T) {
	needSource(t)
	dir := t.TempDir()
	cmd := exec.Command("tlslab", "fault", "imxrt1052", "-S", "ecdhe-ecdsa-p256-aes128-gcm")
	cmd.Dir = dir
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second) // of minutes
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
			t.Errorf("ended with %v, want status %d\n%s", err, exitInterrupted, &said)
		}
	case <-time.After(testutil.Patience):
		cmd.Process.Kill()
		t.Fatalf("still runs %v after SIGINT", testutil.Patience)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
