package core

// ErrorNames gives a library's own names to its error codes and to what it says
// of certificates, read from the tree's headers.
type ErrorNames interface {
	// Error names the magnitude of a negative return value; an unknown one is
	// given in hex.
	Error(code uint32) string
	// Flags names the flags of a certificate's verification, joined by " + "; ""
	// for none.
	Flags(flags uint32) string
	// Short is a name without the prefix that all of its kind have, which people may leave
	// out: "SSL_TIMEOUT" for MBEDTLS_ERR_SSL_TIMEOUT.
	Short(name string) string
	// Spelt is a word's full name, as programs write it.
	Spelt(w ErrorWord) string
	// Words lists all that the tree has names for, by kind and value.
	Words() []ErrorWord
	// Kind is what kind of error a name is, as Error gives it; "" for a word that
	// is not one of the library's errors.
	Kind(name string) ErrorKind
	// Hint says, for people, which part of a configuration an error is about: "a curve that
	// is off: ..."; "" if that is not certain. name is as Error gives it.
	Hint(name string) string
	// Parts are the words of one error code: its own, or those that it is the sum
	// of; none where it is not known.
	Parts(code uint32) []ErrorWord
}

// ErrorWord is an error code, an X.509 verify flag, an alert or a PSA status of
// a core, with what the core's own header says of it.
type ErrorWord struct {
	Name   string // as outcomes have it: MBEDTLS_ERR_SSL_INVALID_RECORD, BADCERT_EXPIRED
	Kind   WordKind
	Value  uint32 // of an error or a status its negative's magnitude
	Says   string // the comment beside it, one line; "" where there is none
	Header string // "ssl.h"
}

// WordKind says what an ErrorWord's value is.
type WordKind string

// Kinds of words.
const (
	ErrorCode  WordKind = "error"       // a return value, negated
	VerifyFlag WordKind = "verify flag" // a bit of what the library says of a certificate
	AlertCode  WordKind = "alert"       // the second byte of an alert (RFC 5246, 7.2)
	PSAStatus  WordKind = "PSA status"  // a return value of the PSA API, negated
)

// ErrorKind is what an error is about, whatever the library calls it.
type ErrorKind string

// Kinds of errors.
const (
	CertificateError ErrorKind = "certificate" // of reading or judging one
	AlertError       ErrorKind = "alert"       // the other end has broken off, and said so
	RecordError      ErrorKind = "record"      // what came is not what the protocol has there
	MemoryError      ErrorKind = "memory"
	EntropyError     ErrorKind = "entropy"
	TimeoutError     ErrorKind = "timeout"  // a timer ended a handshake or a wait
	InternalError    ErrorKind = "internal" // from a place that the library says is never reached
	OtherError       ErrorKind = "other"
)

// Refusal says how a library refuses what a must-reject check shows it.
type Refusal struct {
	// Flag is the one of ErrorNames.Flags that a bad certificate gets; "" where the
	// check shows none.
	Flag string
	// Unread is the name of an error that does as well: where the signature can't
	// be read, there is no verdict. "" where none does.
	Unread string
	// Options may decide whether it is refused, without their prefix: each is worth
	// measuring.
	Options []string
	// Call is what an application calls to have it refused; "" where no call does.
	Call string
	// Otherwise is what an application has to do where neither an option nor a call
	// decides; "" where nothing is known.
	Otherwise string
}
