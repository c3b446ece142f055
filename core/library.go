package core

import (
	"path"
	"slices"

	"tlslab/core/options"
	"tlslab/internal/iana"
	"tlslab/internal/metric"
)

// Library is a TLS library that the lab can build. Everything that depends on
// which one it is, is behind it and behind the Tree that it finds.
type Library interface {
	// Title is the library's name for people: "Mbed TLS".
	Title() string
	// Refusals says, for each must-reject check, how the library refuses it and what
	// decides whether it does.
	Refusals() map[string]Refusal
	// Part is the part of the library that a function belongs to, for people:
	// "bignum"; "" for a function of none, such as memcpy.
	Part(function string) string
	// EntropySource is the port's function that gives the library entropy; "" if the
	// library calls none.
	EntropySource() string
	// Pins are its releases that need no directory from the user.
	Pins() []Pin
	// Find recognises a tree of the library in a directory. A *UnlikeError says
	// that it is none.
	Find(dir string) (*Found, error)
	// Primitives are the names of the operations that its program for the role Primitives
	// runs; none if it has no such program.
	Primitives() []string
	// Support is what upstream says of a version; nil if the library has no such
	// release or does not know.
	Support(version string) *Support
}

// Found is a tree that a library knows as its own.
type Found struct {
	Version string
	Recipe  *Recipe
	Tree    Tree
}

// Pin names one upstream release as Debian ships it.
type Pin struct {
	Core    string // the core's name in profiles
	Package string // Debian source package
	Version string // Debian version
	Suite   string // Debian suite that has it
	File    string // the upstream tarball
	SHA256  string
	Tree    string // Source.Digest of the unpacked archive
}

// Tree is what a library knows of one of its trees: by its own headers and
// files, and by what the lab knows of its releases.
type Tree interface {
	// Header is the library's own configuration header as its release comes, and
	// its name relative to the tree.
	Header() (name string, text []byte, err error)
	// Options is the catalogue of the tree's options.
	Options() (*options.Catalogue, error)
	// Parts are what the tree has only where a configuration asks for it.
	Parts() (Parts, error)
	// ErrorNames are the tree's errors.
	ErrorNames() (ErrorNames, error)
	// Suites are the IANA numbers of its cipher suites, by the library's names.
	Suites() (map[string]iana.Suite, error)
	// TakesHelloFragments says whether a server of the tree takes a ClientHello
	// that came in several datagrams (RFC 6347, 4.2.3).
	TakesHelloFragments() (bool, error)
}

// Recipe is how a tree is compiled. Paths are relative to the tree.
type Recipe struct {
	Units []string // the library's C files, sorted
	// Dirs are where compilers look for headers, in their order. The Source's
	// digest covers these, the directories of Units, and what files there refer to.
	Dirs []string
	// Flags are what every file is compiled with: how it finds ConfigName.
	Flags []string
	// Probe is C text that includes the configuration as the library's files do.
	Probe string
	// ConfigFiles are the headers that make up a configuration of these macros.
	// They mention every option, and their effect is in the macros they leave.
	ConfigFiles func(macros map[string]string) []string
	// Own tells a macro that only the library and its configuration define.
	Own func(macro string) bool
	// Option tells an option among the macros of a configuration: the guest
	// reports these with their values.
	Option func(macro string) bool
	// Prefix begins the names of options: a compiler's message that names one
	// speaks of the configuration.
	Prefix string
	// Port is the library's folder in core/port; "" for none.
	Port string
	// Program is what an image has of the port's files for this library.
	Program func(spec *Spec) *Program
	// Reference is the configuration header of the reference ends: all that the
	// library can do, less what needs an operating system.
	Reference []byte
	// Constant are functions that call through a pointer which never changes, so
	// that compilers can't leave the call out; and what it points to.
	Constant map[string]string
	// Openings are functions that open a phase of the handshake where the library enters
	// no new state, so the port reports no event.
	Openings []Opening
	// Apart are functions whose calls are each shown separately, so that each certificate
	// of a chain, and each signature, can be told from the next.
	Apart []string
}

// Opening is a function that opens a phase. The phase lasts until the function returns;
// then the phase before it goes on. Compilers must not inline the function, so it has to
// be called from another file.
type Opening struct {
	Function string
	Phase    metric.Phase // a phase of port.h: "key-derivation"
	Within   metric.Phase // the phase that must be under way; "": any of the handshake
}

// covered are the directories that hold what is compiled, and what that includes.
func (r *Recipe) covered() []string {
	dirs := slices.Clone(r.Dirs)
	for _, u := range r.Units {
		if d := path.Dir(u); !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	return dirs
}

// Program is a role's program for a library: its files in core/port.
type Program struct {
	Main  string   // the file that is linked first; "" where the tree itself has it
	Files []string // the others, in the order in which they are linked
	// Flags are what a file of the port is told on the compiler's command line.
	Flags func(file string) []string
	// Judging is C text by which the program judges certificates as the
	// scenario's Verify.Profile says; "" where there is none.
	Judging string
}

// ConfigName is what a configuration's header is called where compilers read it.
const ConfigName = "tlslab_config.h"

// Parts are what a tree has only where a configuration asks for it: the OIDs that
// it reads, its curves, suites and kinds of keys. Each is a rule that is violated
// where the part is not there; ok is false where no condition stands before it,
// or the library does not have it.
type Parts interface {
	// Rules are the library's own, of the same reading: a part's may be mended
	// with them.
	Rules() []options.Rule
	// OID is an object identifier: its DER without tag and length.
	OID(der []byte) (r options.Rule, ok bool)
	// Curve is a curve by TLS's number.
	Curve(group uint16) (r options.Rule, ok bool)
	// Suite is a suite by the library's name.
	Suite(name string) (r options.Rule, ok bool)
	// Key is a kind of key: "RSA", "ECKEY".
	Key(kind string) (r options.Rule, ok bool)
}
