package core

import (
	"errors"
	"fmt"
	"strings"
)

// BuildError says a configuration does not build: the library's own message.
type BuildError struct {
	What   string // "check_config.h: MBEDTLS_GCM_C defined, but not all prerequisites"
	Option string // the option the message names, "" when it names none
	Output string // the tool's whole output, bounded
}

// IncludeError says that a configuration header includes a file that is
// nowhere: what it would say is not known.
type IncludeError struct {
	At   string // "config header:12", "sdkconfig.h:3"
	Name string
}

func (e *IncludeError) Error() string {
	return fmt.Sprintf("%s: includes %q, which is not there: put it, or an empty file of this name, beside the header, or name its directory in header_dirs", e.At, e.Name)
}

func (e *BuildError) Error() string { return e.What }

// ToolError says a tool is missing or failed in a way no configuration explains.
type ToolError struct {
	Tool    string
	Install string // command that installs it, "" when the tool is there
	Err     error
	Output  string
}

func (e *ToolError) Error() string {
	if e.Install != "" {
		return e.Tool + ": not found; install it with: " + e.Install
	}
	return e.Tool + ": " + e.Err.Error()
}

func (e *ToolError) Unwrap() error { return e.Err }

// ErrWithdrawn says that a point release of Debian's suite took a pinned
// version's place.
var ErrWithdrawn = errors.New("the archive has another version by now")

// LastLine is the last line of what a tool wrote: where most say what failed.
func LastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
