package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/tamper"
	"tlslab/profiles"
)

// contentMost is the most text of a record (RFC 5246, 6.2.1), and the largest
// value of SSL_MAX_CONTENT_LEN that gains anything.
const contentMost = 1 << 14

// record says the value of SSL_MAX_CONTENT_LEN that would do: the most text
// that any of the server's records holds, by their headers. A client that gives
// up at the first sees no others, so another one that takes any record is put
// in its place; with a real server there is none, and the first is all that can
// be told.
func (f *failure) record(ctx context.Context) ([]string, error) {
	if f.seen != nil && len(f.seen.Seen.Other) > 0 {
		return []string{fmt.Sprintf("the server does not speak TLS on this port: its answer begins with %q", f.seen.Seen.Other)}, nil
	}
	records, whole := f.seenRecords(), false
	if f.session != nil && f.seen != nil {
		all, err := f.roomy(ctx)
		if err != nil {
			return nil, err
		}
		if all != nil {
			records, whole = all, true
		}
	}
	need := 0
	for _, r := range records {
		need = max(need, textB(r, f.job.Scenario.Suite))
	}
	macros, err := profiles.Effective(f.job.Variant, f.job.Scenario)
	if err != nil || need == 0 {
		return nil, err
	}
	option := "SSL_MAX_CONTENT_LEN"
	if !strings.HasPrefix(f.lab.Source.Version, "2.") {
		option = "SSL_IN_CONTENT_LEN"
	}
	has := macros["MBEDTLS_SSL_IN_CONTENT_LEN"]
	if has == "" {
		has = macros["MBEDTLS_SSL_MAX_CONTENT_LEN"]
	}
	if has == "" {
		return nil, nil // the core's own, which takes any
	}
	line := fmt.Sprintf("the server sends a record of %d B, and %s has room for %s: %s=%d would do", need, option, has, option, need)
	if !whole {
		line += ", if no longer one follows"
	}
	return []string{line}, nil
}

// roomy is what the server sends in the same conversation to a client that
// takes any record; nil where that does not connect either.
func (f *failure) roomy(ctx context.Context) ([]tamper.Record, error) {
	v := f.job.Variant.Vary([]profiles.Change{
		{Option: "SSL_MAX_CONTENT_LEN", On: true, Value: fmt.Sprint(contentMost)}, {Option: "SSL_IN_CONTENT_LEN"}, {Option: "SSL_OUT_CONTENT_LEN"},
	}, nil)
	j := *f.job
	var err error
	if j.Header, j.Added, err = profiles.Render(v, j.Scenario); err != nil {
		return nil, nil // the user's header does not let it
	}
	j.Variant = v
	h, err := f.lab.Handshake(ctx, f.plan, &j)
	var build *core.BuildError
	if errors.As(err, &build) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	program, err := f.lab.Machine.Load(ctx, emu.Image{WASM: h.Image.WASM})
	if err != nil {
		return nil, err
	}
	defer program.Close(ctx)
	s := *f.session
	s.program, s.silent, s.bare = program, true, true
	if s.middle, _ = tamper.New("", s.seed); s.middle == nil {
		return nil, nil
	}
	r, err := s.run(ctx, "", heapMost)
	if err != nil || !r.Record.Connected {
		return nil, err
	}
	return s.middle.Seen.Records, nil
}

// protections are what protects a record's text, by a part of the suite's name:
// a nonce, a tag (RFC 5288, 6655, 7905), or for CBC an IV and a MAC, with at
// least one byte of padding (RFC 5246, 6.2.3.2). TLS 1.3 has the record's type
// and a tag (RFC 8446, 5.2).
var protections = []struct {
	part  string
	bytes int
}{
	{"TLS1-3-", 1 + 16}, {"GCM", 8 + 16}, {"CCM-8", 8 + 8}, {"CCM", 8 + 16}, {"CHACHA20", 16},
	{"CBC-SHA384", 16 + 48 + 1}, {"CBC-SHA256", 16 + 32 + 1}, {"CBC", 16 + 20 + 1},
}

// textB is the most text that a record holds: all of it in the clear.
func textB(r tamper.Record, suite string) int {
	if !r.Protected {
		return r.BodyB
	}
	for _, p := range protections {
		if strings.Contains(suite, p.part) {
			return max(0, r.BodyB-p.bytes)
		}
	}
	return r.BodyB
}
