// Package dialect says what a profile has to know of a TLS library: how its
// configuration headers are written, what the lab must have otherwise in one, and
// which options a conversation needs. It is the shape; libraries fill it in, as
// data (core/library/.../dialect).
package dialect

import (
	"regexp"

	"tlslab/profiles/header"
)

// Dialect is the dialect of a library. Every function and pattern is set, except that
// Found may be nil.
type Dialect struct {
	Title  string // "Mbed TLS", as core.Library.Title; the names of its cores follow from it: CoreName
	Prefix string // that options' names begin with in headers; data files and people may leave it out
	Core   string // the core that base lists of its options are written for
	// Default says that profiles that name no core are for Core. Only one library has it.
	Default bool
	// Found reports whether a directory is a source tree of the library. The package that
	// builds the library sets it. Without that package it is nil.
	Found func(dir string) bool
	// Mine tells an option of the library's from one of the system that a header
	// was written for.
	Mine func(macro string) bool
	// DebugOption compiles the library's debug messages in.
	DebugOption string
	// Suites is the option that lists the suites offered; Suite is a suite in
	// that list.
	Suites string
	Suite  func(name string) string
	Header Header
	// Overrides are all that the lab has to change in a header of one's own, in
	// the order it does.
	Overrides []Override
	// Refusals are options that need what is not here; of those, Offered are none.
	Refusals []Refusal
	Offered  *regexp.Regexp
	Needs    Needs
}

// Header is how a configuration header is written.
type Header struct {
	Begin string // of a header that the lab writes, after its first comment
	End   string // has the configuration checked
	// Check is the line by which a header has itself checked: changes go before
	// the last of them. CheckNames are the files that it includes.
	Check      *regexp.Regexp
	CheckNames []string
	// Bare is how such a file is included from beside the library's own header;
	// BareName is what it is then called, and Whole replaces Bare where the header
	// lies elsewhere.
	Bare            *regexp.Regexp
	BareName, Whole string
	// Own are the library's own configuration header, as another includes it.
	Own []string
	// Brings and BringsBelow are files, and the beginnings of names of files, that
	// the library or the lab's part for it has.
	Brings, BringsBelow []string
	About               header.About
	// Foreign says that a header was written for a release that this lab does not
	// build, and by what that is seen; "" where nothing says so.
	Foreign func(h *header.Header) string
}

// Override is a change that the lab makes in a user's header, or the core's, where
// one of its options is defined.
type Override struct {
	When, Option string // where When is defined, Option is changed
	Defined      bool   // to this; false takes it out
	Value        string
	Reason       string
}

// Refusal is a kind of options that need what is not here.
type Refusal struct {
	Option *regexp.Regexp
	Reason string // with %s for the options, as a config's unset lists them
}

// Needs are the options, without their prefix, that a conversation needs by what
// it is: those that the library's own checks and files ask for.
type Needs struct {
	Always []string
	// Client and Server are what an end needs for being one.
	Client, Server string
	// Protocols are in rising order: all but a scenario's own are taken out, so
	// that the client has no other to offer.
	Protocols []ProtocolNeeds
	// Datagrams are the protocols over a stream that those over datagrams are made
	// from, and DatagramOptions what these need beside.
	Datagrams       map[Protocol]Protocol
	DatagramOptions []string
	// Exchanges are by a suite's part before "-WITH-", without "TLS-"; ExchangeOn
	// is the option that has one itself.
	Exchanges  map[string][]string
	ExchangeOn func(exchange string) string
	// Exchanges13 are those of TLS 1.3, whose suites name none; options that are
	// Modes13 of the others are taken out.
	Exchanges13 map[string][]string
	Mode13      func(option string) bool
	Ciphers     []Part // by a word, or words, of the suite's part after "-WITH-"
	Chains      []Part // by how a chain's name begins
	// Features are by the key of a scenario's file, or by "KEY=VALUE".
	Features map[string][]string
	// Serves are what a server needs, as Features.
	Serves map[string][]string
}

// ProtocolNeeds is what one protocol needs.
type ProtocolNeeds struct {
	Protocol Protocol
	Option   string
	More     []string
	Links    []string // options that it does not link without, although it does not use them
}

// Part is what a part of a name needs.
type Part struct {
	Part    string
	Options []string
	Without []string // options that leave it out
}
