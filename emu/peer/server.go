package peer

import (
	"fmt"

	"tlslab/core"
	"tlslab/internal/iana"
)

// Stack and heap of the reference server: ample; they are not measured.
const (
	serverStackBytes = 64 << 10
	ServerHeapBytes  = 256 << 10
)

// ServerSpec is the reference server's image, built from a core.
func ServerSpec(src *core.Source) *core.Spec {
	return &core.Spec{Source: src, Role: core.Server, Header: src.Recipe.Reference, WasmOpt: "-O2", StackBytes: serverStackBytes}
}

// ClientSpec is the reference client's image for one scenario: the measured
// client's program in the reference server's configuration.
func ClientSpec(src *core.Source, m core.Material) *core.Spec {
	spec := ServerSpec(src)
	spec.Role, spec.Material = core.Client, m
	return spec
}

// NamedGroups are the numbers of named groups (RFC 8422, 5.1.1).
var NamedGroups = map[string]uint32{"secp256r1": 23, "secp384r1": 24, "secp521r1": 25, "x25519": 29}

// ServerParams is a server's parameters for one scenario.
type ServerParams struct {
	Suite     iana.Suite // IANA number of the one suite offered; 0: the core's own list
	Group     uint32     // named group it insists on (NamedGroups); 0: the core's own list
	BodyBytes uint32     // length of the answer's body
	// leaf first, in PEM; empty: no certificates. A device's may be DER, one certificate
	// after the other
	Chain       []byte
	Key         []byte // in PEM, or as Chain
	PSK         []byte
	PSKIdentity []byte
	Version     uint32     // the one version it speaks, as TLS numbers it: 0x0303 is TLS 1.2; 0: the core's own
	Password    []byte     // of ECJPAKE; empty: none
	DTLS        *core.DTLS // nil: a stream
	ClientAuth  string     // what it asks of the client: "", "optional", "required"
	Resume      string     // of core.ResumeModes; "": one connection
	Lie         string     // what it says against the protocol (Lies); "": nothing
	ClientCAPEM []byte     // roots of a client's certificate; empty: it trusts none

	// the name with which a client is shown SNIChainPEM (of the same key) in place of
	// Chain; "": none
	SNI          string
	SNIChainPEM  []byte
	ALPN         []string // what it speaks, the best first; empty: no word of it
	MaxFragmentB int      // that the client must have asked for; 0: none
	Agreed       uint32   // what the client must have agreed on: AGREED_* in the library's port
	Renegotiate  string   // of core.Renegotiators: who asks for a second handshake; "": neither
}

// answerHead is the HTTP header of an answer.
func answerHead(bodyBytes uint32) string {
	return fmt.Sprintf("HTTP/1.0 200 OK\r\nServer: tlslab\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", bodyBytes)
}

// AnswerBytes is the length of the reference server's whole answer.
func AnswerBytes(bodyBytes uint32) uint32 { return uint32(len(answerHead(bodyBytes))) + bodyBytes }
