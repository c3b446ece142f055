package advice

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tlslab/internal/quantity"
	"tlslab/profiles"
)

// Change is what is to be otherwise in a conversation that failed; what is zero
// stays as it is.
type Change struct {
	Options []profiles.Change // of the configuration
	Along   []profiles.Change // what the core demands with them
	Roots   [][]byte          // certificates to trust besides, DER
	Host    string            // the name that the peer's certificate must have
	Clock   time.Time         // what the device's clock says at the start
	HeapB   uint32            // bytes of heap
}

// String is the change as a person would make it: "SHA512_C=true", "the name
// tlslab.example".
func (c Change) String() string {
	var parts []string
	for _, o := range c.Options {
		parts = append(parts, spelt(o))
	}
	for _, der := range c.Roots {
		parts = append(parts, "the root "+quoted(ReadCert(der).Subject)+", which the peer itself shows: trust it if the peer is yours")
	}
	if c.Host != "" {
		parts = append(parts, "the name "+c.Host)
	}
	if !c.Clock.IsZero() {
		parts = append(parts, "the clock at "+c.Clock.UTC().Format(time.RFC3339))
	}
	if c.HeapB > 0 {
		parts = append(parts, fmt.Sprintf("a heap of %s", quantity.Bytes(c.HeapB)))
	}
	return strings.Join(parts, ", ")
}

// spelt is an option as a profile's `set` has it.
func spelt(c profiles.Change) string {
	switch {
	case !c.On:
		return c.Option + "=false"
	case c.Value == "":
		return c.Option + "=true"
	}
	return c.Option + "=" + c.Value
}

// none says that nothing is changed.
func (c Change) none() bool {
	return len(c.Options) == 0 && len(c.Roots) == 0 && c.Host == "" && c.Clock.IsZero() && c.HeapB == 0
}

// and is both changes; what d says wins.
func (c Change) and(d Change) Change {
	out := c
	out.Options = slices.Clone(c.Options)
	for _, o := range d.Options {
		out.Options = slices.DeleteFunc(out.Options, func(x profiles.Change) bool { return x.Option == o.Option })
		out.Options = append(out.Options, o)
	}
	out.Along, out.Roots = nil, slices.Concat(c.Roots, d.Roots)
	if d.Host != "" {
		out.Host = d.Host
	}
	if !d.Clock.IsZero() {
		out.Clock = d.Clock
	}
	if d.HeapB > 0 {
		out.HeapB = d.HeapB
	}
	return out
}

// applied are settings (macros with MBEDTLS_) with changes made.
func (c *Core) applied(settings map[string]string, changes ...[]profiles.Change) map[string]string {
	out := maps.Clone(settings)
	if out == nil {
		out = map[string]string{}
	}
	for _, list := range changes {
		for _, change := range list {
			name := c.options.Full(change.Option)
			_, there := out[name]
			switch {
			case !change.On:
				delete(out, name)
			case change.Value != "" || !there:
				out[name] = change.Value
			}
		}
	}
	return out
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
