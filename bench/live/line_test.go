package live

import "testing"

func TestNoTLS(t *testing.T) {
	t.Parallel()
	for began, want := range map[string]string{
		"":                             "",
		"\x16\x03\x01\x00\x05hello":    "",
		"\x15\x03\x03\x00\x02\x02\x28": "",
		"\x80\x2e\x01\x03\x01":         "", // SSL 2.0's hello, which names a later version
		"SSH-2.0-OpenSSH_9.2p1\r\n":    `what the other end sent begins with "SSH-2.0-OpenSSH_", which is no TLS`,
	} {
		line := &countedLine{line: said(began)}
		for p := make([]byte, 5); line.Recv(p, 0) > 0; {
			line.line = line.line.(said)[min(5, len(line.line.(said))):]
		}
		if got := line.noTLS(); got != want {
			t.Errorf("%q: %q, want %q", began, got, want)
		}
	}
}

// said is a line on which this comes.
type said string

func (s said) Send(p []byte) int                   { return len(p) }
func (s said) Recv(p []byte, timeoutMS uint32) int { return copy(p, s) }
