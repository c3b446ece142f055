// Package quantity writes numbers for people: counts, bytes, times, changes in
// percent. Every table, figure and report uses it, so that one number looks the
// same everywhere and is rounded, never cut. Thousands are separated by a
// blank: 1 234 567.
//
// It does not write the values of options (SSL_IN_CONTENT_LEN=16384), which are
// copied into headers, nor files for programs.
package quantity

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Count is a number in groups of three: "1 234 567".
func Count(n int64) string { return groups(strconv.FormatInt(n, 10)) }

// Signed is a difference: "+1 234", "-5", and "0" for none.
func Signed(n int64) string {
	if n > 0 {
		return "+" + Count(n)
	}
	return Count(n)
}

// whole is any whole number: units are counted in all of them.
type whole interface {
	~int | ~int32 | ~int64 | ~uint16 | ~uint32 | ~uint64
}

func in[N whole](n N, unit string) string { return Count(int64(n)) + " " + unit }

// Bytes is a number of bytes with its unit: "1 234 B".
func Bytes[N whole](n N) string { return in(n, "B") }

// Millis is a whole number of milliseconds with its unit: "1 000 ms".
func Millis[N whole](n N) string { return in(n, "ms") }

// Micros is a whole number of microseconds with its unit: "1 000 us".
func Micros[N whole](n N) string { return in(n, "us") }

// Seconds is a whole number of seconds with its unit: "60 s".
func Seconds[N whole](n N) string { return in(n, "s") }

// Hertz is a frequency: "1 000 Hz".
func Hertz[N whole](n N) string { return in(n, "Hz") }

// KiB is a number of bytes in KiB, to a tenth, with its unit: "13.2 KiB".
func KiB(n int64) string { return Quotient(n, 1024, 1) + " KiB" }

// BitRate is a number of bits a second: "1 000 bit/s".
func BitRate[N whole](n N) string { return in(n, "bit/s") }

// MiB is a number of bytes in MiB, to a tenth, with its unit: "1 234.5 MiB".
func MiB(n int64) string { return Quotient(n, 1<<20, 1) + " MiB" }

// Milli is a number of thousandths as wholes, with three digits or, from 1000 on,
// all of them: 4176 microseconds are "4.18" milliseconds. More digits than three
// would say more than an estimate can hold.
func Milli(n int64) string {
	for places := 2; places > 0; places-- {
		s := Quotient(n, 1000, places)
		if whole, _, _ := strings.Cut(strings.TrimPrefix(s, "-"), "."); len(whole)+places <= 3 {
			return s
		}
	}
	return Quotient(n, 1000, 0)
}

// Digits is a number with three digits or, from 1000 on, all whole ones.
func Digits(v float64) string {
	for places := 2; places > 0; places-- {
		s := Decimal(v, places)
		if whole, _, _ := strings.Cut(strings.TrimPrefix(s, "-"), "."); len(whole)+places <= 3 {
			return s
		}
	}
	return Decimal(v, 0)
}

// Quotient is n/per with a fixed number of decimal places, rounded to the
// nearest, halves away from zero. per is not 0.
func Quotient(n, per int64, places int) string {
	r := big.NewRat(n, per)
	return groups(zero(r.FloatString(places)))
}

// Decimal is a number that is no quotient of exact ones with a fixed number of
// decimal places.
func Decimal(v float64, places int) string {
	return groups(zero(strconv.FormatFloat(v, 'f', places, 64)))
}

// Shortest is a round number, such as an axis's tick, with the digits it has.
func Shortest(v float64) string {
	return groups(zero(strconv.FormatFloat(v, 'f', -1, 64)))
}

// Change is how much more new is than old, in percent of old: "+10.6 %". Nothing
// can be known in percent of 0: "".
func Change(old, new int64) string {
	if old == 0 {
		return ""
	}
	return percent(old, new, 1)
}

// FineChange is Change with three digits at most, for small changes of exact numbers:
// "-0.0123 %".
func FineChange(old, new int64) string {
	if old == 0 {
		return ""
	}
	p := math.Abs(100 * float64(new-old) / float64(old))
	places := 0
	if p > 0 && p < 100 {
		places = min(2-int(math.Floor(math.Log10(p))), finest)
	}
	s := strings.TrimSuffix(percent(old, new, max(places, 0)), " %")
	if places > 0 {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s + " %"
}

// finest is the most decimal places of a change: one in 10^11.
const finest = 9

func percent(old, new int64, places int) string {
	r := hundredths(new-old, old)
	s := groups(r.FloatString(places)) // with its sign even where it rounds to 0: it did change
	if r.Sign() > 0 {
		s = "+" + s
	}
	return s + " %"
}

// hundredths is n/of in percent.
func hundredths(n, of int64) *big.Rat {
	r := big.NewRat(n, of)
	return r.Mul(r, big.NewRat(100, 1))
}

// Percent is a share or an error that is in percent already, with one decimal
// place: "12.3 %".
func Percent(p float64) string { return Decimal(p, 1) + " %" }

// SignedPercent is Percent of what may be above or below: "+12.3 %".
func SignedPercent(p float64) string {
	s := Percent(p)
	if p > 0 && s[0] != '-' {
		s = "+" + s
	}
	return s
}

// Share is a part of a whole in percent: "12.3 %"; "" of a whole of 0.
func Share(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return groups(hundredths(part, whole).FloatString(1)) + " %"
}

// Print makes a number's text fit for a figure: it is never broken over two
// lines, and its minus is as wide as a plus.
func Print(s string) string {
	return strings.NewReplacer(" ", "\u00a0", "-", "\u2212").Replace(s)
}

// zero drops the sign of what was rounded to nothing.
func zero(s string) string {
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// groups sets thousands apart in a decimal number.
func groups(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, dot := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + " " + whole[i:]
	}
	if dot {
		whole += "." + fraction
	}
	return sign + whole
}
