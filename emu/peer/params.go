package peer

import (
	"encoding/binary"
	"strings"

	"tlslab/core"
)

// A parameter is a tag, a length and bytes; core/port/params.h has the tags
// and the layout.
type tag uint32

const (
	tagEnd tag = iota
	tagSuite
	tagBody
	tagGroup
	tagChain
	tagKey
	tagPSK
	tagPSKIdentity
	tagHead
	tagVersion
	tagPassword
	tagDTLS
	tagClientCA
	tagClientAuth
	tagResume
	tagLie
	tagSNI
	tagSNIChain
	tagALPN
	tagAgreed
	tagMaxFragment
	tagRenegotiate
)

const paramsVersion = 1

// authModes are what a server asks of its client, as Mbed TLS numbers it
// (ssl.h, MBEDTLS_SSL_VERIFY_*).
var authModes = map[string]uint32{"optional": 1, "required": 2}

// params is a list of parameters under construction.
type params []byte

// bytes adds a parameter, and nothing where it has no bytes: the server's own
// choice.
func (p *params) bytes(t tag, data []byte) {
	if len(data) == 0 {
		return
	}
	*p = binary.LittleEndian.AppendUint32(*p, uint32(t))
	*p = binary.LittleEndian.AppendUint32(*p, uint32(len(data)))
	*p = append(*p, data...)
	*p = append(*p, make([]byte, 4-len(data)%4)...) // at least one NUL: PEM ends in it
}

// word is bytes for a number; 0 is the server's own choice.
func (p *params) word(t tag, v uint32) {
	if v != 0 {
		p.bytes(t, binary.LittleEndian.AppendUint32(nil, v))
	}
}

// Encode lays the parameters out as port/params.c reads them.
func (p *ServerParams) Encode() []byte {
	b := params(binary.LittleEndian.AppendUint32(nil, paramsVersion))
	b.word(tagSuite, uint32(p.Suite))
	b.word(tagBody, p.BodyBytes)
	b.word(tagGroup, p.Group)
	b.bytes(tagChain, p.Chain)
	b.bytes(tagKey, p.Key)
	b.bytes(tagPSK, p.PSK)
	b.bytes(tagPSKIdentity, p.PSKIdentity)
	b.bytes(tagHead, []byte(answerHead(p.BodyBytes)))
	b.word(tagVersion, p.Version)
	b.bytes(tagPassword, p.Password)
	if p.DTLS != nil {
		b.bytes(tagDTLS, p.DTLS.Encode())
	}
	b.bytes(tagClientCA, p.ClientCAPEM)
	b.word(tagClientAuth, authModes[p.ClientAuth])
	b.word(tagResume, core.ResumeModes[p.Resume])
	b.word(tagLie, lies[p.Lie])
	b.bytes(tagSNI, []byte(p.SNI))
	b.bytes(tagSNIChain, p.SNIChainPEM)
	if len(p.ALPN) > 0 {
		b.bytes(tagALPN, []byte(strings.Join(p.ALPN, "\x00")))
	}
	b.word(tagAgreed, p.Agreed)
	b.word(tagMaxFragment, core.MaxFragmentCodes[p.MaxFragmentB])
	b.word(tagRenegotiate, core.Renegotiators[p.Renegotiate])
	return binary.LittleEndian.AppendUint32(b, uint32(tagEnd))
}
