package core

import (
	"bytes"
	"regexp"
	"strings"
)

var (
	errorLine  = regexp.MustCompile(`(?m)^(.*?)(?:fatal )?error:\s*(.*)$`)
	optionName = regexp.MustCompile(`MBEDTLS_[A-Z0-9_]+`)
	lineOf     = regexp.MustCompile(`([^/\s:]+):(\d+):`)
)

// asBuildError turns a compiler's refusal into the library's own message; unit
// names what it read from its standard input. An error without a place in a
// file (a full disk, a compiler killed) is not the configuration's.
func asBuildError(err error, header []byte, unit string) error {
	te, ok := err.(*ToolError)
	if !ok || te.Install != "" {
		return err
	}
	m := errorLine.FindStringSubmatch(te.Output)
	if m == nil {
		return err
	}
	e := &BuildError{Output: te.Output}
	msg := strings.Trim(strings.TrimPrefix(strings.TrimSpace(m[2]), "#error"), ` "`)
	switch l := lineOf.FindStringSubmatch(m[1]); {
	case l == nil:
		return err
	case l[1] == "<stdin>": // its lines are the preprocessor's, not a person's
		e.What = unit + ": " + msg
	case l[1] == "tlslab_config.h":
		e.What = "config header:" + l[2] + ": " + msg
	default:
		e.What = l[1] + ":" + l[2] + ": " + msg
	}
	named := optionName.FindAllString(msg, -1)
	if len(named) > 0 {
		e.Option = strings.TrimPrefix(named[0], "MBEDTLS_")
	}
	for _, o := range named { // rather one that the header mentions
		if bytes.Contains(header, []byte(o)) {
			e.Option = strings.TrimPrefix(o, "MBEDTLS_")
			break
		}
	}
	return e
}

// asLinkError says which symbol is missing: a configuration can name a
// feature that this port does not have (files, sockets).
func asLinkError(err error) error {
	te, ok := err.(*ToolError)
	if !ok || te.Install != "" {
		return err
	}
	for _, line := range strings.Split(te.Output, "\n") {
		if i := strings.Index(line, "undefined "); i >= 0 {
			return &BuildError{What: "link: " + strings.TrimSpace(line[i:]), Output: te.Output}
		}
	}
	return err
}
