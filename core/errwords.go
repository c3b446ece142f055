package core

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// ErrorWord is an error code, an X.509 verify flag, an alert or a PSA status of
// a core, with what the core's own header says of it.
type ErrorWord struct {
	Name   string // as the header has it: MBEDTLS_ERR_SSL_INVALID_RECORD
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
	VerifyFlag WordKind = "verify flag" // a bit of mbedtls_ssl_get_verify_result
	AlertCode  WordKind = "alert"       // the second byte of an alert (RFC 5246, 7.2)
	PSAStatus  WordKind = "PSA status"  // a return value of the PSA API, negated
)

var (
	alertDefine = regexp.MustCompile(`^#define\s+(MBEDTLS_SSL_ALERT_MSG_[A-Z0-9_]+)\s+([0-9]{1,3})\b`)
	psaDefine   = regexp.MustCompile(`^#define\s+(PSA_ERROR_[A-Z0-9_]+)\s+\(\(psa_status_t\)\s*-([0-9]{1,4})\)`)
	anyComment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// Words lists all that a core has names for, by kind and value.
func (n *ErrorNames) Words() []ErrorWord { return slices.Clone(n.words) }

// Parts are the words of one error code: its own, or those of the high-level
// and the low-level code that it is the sum of; none where it is not known.
func (n *ErrorNames) Parts(code uint32) []ErrorWord {
	of := func(v uint32) []ErrorWord {
		for _, w := range n.words {
			if w.Kind == ErrorCode && w.Value == v {
				return []ErrorWord{w}
			}
		}
		return nil
	}
	if own := of(code); own != nil {
		return own
	}
	high, low := of(code&^lowLevel), of(code&lowLevel)
	if high == nil || low == nil {
		return nil
	}
	return append(high, low...)
}

// sortWords brings words into order, the first of each name alone.
func sortWords(words []ErrorWord) []ErrorWord {
	slices.SortStableFunc(words, func(a, b ErrorWord) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Name, b.Name))
	})
	return slices.CompactFunc(words, func(a, b ErrorWord) bool { return a.Kind == b.Kind && a.Name == b.Name })
}

// commentOf is the documentation of the definition at text[from:to]: the
// comment that ends right before it, or one that begins on its own line. A
// /** comment belongs to what follows, /**< and a plain one to what it trails.
func commentOf(text string, from, to int) string {
	line, _, _ := strings.Cut(text[to:], "\n")
	if i := strings.Index(line, "/*"); i >= 0 {
		return plainComment(anyComment.FindString(text[to+i:]))
	}
	before := strings.TrimRight(text[:from], " \t\r\n")
	start := strings.LastIndex(before, "/*")
	if start < 0 || !strings.HasSuffix(before, "*/") || !strings.HasPrefix(before[start:], "/**") || strings.HasPrefix(before[start:], "/**<") {
		return ""
	}
	return plainComment(before[start:])
}

// plainComment is a comment's text on one line, its first paragraph alone.
func plainComment(c string) string {
	c = strings.TrimSuffix(strings.TrimLeft(strings.TrimPrefix(c, "/*"), "*<!"), "*/")
	var words []string
	for _, line := range strings.Split(c, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "*"))
		if line == "" && len(words) > 0 {
			break
		}
		words = append(words, strings.Fields(strings.NewReplacer(`\c ::`, "", `\c `, "", `\brief `, "").Replace(line))...)
	}
	if len(words) == 1 && strings.HasPrefix(words[0], "0x") {
		return "" // an alert's number once more
	}
	return strings.Join(words, " ")
}
