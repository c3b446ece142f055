package cli

import (
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tlslab/core/build"
	"tlslab/profiles"
)

var wireshark = build.Tool{Name: "tshark", Package: "tshark"}

// captured are conversations that are written for Wireshark.
var captured = []struct{ profile, scenario string }{
	{"imxrt1052", "ecdhe-ecdsa-p256-aes128-gcm"},
	{"imxrt1052", "rsa-aes256-cbc-sha256"},
	{"imxrt1052", "psk-aes128-ccm8"},
	{"protocols", "tls12-rsa-aes-128-cbc-sha256-ticket"}, // two connections
	{"servers", "tls12-ecdhe-ecdsa-aes-128-gcm-sha256-server"},
	{"time", "time-sntp"},
	{"protocols-3.6", "tls13-ecdhe-ecdsa-aes-128-gcm-sha256"},
	{"protocols-3.6", "tls13-ecdhe-ecdsa-aes-128-gcm-sha256-hello-retry"},
	{"dtls", "dtls12-fragments"},
	{"dtls", "dtls12-psk-aes128-ccm8-loss"},
}

// tshark reads a capture with every checksum looked at.
func tshark(t *testing.T, file string, args ...string) string {
	t.Helper()
	all := []string{"-r", file}
	for _, p := range []string{"tcp", "udp", "ip"} {
		all = append(all, "-o", p+".check_checksum:TRUE")
	}
	out, err := exec.Command("tshark", append(all, args...)...).Output()
	if err != nil {
		t.Fatalf("tshark %q: %v", args, err)
	}
	return string(out)
}

// httpOf is the request and the answer that tshark finds, decrypted.
func httpOf(t *testing.T, file string, args ...string) (request, answer string) {
	t.Helper()
	fields := tshark(t, file, append(args, "-Y", "http || dtls.app_data", "-T", "fields", "-e", "http.request.method", "-e", "http.request.uri",
		"-e", "http.response.phrase", "-e", "data.data")...)
	for line := range strings.Lines(fields) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		data, _ := hex.DecodeString(f[3])
		switch {
		case strings.HasPrefix(string(data), "GET /download/rt-thread.txt "), f[0] == "GET" && f[1] == "/download/rt-thread.txt":
			request = "GET /download/rt-thread.txt"
		case strings.HasPrefix(string(data), "HTTP/1.0 200 OK"), f[2] == "OK":
			answer = "OK"
		}
	}
	return request, answer
}

// TestTshark: another program decrypts what is captured, and has nothing to say
// against any packet.
func TestTshark(t *testing.T) {
	t.Parallel()
	needSource(t)
	need(t, wireshark)
	dir := t.TempDir()
	for _, c := range captured {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, c.scenario+".pcapng")
			status, stdout, stderr := run("trace", c.profile, "-S", c.scenario, "-o", dir, "--pcap", file, "--keylog", file+".keys")
			if status != exitFine {
				t.Fatalf("status %d\n%s%s", status, stdout, stderr)
			}
			if request, answer := httpOf(t, file); request == "" || answer == "" {
				t.Errorf("request %q, answer %q in\n%s", request, answer, tshark(t, file))
			}
			wrong := "_ws.malformed || tcp.analysis.flags || tcp.checksum.status == bad || udp.checksum.status == bad || ip.checksum.status == bad"
			if found := tshark(t, file, "-Y", wrong, "-V"); found != "" {
				t.Errorf("tshark complains of\n%s", found)
			}
			// Without the secrets in the file there is nothing to see; a key log
			// beside it does as well.
			bare := file + ".bare"
			if out, err := exec.Command("editcap", "--discard-all-secrets", file, bare).CombinedOutput(); err != nil {
				t.Fatalf("editcap: %v: %s", err, out)
			}
			if request, answer := httpOf(t, bare); request != "" || answer != "" {
				t.Errorf("without secrets: request %q, answer %q", request, answer)
			}
			if request, answer := httpOf(t, bare, "-o", "tls.keylog_file:"+file+".keys"); request == "" || answer == "" {
				t.Errorf("with the key log: request %q, answer %q", request, answer)
			}
		})
	}
}

// TestTsharkLive: with a real server it is the guest itself that tells its
// secrets.
func TestTsharkLive(t *testing.T) {
	t.Parallel()
	needSource(t)
	need(t, wireshark, realServers[0].tool)
	s, err := profiles.LoadScenario(nil, "ecdhe-ecdsa-p256-aes128-gcm")
	if err != nil {
		t.Fatal(err)
	}
	addr, said := realServers[0].start(t, s, newIdentity(t, s, ""))
	file := filepath.Join(t.TempDir(), "live.pcapng")
	status, stdout, stderr := run("connect", labProfile, "--server", addr, "--config", "undated", "--scenario", s.Name, "--rtc", s.RTC, "--pcap", file)
	if status != exitFine || !strings.Contains(stderr, "the guest is built to tell its secrets") {
		t.Fatalf("status %d\n%s%s\nthe server said:\n%s", status, stdout, stderr, said())
	}
	// The answer has no length, and ends with the connection: tshark shows it as text.
	if all := tshark(t, file, "-q", "-z", "follow,tls,ascii,0"); !strings.Contains(all, "GET /download/rt-thread.txt") || !strings.Contains(all, "HTTP/1.0 200") {
		t.Errorf("%s\n%s", all, tshark(t, file))
	}
}
