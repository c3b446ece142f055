package build

import (
	"bytes"
	"regexp"
	"strings"

	"tlslab/core"
)

var (
	errorLine = regexp.MustCompile(`(?m)^(.*?)(?:fatal )?error:\s*(.*)$`)
	lineOf    = regexp.MustCompile(`([^/\s:]+):(\d+):`)
)

// asBuildError turns a compiler's refusal into the library's own message; unit
// names what it read from its standard input. An error without a place in a
// file (a full disk, a compiler killed) is not the configuration's.
func asBuildError(err error, spec *core.Spec, unit string) error {
	te, ok := err.(*core.ToolError)
	if !ok || te.Install != "" {
		return err
	}
	m := errorLine.FindStringSubmatch(te.Output)
	if m == nil {
		return err
	}
	e, prefix := &core.BuildError{Output: te.Output}, spec.Source.Recipe.Prefix
	msg := strings.Trim(strings.TrimPrefix(strings.TrimSpace(m[2]), "#error"), ` "`)
	switch l := lineOf.FindStringSubmatch(m[1]); {
	case l == nil:
		return err
	case l[1] == "<stdin>": // its lines are the preprocessor's, not a person's
		e.What = unit + ": " + msg
	case l[1] == core.ConfigName:
		e.What = "config header:" + l[2] + ": " + msg
	default:
		e.What = l[1] + ":" + l[2] + ": " + msg
	}
	named := optionsIn(msg, prefix)
	if len(named) > 0 {
		e.Option = strings.TrimPrefix(named[0], prefix)
	}
	for _, o := range named { // rather one that the header mentions
		if bytes.Contains(spec.Header, []byte(o)) {
			e.Option = strings.TrimPrefix(o, prefix)
			break
		}
	}
	return e
}

// asConfigError is asBuildError for the configuration alone, without a unit.
func asConfigError(err error, spec *core.Spec) error {
	err = asBuildError(err, spec, "configuration")
	if e, ok := err.(*core.BuildError); ok {
		return asIncludeError(e)
	}
	return err
}

// notThere is how clang and gcc say that an included file is nowhere.
var notThere = regexp.MustCompile(`^'([^']+)' file not found|^([^:]+): No such file or directory`)

// asIncludeError is what e says where the configuration includes a file that is
// not there: nothing of it can be known.
func asIncludeError(e *core.BuildError) error {
	at, msg, ok := strings.Cut(e.What, ": ")
	m := notThere.FindStringSubmatch(msg)
	if !ok || m == nil {
		return e
	}
	return &core.IncludeError{At: at, Name: m[1] + m[2]}
}

// asLinkError says which symbol is missing: a configuration can name a
// feature that this port does not have (files, sockets).
func asLinkError(err error) error {
	te, ok := err.(*core.ToolError)
	if !ok || te.Install != "" {
		return err
	}
	for _, line := range strings.Split(te.Output, "\n") {
		// the latter: called without a declaration
		for _, what := range []string{"undefined ", "function signature mismatch"} {
			if i := strings.Index(line, what); i >= 0 {
				return &core.BuildError{What: "link: " + strings.TrimSpace(line[i:]), Output: te.Output}
			}
		}
	}
	return err
}

// optionsIn are the names in a message that begin as options do.
func optionsIn(msg, prefix string) []string {
	return regexp.MustCompile(regexp.QuoteMeta(prefix)+`[A-Z0-9_]+`).FindAllString(msg, -1)
}
