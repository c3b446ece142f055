package profiles

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"tlslab/internal/input"
	"tlslab/internal/strict"
)

// Matrix is a file of conversations, one a row, that differ in protocol, suite
// and certificates, and in nothing else.
type Matrix struct {
	Hostname string  `toml:"hostname"`
	RTC      string  `toml:"rtc"` // RFC 3339
	CAFormat string  `toml:"ca_format"`
	PSK      *PSK    `toml:"psk"`      // of the suites that have one
	Password string  `toml:"password"` // of ECJPAKE
	Wire     Wire    `toml:"wire"`
	DTLS     *DTLS   `toml:"dtls"` // of the rows that have datagrams
	Payload  Payload `toml:"payload"`
	Rows     []Row   `toml:"row"`

	data []byte
}

// Row is one scenario of a matrix, or one for each of its suites.
type Row struct {
	Protocol Protocol `toml:"protocol"`
	Suites   []string `toml:"suites"`   // Mbed TLS's names
	Endpoint string   `toml:"endpoint"` // what the device is: "client" (or "") or "server"
	Chain    string   `toml:"chain"`    // a chain in certs/; "" where the suites have none
	Exchange string   `toml:"exchange"` // of TLS 1.3, whose suites name none: "ECDHE-RSA", "PSK", ...
	Group    string   `toml:"group"`    // named group the server insists on; "": its own choice
	Features
	// of the scenario, for a row of one suite; "": made of protocol, suite and tag
	Name  string `toml:"name"`
	Title string `toml:"title"` // "": protocol and suite
	// ends the scenarios' names; "" for rows that differ in protocol and suite
	Tag      string         `toml:"tag"`
	CAFormat string         `toml:"ca_format"` // "": the matrix's
	Needs    map[string]any `toml:"needs"`     // beyond what protocol, suite, chain and features need
	Expect   string         `toml:"expect"`    // "" for "connected"
	Checks   []Check        `toml:"checks"`
	RTC      string         `toml:"rtc"`      // RFC 3339; "": the matrix's
	Clock    *Clock         `toml:"clock"`    // as a scenario's
	Fault    *Fault         `toml:"fault"`    // as a scenario's
	Hostname string         `toml:"hostname"` // "": the matrix's
	// DebugLevel is as a scenario's own.
	DebugLevel *int `toml:"debug_level"`
}

// MatrixNames lists the built-in matrices, sorted.
func MatrixNames() []string { return names("matrix", ".toml") }

// loadMatrix returns a matrix's scenarios in its order: a built-in one's by its
// name, or, for a user's profile, those of a TOML file beside it by its path.
func loadMatrix(p *Profile, name string) ([]*Scenario, error) {
	if isPath(name) {
		if p.Dir == "" {
			return nil, fmt.Errorf("%q: only a user's own profile can name a matrix file", name)
		}
		data, err := input.Read(p.path(name), input.Text)
		if err != nil {
			return nil, err
		}
		return decodeMatrix(p.Dialect(), p.path(name), data)
	}
	data, err := builtin.ReadFile("matrix/" + name + ".toml")
	if err != nil {
		return nil, strict.Unknown("matrix", name, MatrixNames())
	}
	return decodeMatrix(p.Dialect(), "profiles/matrix/"+name+".toml", data)
}

// decodeMatrix reads a matrix and checks every scenario it makes.
func decodeMatrix(d *Dialect, file string, data []byte) ([]*Scenario, error) {
	m := &Matrix{data: data}
	if err := strict.Unmarshal(file, data, m); err != nil {
		return nil, err
	}
	var all []*Scenario
	var errs []error
	seen := map[string]bool{}
	for i := range m.Rows {
		row := fmt.Sprintf("row[%d]", i)
		bad := func(key, format string, args ...any) {
			errs = append(errs, strict.Errorf(file, data, row+"."+key, format, args...))
		}
		if len(m.Rows[i].Suites) == 0 {
			bad("suites", "none: a row has at least one")
		}
		for _, suite := range m.Rows[i].Suites {
			s := m.scenario(d, &m.Rows[i], suite)
			s.check("", bad)
			m.Rows[i].checkExchange(d, bad)
			if seen[s.Name] {
				bad("suites", "%q: named twice; tell the rows apart by a tag", s.Name)
			}
			seen[s.Name] = true
			all = append(all, s)
		}
	}
	if len(m.Rows) == 0 {
		errs = append(errs, strict.Errorf(file, data, "row", "none: a matrix has at least one"))
	}
	return all, errors.Join(errs...)
}

// scenario is one suite of a row.
func (m *Matrix) scenario(d *Dialect, r *Row, suite string) *Scenario {
	s := &Scenario{Protocol: r.Protocol, Endpoint: r.Endpoint, Suite: suite, Group: r.Group, Chain: r.Chain, Hostname: cmp.Or(r.Hostname, m.Hostname), Fault: r.Fault,
		RTC: cmp.Or(r.RTC, m.RTC), Clock: r.Clock, Wire: m.Wire, Payload: m.Payload, Expect: r.Expect, Checks: r.Checks,
		Features: r.Features, DebugLevel: r.DebugLevel, dialect: d, Needs: needsOf(d, r.Protocol, suite, r.Chain)}
	long := r.long(suite)
	addNeeds13(d, s.Needs, r.Exchange, r.Resume)
	s.addNeeds()
	s.Name = strings.ReplaceAll(string(r.Protocol), ".", "") + strings.TrimPrefix(strings.ToLower(strings.Replace(long, "-WITH-", "-", 1)), "tls")
	s.Title = string(r.Protocol) + ", " + suite
	if s.Datagram() {
		s.DTLS = m.DTLS
	}
	if s.Serves() {
		s.Name += "-server"
		s.Title += ", as the server"
		s.serverNeeds()
	}
	if r.Tag != "" {
		s.Name += "-" + r.Tag
	}
	s.Name, s.Title = cmp.Or(r.Name, s.Name), cmp.Or(r.Title, s.Title)
	if s.Chain != "" {
		s.CAFormat = cmp.Or(r.CAFormat, m.CAFormat)
	}
	if strings.Contains(long, "PSK-") {
		s.PSK = m.PSK
	}
	if strings.Contains(suite, "ECJPAKE") {
		s.Password = m.Password
	}
	if s.Expect == "" {
		s.Expect = "connected"
	}
	for name, value := range r.Needs {
		s.Needs[name] = value
	}
	s.needDebug()
	// What the scenario is made from takes the place of a file of its own.
	own := *r
	own.Clock, own.DebugLevel, own.Fault = nil, nil, nil // pointers: the name tells such rows apart
	s.data = fmt.Appendf(nil, "%s %+v %q", m.data, own, suite)
	return s
}

// addMatrix puts the scenarios of the profile's matrix behind its own.
func (p *Profile) addMatrix() error {
	if p.Matrix == "" {
		return nil
	}
	rows, err := loadMatrix(p, p.Matrix)
	if err != nil {
		return p.errorf("matrix", "%w", err)
	}
	p.rows = map[string]*Scenario{}
	for _, s := range rows {
		p.rows[s.Name] = s
		p.Scenarios = append(p.Scenarios, s.Name)
	}
	return nil
}
