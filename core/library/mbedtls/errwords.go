package mbedtls

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"tlslab/core"
)

var (
	alertDefine = regexp.MustCompile(`^#define\s+(MBEDTLS_SSL_ALERT_MSG_[A-Z0-9_]+)\s+([0-9]{1,3})\b`)
	psaDefine   = regexp.MustCompile(`^#define\s+(PSA_ERROR_[A-Z0-9_]+)\s+\(\(psa_status_t\)\s*-([0-9]{1,4})\)`)
	anyComment  = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

// namePrefixes are the prefixes that people may leave out, the longest first.
var namePrefixes = []string{errorPrefix, flagPrefix, prefix}

// Short is a name without the first of namePrefixes that it has.
func (n *errorNames) Short(name string) string {
	for _, p := range namePrefixes {
		if s, ok := strings.CutPrefix(name, p); ok {
			return s
		}
	}
	return name
}

// Spelt adds the prefix of a verify flag, which outcomes leave out.
func (n *errorNames) Spelt(w core.ErrorWord) string {
	if w.Kind == core.VerifyFlag {
		return flagPrefix + w.Name
	}
	return w.Name
}

// Words lists all that a core has names for, by kind and value.
func (n *errorNames) Words() []core.ErrorWord { return slices.Clone(n.words) }

// Parts are the words of one error code: its own, or those of the high-level
// and the low-level code that it is the sum of; none where it is not known.
func (n *errorNames) Parts(code uint32) []core.ErrorWord {
	of := func(v uint32) []core.ErrorWord {
		for _, w := range n.words {
			if w.Kind == core.ErrorCode && w.Value == v {
				return []core.ErrorWord{w}
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
func sortWords(words []core.ErrorWord) []core.ErrorWord {
	slices.SortStableFunc(words, func(a, b core.ErrorWord) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Name, b.Name))
	})
	return slices.CompactFunc(words, func(a, b core.ErrorWord) bool { return a.Kind == b.Kind && a.Name == b.Name })
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
