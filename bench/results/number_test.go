package results

import (
	"math"
	"testing"
)

func TestGroup(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1 000", -1000: "-1 000", 1234567: "1 234 567", -999: "-999",
		math.MinInt64: "-9 223 372 036 854 775 808"} {
		if got := Group(n); got != want {
			t.Errorf("Group(%d) is %q, want %q", n, got, want)
		}
	}
}
