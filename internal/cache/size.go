package cache

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units of sizes, by the letter that begins their names.
var units = map[string]int64{"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

// ParseSize reads a bound: "4GiB", "500M", "0" bytes. "none" is no bound, below 0.
func ParseSize(text string) (int64, error) {
	if text == "none" {
		return -1, nil
	}
	number := strings.TrimRight(text, "KMGTiB")
	unit, ok := units[strings.TrimSuffix(strings.TrimSuffix(text[len(number):], "iB"), "B")]
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if !ok || err != nil || n < 0 || n > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is no size: write 4GiB, 500MiB, or none for no bound", text)
	}
	return n * unit, nil
}
