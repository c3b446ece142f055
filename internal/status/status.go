// Package status is the error that says what was measured is bad: the command
// then ends with exit status 1, as diff(1) does where it finds differences, and
// with 2 where it could not tell.
package status

import "fmt"

// Bad is a finding about what was measured.
type Bad struct{ Err error }

func (e *Bad) Error() string { return e.Err.Error() }
func (e *Bad) Unwrap() error { return e.Err }

// Badf is a Bad with a text as fmt.Errorf makes it.
func Badf(format string, args ...any) error { return &Bad{fmt.Errorf(format, args...)} }
