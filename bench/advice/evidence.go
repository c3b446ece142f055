// Package advice says what would help a conversation that failed. It reads what
// the run showed: the messages on the wire, the certificates in them, what this
// configuration's library cannot read, the limits in force. From these it
// proposes changes and has each one tried. A change that does not connect is
// not advised.
//
// Which option provides what it reads from the core's own tables and rules. It
// builds and runs nothing itself: its caller runs the tries (Search.Try).
package advice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tlslab/core"
	"tlslab/core/options"
	"tlslab/emu/records"
	"tlslab/internal/iana"
	"tlslab/internal/metric"
)

// Evidence is what one run showed of itself, and what is known beside it.
type Evidence struct {
	Connected bool
	Outcome   string       // as results.Case has it
	Errors    []string     // of the device's library: "MBEDTLS_ERR_..."; none where it told none
	Flags     []string     // verify flags that are certain: "BADCERT_EXPIRED"
	Phase     metric.Phase // in which the device stopped
	NoBuild   bool         // it does not build: there was no run
	BuildSays string       // the compiler's or linker's first complaint then

	Serves bool                  // the device is the server
	Seen   *records.Conversation // nil: not recorded

	Settings map[string]string // the configuration's macros in force, with MBEDTLS_
	Base     map[string]string // those of the configuration that it varies; nil: it varies none
	Needs    map[string]any    // options that the conversation needs, as far as known

	Shown [][]byte // the peer's certificates, DER, its own first: as seen, or as known
	Roots [][]byte // those that the device trusts, DER
	PEM   bool     // the device has its certificates in PEM
	Own   [][]byte // the device's own certificates, DER
	Host  string   // whose certificate it wants; "": none

	DeviceNow time.Time // what the device's clock said at the end
	Now       time.Time // what it should have said; zero: not known

	Suite     string // that the conversation is to have; "": any
	PeerSuite string // the only one that the peer has, where that is known
	Group     uint16 // that the peer insists on; 0: not known
	Protocol  string // the option of the version that the conversation is to have

	PSKB, IdentityB int    // bytes of the pre-shared key and of its identity
	HeapB           uint32 // bytes of heap that the device has
	ArenaB          uint32 // of it the most that was in use, headers and holes included; of one that ended well
	HeapPeaks       []HeapPeak
}

// HeapPeak is the most heap in one phase.
type HeapPeak struct {
	Phase metric.Phase
	Bytes int64
}

// Core is what is known of the library beyond any run.
type Core struct {
	Version   string
	options   *options.Catalogue
	parts     core.Parts
	suites    map[string]iana.Suite
	fragments bool // a DTLS server of it takes a ClientHello in fragments
}

// LoadCore reads a core's catalogue and tables.
func LoadCore(src *core.Source) (*Core, error) {
	c := &Core{Version: src.Version}
	var err error
	if c.options, err = src.Options(); err != nil {
		return nil, err
	}
	if c.parts, err = src.Parts(); err != nil {
		return nil, err
	}
	if c.fragments, err = src.TakesHelloFragments(); err != nil {
		return nil, err
	}
	c.suites, err = src.Suites()
	return c, err
}

// SuiteName is a suite by its number, as Mbed TLS names it.
func (c *Core) SuiteName(n iana.Suite) string {
	best := ""
	for name, v := range c.suites {
		if v == n && (best == "" || name < best) {
			best = name
		}
	}
	if best == "" {
		return fmt.Sprintf("0x%04x", n)
	}
	return best
}

// has says whether an option is on.
func (c *Core) has(e *Evidence, option string) bool {
	_, on := e.Settings[c.options.Full(option)]
	return on
}

// limit is a number in force: the configuration's, else the core's own; ok is
// false where neither says one.
func (c *Core) limit(e *Evidence, option string) (n int, ok bool) {
	text := e.Settings[c.options.Full(option)]
	if text == "" {
		o, err := c.options.Find(option)
		if err != nil {
			return 0, false
		}
		text = o.Default
	}
	v, err := strconv.ParseInt(strings.Trim(strings.TrimRight(text, "uUlL"), "()"), 0, 64)
	return int(v), err == nil
}

// knows says whether the core has an option.
func (c *Core) knows(option string) bool { _, err := c.options.Find(option); return err == nil }

// failed says whether one of the library's errors has a part of a name.
func (e *Evidence) failed(part string) bool {
	return slices.ContainsFunc(e.Errors, func(s string) bool { return strings.Contains(s, part) })
}

func (e *Evidence) flag(name string) bool { return slices.Contains(e.Flags, name) }

// peer and device are the ends of Seen.
func (e *Evidence) peer() int {
	if e.Serves {
		return records.FromClient
	}
	return records.FromServer
}

func (e *Evidence) device() int { return 1 - e.peer() }

// peerName is who is at the other end.
func (e *Evidence) peerName() string {
	if e.Serves {
		return "the client"
	}
	return "the server"
}

// Answered says that the peer sent anything: else it is not there, and asking it
// again shows nothing.
func (e *Evidence) Answered() bool {
	return e.Seen == nil || len(e.Seen.Sizes(e.peer())) > 0 || len(e.Seen.Sizes(e.device())) == 0
}

// agreed says that a suite was.
func (e *Evidence) agreed() bool { return e.Seen != nil && e.Seen.Suite() != 0 }

// started says that a message was sent: before, no record and no peer is to blame.
func (e *Evidence) started() bool {
	return e.Seen != nil && len(e.Seen.Sizes(e.device()))+len(e.Seen.Sizes(e.peer())) > 0
}
