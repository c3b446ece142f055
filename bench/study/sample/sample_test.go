package sample

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"tlslab/bench/lab"
	"tlslab/bench/labtest"
	"tlslab/bench/measure"
	"tlslab/bench/results"
	"tlslab/bench/study/reject"
	"tlslab/core"
	"tlslab/core/library"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/profiles"
)

// sampleSession is the sample of a job, to be run as often as wanted.
func sampleSession(t *testing.T, l *lab.Lab, plan *lab.Plan, j *lab.Job, change func(*core.Material)) *lab.Prepared {
	t.Helper()
	ctx := context.Background()
	p, err := l.PrepareOn(ctx, plan, j, l.Machine)
	if err != nil {
		t.Fatal(err)
	}
	p.Spec.Role, p.Spec.Board = core.Sample, nil
	p.Spec.Material.Sample = &core.SampleSettings{TickHz: 1000, HeapBytes: plan.Profile.Memory.HeapBytes}
	if change != nil {
		change(&p.Spec.Material)
	}
	if err := p.Load(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(ctx) })
	return p
}

// What the API takes of the heap beyond the client is its own structure, the
// texts and the buffer, and nothing else, in every scenario.
func TestSampleTakesItsSession(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	const texts = len("tlslab.example") + 1 + len("443") + 1
	for _, scenario := range []string{labtest.RSA, labtest.ECDSA} {
		run, err := RunSample(context.Background(), &measure.Bench{Lab: l}, plan, labtest.JobOf(t, plan, "dated", scenario), "", false)
		if err != nil {
			t.Fatal(err)
		}
		if run.Case.Outcome != results.OutcomeConnected || run.Client.Outcome != results.OutcomeConnected || run.Unverified != "" {
			t.Fatalf("%s: %+v, %+v", scenario, run.Case, run.Client)
		}
		heap := run.Case.Metrics[metric.HeapPeak]
		session := heap - run.Client.Metrics[metric.HeapPeak] - int64(texts) - 1024
		// What is not in it is static in the client: the contexts, and three pointers and a length.
		static := run.Client.Metrics[metric.Static] - run.Case.Metrics[metric.Static]
		if session < static-64 || session > static+64 || session < 800 {
			t.Errorf("%s: the session takes %d B, the client's contexts %d B", scenario, session, static)
		}
		if run.Case.Metrics[metric.Flash] <= run.Client.Metrics[metric.Flash] {
			t.Errorf("%s: the API takes no flash: %d B, the client %d B", scenario, run.Case.Metrics[metric.Flash], run.Client.Metrics[metric.Flash])
		}
		for _, line := range []string{fmt.Sprintf("maximum allocated memory: %d\nWriting", heap), "used memory : 0\n", "HTTP/1.0 200 OK\r\n"} {
			if !strings.Contains(run.Transcript, line) {
				t.Errorf("%s: no %q in\n%s", scenario, line, run.Transcript)
			}
		}
		if n := strings.Count(run.Transcript, "[tls]"); n != 5 {
			t.Errorf("%s: %d lines of [tls]", scenario, n)
		}
	}
}

// The manual's default goes on with a certificate that is not verified, and
// says so as the manual's 5.12 prints it; required does not.
func TestSampleOptional(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	j := labtest.JobOf(t, plan, "dated", labtest.ECDSA)
	for check, text := range map[profiles.Check]string{
		"wrong-name":    "The certificate Common Name (CN) does not match with the expected CN",
		"not-yet-valid": "The certificate validity starts in the future",
		"expired":       "The certificate validity has expired",
		"unknown-ca":    "The certificate is not correctly signed by the trusted CA",
	} {
		want := "[tls]verify peer certificate fail....\n[tls]verification info: ! " + text + "\n"
		for _, required := range []bool{false, true} {
			run, err := RunSample(context.Background(), &measure.Bench{Lab: l}, plan, j, check, required)
			if err != nil {
				t.Fatal(err)
			}
			goesOn := strings.Contains(run.Transcript, "HTTP/1.0 200 OK")
			refused := strings.Contains(run.Transcript, "MbedTLSClientConnect err return : -0x2700\nMbedTLS connection close success.\n")
			if !strings.Contains(run.Transcript, want) || goesOn == required || refused != required || strings.Contains(run.Transcript, "verified success") {
				t.Errorf("%s, required %v:\n%s", check, required, run.Transcript)
			}
			if !required && !strings.Contains(run.Unverified, library.All[0].Refusals()[string(check)].Flag) || required && !reject.Refusal(library.All[0], check, run.Case.Outcome).Refused {
				t.Errorf("%s, required %v: %q, %s", check, required, run.Unverified, run.Case.Outcome)
			}
		}
	}
}

// In an arena of any size the sample ends by itself, says what it lacks, and
// leaves nothing behind.
func TestSampleOutOfHeap(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	s := sampleSession(t, l, plan, labtest.JobOf(t, plan, "undated", labtest.RSA), nil)
	said := map[string]bool{}
	connected := false
	for arena := uint32(64); arena < 30_000 && !connected; arena += 152 {
		r, err := s.Converse(context.Background(), lab.Conversation{HeapBytes: arena})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(r.Record.Log, "")
		connected = r.Record.Connected && !r.Record.Failed
		if r.Err != nil || !r.Record.Done || r.Record.LeakB != 0 || !connected && !r.Record.Failed {
			t.Fatalf("arena of %d B: %v, %+v\n%s", arena, r.Err, r.Record, text)
		}
		for _, line := range []string{"no memory for tls_session struct\n", "no memory for tls_session->buffer malloc\n", "MbedTLSClientContext err return : -0x", "MbedTLSClientConnect err return : -0x", "MbedTLS connect success...\n"} {
			said[line] = said[line] || strings.Contains(text, line)
		}
	}
	if len(said) != 5 || !connected {
		t.Errorf("connected %v", connected)
	}
	for line, ok := range said {
		if !ok {
			t.Errorf("no arena led to %q", line)
		}
	}
}

// A host without a name is what mbedtls_net_connect says of it (7.2.3).
func TestSampleUnknownHost(t *testing.T) {
	t.Parallel()
	l := labtest.Open(t, wasm.Compiler)
	plan := labtest.LoadPlan(t, nil)
	s := sampleSession(t, l, plan, labtest.JobOf(t, plan, "undated", labtest.RSA), func(m *core.Material) { m.Hostname = "" })
	r, err := s.Converse(context.Background(), lab.Conversation{})
	if err != nil {
		t.Fatal(err)
	}
	want := "[tls]mbedtls_net_connect error, return -0x52\nMbedTLSClientConnect err return : -0x52\nMbedTLS connection close success.\n"
	if text := strings.Join(r.Record.Log, ""); !strings.HasSuffix(text, want) || r.Record.ErrorCode != 0x52 || r.Record.LeakB != 0 {
		t.Errorf("error 0x%x:\n%s", r.Record.ErrorCode, text)
	}
}

// The API has the manual's names and parameters (7.1), and its structure the
// manual's fields in the manual's order (5.4).
func TestSessionIsTheManuals(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../core/port/mbedtls/session.h")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, prototype := range []string{
		"int mbedtls_client_init(MbedTLSSession *session, void *entropy, size_t entropyLen);",
		"int mbedtls_client_context(MbedTLSSession *session);",
		"int mbedtls_client_connect(MbedTLSSession *session);",
		"int mbedtls_client_read(MbedTLSSession *session, unsigned char *buf, size_t len);",
		"int mbedtls_client_write(MbedTLSSession *session, const unsigned char *buf, size_t len);",
		"int mbedtls_client_close(MbedTLSSession *session);",
	} {
		if !strings.Contains(text, prototype) {
			t.Errorf("no %s", prototype)
		}
	}
	at := 0
	for _, field := range []string{"char *host;", "char *port;", "unsigned char *buffer;", "size_t buffer_len;", "mbedtls_ssl_context ssl;", "mbedtls_ssl_config conf;",
		"mbedtls_entropy_context entropy;", "mbedtls_ctr_drbg_context ctr_drbg;", "mbedtls_net_context server_fd;", "mbedtls_x509_crt cacert;"} {
		i := strings.Index(text[at:], field)
		if i < 0 {
			t.Fatalf("no %s after the field before", field)
		}
		at += i
	}
}
