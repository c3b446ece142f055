package profiles

import "tlslab/profiles/dialect"

// lib is whose configurations profiles read and write.
func lib() *dialect.Dialect { return dialect.Registered() }

// HeaderEnds are what a header that the lab writes begins with, after its first
// comment, and what it ends with, which has the configuration checked.
func HeaderEnds() (begin, end string) { return lib().Header.Begin, lib().Header.End }

// Title is the library's name for people.
func Title() string { return lib().Title }

// DefaultCore is the core of a profile that names none: the base lists are of its
// options.
func DefaultCore() string { return lib().Core }
