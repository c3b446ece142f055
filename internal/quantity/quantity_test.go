package quantity

import "testing"

func TestNumbersForPeople(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1 000"}, {Count(-1234567), "-1 234 567"},
		{Count(-1 << 63), "-9 223 372 036 854 775 808"},
		{Signed(1234), "+1 234"}, {Signed(-5), "-5"}, {Signed(0), "0"},
		{Bytes(85230), "85 230 B"}, {KiB(13516), "13.2 KiB"}, {KiB(0), "0.0 KiB"},

		{Milli(4176), "4.18"}, {Milli(4174), "4.17"}, {Milli(4175), "4.18"}, {Milli(1005), "1.01"},
		{Milli(9994), "9.99"}, {Milli(9995), "10.0"}, {Milli(99_949), "99.9"}, {Milli(99_950), "100"},
		{Milli(107_499), "107"}, {Milli(107_500), "108"}, {Milli(1_234_567), "1 235"}, {Milli(0), "0.00"}, {Milli(-4176), "-4.18"},

		{Quotient(1, 3, 2), "0.33"}, {Quotient(-1, 8, 2), "-0.13"}, {Quotient(-1, 1000, 1), "0.0"}, {Quotient(12_345_678, 1000, 1), "12 345.7"},
		{Decimal(-0.04, 1), "0.0"}, {Decimal(12345.678, 2), "12 345.68"}, {Shortest(0.3), "0.3"}, {Shortest(2000), "2 000"},

		{Change(1000, 894), "-10.6 %"}, {Change(200_275_452, 200_302_972), "+0.0 %"}, {Change(200_302_972, 200_275_452), "-0.0 %"},
		{Change(100, 100), "0.0 %"}, {Change(0, 5), ""}, {Change(100, 319), "+219.0 %"}, {Change(1, 124), "+12 300.0 %"},
		{FineChange(5, 7), "+40 %"}, {FineChange(1_000_000, 1_000_123), "+0.0123 %"}, {FineChange(1, 12_346), "+1 234 500 %"},
		{FineChange(1<<62, 1<<62+1), "+0 %"}, {FineChange(29_301_007, 57_079_843), "+94.8 %"}, {FineChange(9, 9), "0 %"},
		{Share(1, 8), "12.5 %"}, {Share(1, 0), ""},
		{Percent(2.25), "2.2 %"}, {SignedPercent(14.3), "+14.3 %"}, {SignedPercent(-0.9), "-0.9 %"}, {SignedPercent(0), "0.0 %"},

		{Print("-1 234.5 %"), "\u22121\u00a0234.5\u00a0%"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
