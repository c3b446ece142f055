package results

import "regexp"

// errorPrefix begins the names of a library's errors, as libraries call them.
var errorPrefix = regexp.MustCompile(`\b[A-Z0-9]+_ERR_`)

// ShortErrors are words in which the names of errors lack what all of a library's
// begin with.
func ShortErrors(words string) string { return errorPrefix.ReplaceAllString(words, "") }

// ShortError is an outcome that is an error's name, without what all names of a
// library's errors begin with.
func ShortError(outcome string) string {
	if at := errorPrefix.FindStringIndex(outcome); at != nil && at[0] == 0 {
		return outcome[at[1]:]
	}
	return outcome
}
