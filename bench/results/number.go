package results

import "strconv"

// Group writes a number in groups of three: 1 234 567. Exact numbers are
// printed so wherever a person reads them.
func Group(n int64) string {
	s, sign := strconv.FormatInt(n, 10), ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return sign + s
}
