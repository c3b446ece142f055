// Package profiles holds one TOML file a profile (board, core, configurations,
// axes, scenarios, limits, budgets) and one a scenario, and renders a
// configuration as the core's header. It compiles and runs nothing.
package profiles

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"time"

	"tlslab/internal/metric"
)

// Profile is what `make bench PROFILE=name` measures.
type Profile struct {
	Name  string `toml:"name" key:"-,a label"`
	Title string `toml:"title" key:"-,a label"`
	// a name in boards/, or a path to a TOML file beside the profile
	Board string `toml:"board" key:"-,a job has its own board"`
	// further boards, measured in the same way
	Boards    []string `toml:"boards" key:"-,a job has its own board"`
	Core      string   `toml:"core" key:"-,a job is measured on a source, whose digest counts"` // "mbedtls-2.28"
	Scenarios []string `toml:"scenarios" key:"-,a job has its own scenario"`
	// a name in profiles/matrix/, or a path beside the profile; its rows are scenarios too
	Matrix   string           `toml:"matrix" key:"-,a job has its own scenario"`
	Machines []metric.Machine `toml:"machines" key:"-,a job has its own machine"` // default ["wasm"]

	Compiler Compiler `toml:"compiler"`
	Memory   Memory   `toml:"memory"`
	Run      Run      `toml:"run"`
	Configs  []Config `toml:"config" key:"-,a job has its own header"`
	Axes     []Axis   `toml:"axis" key:"-,a job has its own header"`
	// metric name -> most allowed; budgets hold for every case whose config is named in
	// BudgetConfigs
	Budget map[string]int64 `toml:"budget" key:"-,judged after measuring"`
	// BudgetConfigs names the configs the budget binds; empty means all.
	BudgetConfigs []string `toml:"budget_configs" key:"-,judged after measuring"`

	// CAFiles are PEM files beside a user's profile, compiled into the guest
	// after the scenario's own root, as the manual's certs/ directory is: names,
	// or patterns ("certs/*.pem").
	CAFiles []string `toml:"ca_files" key:"-,their certificates are in the image"`

	// directory of a user's own profile, "" for a built-in one
	Dir string `toml:"-" key:"-,where it lies changes nothing"`

	file  string               `key:"-,as errors name it"`
	data  []byte               `key:"-,what it says is in the fields"`
	rows  map[string]*Scenario `key:"-,a job has its own scenario"` // of Matrix
	lists map[string]list      `key:"-,a job has its own header"`   // base lists, by the name a config gives them
	// of the configs that start from a header, by their place
	origins map[int]*origin `key:"-,a job has its own header"`
	dialect *Dialect        `key:"-,its words are in the headers"` // of its core's library
	// the data that the profile was made from in another process; nil: made from a file
	carried *Carried `key:"-,its parts are in the fields, in the header and in the image"`
}

// Digest is the hex SHA-256 of the profile's file, for provenance. Headers and
// scenarios have digests of their own.
func (p *Profile) Digest() string { return digest(p.data) }

// File is the profile's file as errors name it.
func (p *Profile) File() string { return p.file }

// Resolve turns a reference in the profile (board, scenario, header, PEM) into
// a path where it names a file: relative ones start at the profile's
// directory. ok is false for the name of something built in.
func (p *Profile) Resolve(ref string) (path string, ok bool) {
	if !isPath(ref) {
		return "", false
	}
	return p.path(ref), true
}

// path is where a file that the profile names lies.
func (p *Profile) path(ref string) string {
	if filepath.IsAbs(ref) {
		return ref
	}
	return filepath.Join(p.Dir, ref)
}

// Compiler is the optimisation level of each target, "-O2" or "-Os"; "-Os
// -flto" too for ARM.
type Compiler struct {
	Wasm string `toml:"wasm"`
	ARM  string `toml:"arm"`
}

// Memory is what the firmware gives TLS.
type Memory struct {
	HeapBytes  uint32 `toml:"heap_bytes"`  // the heap arena, to the byte
	StackBytes uint32 `toml:"stack_bytes"` // the TLS thread's stack; multiple of 16
}

// Run bounds a run and seeds it.
type Run struct {
	Ops  uint64 `toml:"budget_ops"` // tick budget, WASM instructions
	Seed uint64 `toml:"seed"`       // entropy of both ends
}

// Config is a complete header: a base plus option settings, or the user's own
// header unchanged.
type Config struct {
	Name   string `toml:"name"`
	Base   string `toml:"base"`   // a list in profiles/configs/, "core" for the core's own header, or
	Header string `toml:"header"` // a header file beside the user's profile (taken unchanged where no option is set)
	// HeaderDirs are further directories, beside the user's profile, of what the
	// header includes: where a build puts sdkconfig.h, autoconf.h or rtconfig.h.
	HeaderDirs []string       `toml:"header_dirs"`
	Set        map[string]any `toml:"set"` // option (with or without MBEDTLS_) -> true, an integer or a string
	Unset      []string       `toml:"unset"`
	// Reference holds published figures for the same configuration:
	// metric name -> figure, and where they come from.
	Reference         map[string]int64 `toml:"reference"`
	ReferenceSource   string           `toml:"reference_source"`
	ReferenceScenario string           `toml:"reference_scenario"` // the scenario they belong to
	ReferenceDiffers  []string         `toml:"reference_differs"`  // what differs in the conditions, one line each
}

// Axis varies one option of one config, one value at a time.
type Axis struct {
	Config string `toml:"config"`
	Option string `toml:"option"` // without MBEDTLS_
	Values []any  `toml:"values"` // integers, or true/false for defined/undefined
}

// Scenario is one conversation between the measured guest and its peer.
type Scenario struct {
	Name     string   `toml:"name"`
	Title    string   `toml:"title"`
	Protocol Protocol `toml:"protocol"`
	Endpoint string   `toml:"endpoint"`  // what the device is: "client" (or "") or "server"
	Group    string   `toml:"group"`     // named group the server insists on (RFC 8422): "" for its own choice
	Suite    string   `toml:"suite"`     // Mbed TLS's name: "TLS-RSA-WITH-AES-256-CBC-SHA256"
	Chain    string   `toml:"chain"`     // a chain in certs/, "" for PSK
	CAFormat string   `toml:"ca_format"` // "pem" (the manual's way) or "der": of the certificates in the device
	Hostname string   `toml:"hostname"`
	RTC      string   `toml:"rtc"`   // RFC 3339: what the time is when the run starts
	Clock    *Clock   `toml:"clock"` // what the calendar clock says then; not there: the same
	PSK      *PSK     `toml:"psk"`
	Password string   `toml:"password"` // of ECJPAKE
	Wire     Wire     `toml:"wire"`
	DTLS     *DTLS    `toml:"dtls"` // with protocols of datagrams, and only there
	Payload  Payload  `toml:"payload"`
	Fault    *Fault   `toml:"fault"` // what is wrong on purpose; not there: nothing
	Features
	// DebugLevel is the threshold of the library's debug messages, 0 to 4. Where
	// it is not there they are not compiled in.
	DebugLevel *int `toml:"debug_level"`

	Needs  map[string]any `toml:"needs"`  // options the scenario adds to any config; false removes one
	Expect string         `toml:"expect"` // "connected" or an error's name
	Checks []Check        `toml:"checks"`

	data    []byte
	dialect *Dialect `key:"-,its words are in Needs"` // that Needs are in
}

// Digest is the hex SHA-256 of the scenario's file, for provenance.
func (s *Scenario) Digest() string { return digest(s.data) }

// RTCSeconds is RTC as seconds since 1970-01-01 UTC.
func (s *Scenario) RTCSeconds() int64 {
	t, err := time.Parse(time.RFC3339, s.RTC)
	if err != nil {
		return 0 // loading has refused it
	}
	return t.Unix()
}

// Version is the protocol as TLS numbers it: 0x0303 is TLS 1.2.
func (s *Scenario) Version() uint32 { return s.Protocol.Version() }

// PSK is a pre-shared key and its identity (RFC 4279).
type PSK struct {
	Identity string `toml:"identity"`
	KeyHex   string `toml:"key_hex"`
}

// Key is the key's bytes.
func (p *PSK) Key() []byte {
	b, err := hex.DecodeString(p.KeyHex)
	if err != nil {
		return nil // loading has refused it
	}
	return b
}

// Wire is the virtual wire.
type Wire struct {
	RTTUS   int64 `toml:"rtt_us"`   // round-trip time, microseconds
	RateBPS int64 `toml:"rate_bps"` // bits per second each way; 0 is unlimited
	MTU     int   `toml:"mtu_B"`    // most bytes of one segment or datagram

	// What goes wrong with datagrams, both ways, and which: seed 0 takes the
	// profile's seed. A table of one direction takes the place of the rates.
	Trouble
	Seed     uint64   `toml:"seed"`
	ToServer *Trouble `toml:"to_server"`
	ToClient *Trouble `toml:"to_client"`
}

// Payload is the application data of a scenario: an HTTP request and answer.
type Payload struct {
	Request       string `toml:"request"`
	ResponseBytes int    `toml:"response_B"` // length of the answer's body
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
