package tamper

import "slices"

// try is one way to tamper with what a server sends.
type try struct {
	name, title string
	change      func(m *Middle, r record) []record
}

// tries in the order of a handshake. Names are in scenario files and results:
// they stay.
var tries = []try{
	{"lower-version", "ServerHello names the version below", (*Middle).lowerVersion},
	{"other-session-id", "a bit of ServerHello's session ID is turned over", (*Middle).otherSessionID},
	{"unoffered-suite", "ServerHello names a suite that was not offered", (*Middle).unofferedSuite},
	{"compression", "ServerHello names a compression method that was not offered", (*Middle).compression},
	{"unasked-extension", "ServerHello has an extension that was not asked for", (*Middle).unaskedExtension},
	{"no-renegotiation-info", "ServerHello's renegotiation_info (RFC 5746) is taken out", (*Middle).noRenegotiationInfo},
	{"corrupt-key-exchange", "the last byte of ServerKeyExchange, its signature's, has a bit turned over", (*Middle).corruptKeyExchange},
	{"corrupt-finished", "the last byte of the server's Finished has a bit turned over", (*Middle).corruptFinished},
	{"corrupt-record", "a bit of the first record of application data is turned over", (*Middle).corruptRecord},
	{"oversize-record", "a record of application data is longer than TLS allows", (*Middle).oversizeRecord},
	{"replayed-record", "the first record of application data comes twice", (*Middle).replayedRecord},
	{"no-close-notify", "the stream ends without the server's close_notify", (*Middle).noCloseNotify},
}

// Names lists the tries.
func Names() []string {
	var names []string
	for _, t := range tries {
		names = append(names, t.name)
	}
	return names
}

// Title says what a try does; "" for one that there is not.
func Title(name string) string {
	if t := find(name); t != nil {
		return t.title
	}
	for _, t := range datagramTries {
		if t.name == name {
			return t.title
		}
	}
	return ""
}

func find(name string) *try {
	i := slices.IndexFunc(tries, func(t try) bool { return t.name == name })
	if i < 0 {
		return nil
	}
	return &tries[i]
}

// onMessage changes the first handshake message in the clear that change takes.
func (m *Middle) onMessage(r record, kind byte, change func(message) message) []record {
	if m.applied || m.protected || r.kind() != handshake {
		return []record{r}
	}
	var body []byte
	for _, msg := range messages(r.body()) {
		if msg[0] == kind && !m.applied {
			if out := change(append(message(nil), msg...)); out != nil {
				msg, m.applied = out, true
			}
		}
		body = append(body, msg...)
	}
	if !m.applied {
		return []record{r}
	}
	return []record{r.with(body)}
}

// onHello is onMessage for the ServerHello taken apart.
func (m *Middle) onHello(r record, change func(message, hello) message) []record {
	return m.onMessage(r, serverHello, func(msg message) message {
		h, ok := parseHello(msg)
		if !ok {
			return nil
		}
		return change(msg, h)
	})
}

// Minor numbers of versions. Those of DTLS count down (RFC 6347, 4.1).
const (
	firstVersionAbove = 1 // TLS 1.0: SSLv3 below it is 0
	dtls12            = 0xfd
	dtls10            = 0xff
)

func (m *Middle) lowerVersion(r record) []record {
	before, lower := m.applied, byte(0)
	out := m.onHello(r, func(msg message, h hello) message {
		switch {
		case m.datagrams && h.version[1] == dtls12:
			h.version[1] = dtls10
		case m.datagrams || h.version[1] < firstVersionAbove:
			return nil
		default:
			h.version[1]--
		}
		lower = h.version[1]
		return msg
	})
	if m.applied && !before {
		out[0][2] = lower // the record's own version, which is the same
	}
	return out
}

func (m *Middle) otherSessionID(r record) []record {
	return m.onHello(r, func(msg message, h hello) message {
		if len(h.session) == 0 {
			return nil
		}
		h.session[m.below(len(h.session))] ^= m.bit()
		return msg
	})
}

// someSuites are suites that Mbed TLS knows (ssl_ciphersuites.h): one of them a
// client did not offer.
var someSuites = []uint16{
	0x002f, // TLS_RSA_WITH_AES_128_CBC_SHA
	0xc02b, // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	0xc02f, // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
	0x00a8, // TLS_PSK_WITH_AES_128_GCM_SHA256
	0x0033, // TLS_DHE_RSA_WITH_AES_128_CBC_SHA
	0x0001, // TLS_RSA_WITH_NULL_MD5
}

func (m *Middle) unofferedSuite(r record) []record {
	return m.onHello(r, func(msg message, h hello) message {
		for _, s := range someSuites {
			if !slices.Contains(m.offered.suites, s) {
				msg[h.suiteAt], msg[h.suiteAt+1] = byte(s>>8), byte(s)
				return msg
			}
		}
		return nil
	})
}

func (m *Middle) compression(r record) []record {
	return m.onHello(r, func(msg message, h hello) message {
		msg[h.compressAt] = 1 // DEFLATE (RFC 3749)
		return msg
	})
}

// Extensions with the data a server may answer with.
var someExtensions = []extension{
	{16, []byte("\x00\x03\x02h2")},  // application_layer_protocol_negotiation (RFC 7301)
	{22, nil},                       // encrypt_then_mac (RFC 7366)
	{1, []byte{1}},                  // max_fragment_length of 512 (RFC 6066)
	{35, nil},                       // session_ticket (RFC 5077)
	{0xfafa, []byte{0, 0, 0, 0, 0}}, // GREASE, assigned to no extension (RFC 8701)
}

func (m *Middle) unaskedExtension(r record) []record {
	return m.onHello(r, func(msg message, h hello) message {
		for _, e := range someExtensions {
			if !m.offered.has(e.kind) && !h.has(e.kind) {
				return extended(msg, h.extendedAt, append(h.extensions, e))
			}
		}
		return nil
	})
}

// renegotiationInfo is the extension of RFC 5746.
const renegotiationInfo = 0xff01

func (m *Middle) noRenegotiationInfo(r record) []record {
	return m.onHello(r, func(msg message, h hello) message {
		if !h.has(renegotiationInfo) {
			return nil
		}
		rest := slices.DeleteFunc(h.extensions, func(e extension) bool { return e.kind == renegotiationInfo })
		return extended(msg, h.extendedAt, rest)
	})
}

func (m *Middle) corruptKeyExchange(r record) []record {
	if !m.proven { // without a certificate there is no signature
		return []record{r}
	}
	return m.onMessage(r, serverKeyExchange, func(msg message) message {
		msg[len(msg)-1] ^= m.bit()
		return msg
	})
}

// on changes the first protected record of a type.
func (m *Middle) on(r record, kind byte, change func(record) []record) []record {
	if m.applied || !m.protected || r.kind() != kind || len(r.body()) == 0 {
		return []record{r}
	}
	m.applied = true
	return change(append(record(nil), r...))
}

func (m *Middle) corruptFinished(r record) []record {
	return m.on(r, handshake, func(r record) []record {
		r[len(r)-1] ^= m.bit()
		return []record{r}
	})
}

func (m *Middle) corruptRecord(r record) []record {
	return m.on(r, applicationData, func(r record) []record {
		r[headerB+m.below(len(r.body()))] ^= m.bit()
		return []record{r}
	})
}

func (m *Middle) oversizeRecord(r record) []record {
	return m.on(r, applicationData, func(r record) []record {
		return []record{r.with(append(r.body(), make([]byte, mostB+1-len(r.body()))...))}
	})
}

func (m *Middle) replayedRecord(r record) []record {
	return m.on(r, applicationData, func(r record) []record { return []record{r, r} })
}

// noCloseNotify takes out the first protected alert: close_notify where all
// goes well.
func (m *Middle) noCloseNotify(r record) []record {
	return m.on(r, alert, func(record) []record { return nil })
}
