package mbedtls

import (
	"regexp"
	"strings"

	"tlslab/core/options"
)

var (
	defineLine = regexp.MustCompile(`^\s*(//)?\s*#\s*define\s+(MBEDTLS_\w+)(\(?)[ \t]*(.*)$`)
	integer    = regexp.MustCompile(`^\(?-?(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*\)?$`)
	arithmetic = regexp.MustCompile(`^[0-9()* +-]+$`)
)

// parseHeader reads the options of a configuration header as upstream writes
// it: each a #define, commented out where it is off, below a comment that
// explains it.
func parseHeader(data []byte) []options.Option {
	var out []options.Option
	seen := map[string]int{}
	var doc []string // lines of the comment above
	inDoc := false
	for _, line := range strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") {
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(text, "/*"):
			doc, inDoc = nil, true
			text = strings.TrimLeft(text, "/*")
			fallthrough
		case inDoc:
			body, _, ends := strings.Cut(text, "*/")
			doc = append(doc, strings.TrimSpace(strings.TrimPrefix(body, "*")))
			inDoc = !ends
			continue
		}
		m := defineLine.FindStringSubmatch(line)
		if m == nil || m[3] == "(" || strings.HasSuffix(m[2], "_H") {
			continue
		}
		value, comment := m[4], ""
		if v, c, ok := strings.Cut(value, "/*"); ok {
			value, comment = v, strings.Trim(strings.TrimSuffix(strings.TrimSpace(c), "*/"), "*!< ")
		} else if v, c, ok := strings.Cut(value, "//"); ok {
			value, comment = v, strings.TrimSpace(c)
		}
		o := options.Option{Name: m[2], On: m[1] == "", Default: strings.TrimSpace(value), Says: comment}
		switch {
		case o.Default == "":
			o.Kind = options.Flag
		case integer.MatchString(o.Default), arithmetic.MatchString(o.Default):
			o.Kind = options.Number
		default:
			o.Kind = options.Other
		}
		if o.Says == "" {
			o.Says = sentence(doc)
		}
		o.Requires = requires(doc)
		if at, dup := seen[o.Name]; dup {
			out[at].On = out[at].On || o.On // given twice, as an example and as it is
			continue
		}
		seen[o.Name] = len(out)
		out = append(out, o)
	}
	return out
}

// sentence is the first sentence of a comment, without its \def.
func sentence(doc []string) string {
	var words []string
	for _, line := range doc {
		if strings.HasPrefix(line, `\def`) || strings.HasPrefix(line, `\name`) {
			continue
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, `\brief`), " ")
		if line == "" && len(words) > 0 {
			break
		}
		if line != "" {
			words = append(words, line)
		}
	}
	text := strings.Join(words, " ")
	if i := strings.Index(text, ". "); i > 0 {
		text = text[:i+1]
	}
	return strings.TrimSpace(text)
}

// requires is the comment's "Requires:" paragraph.
func requires(doc []string) string {
	var words []string
	for _, line := range doc {
		rest, starts := strings.CutPrefix(line, "Requires:")
		switch {
		case starts:
			words = append(words, strings.TrimSpace(rest))
		case len(words) > 0 && line == "":
			return strings.Join(words, " ")
		case len(words) > 0:
			words = append(words, line)
		}
	}
	return strings.Join(words, " ")
}
