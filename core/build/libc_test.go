package build

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// put writes a NUL-terminated string at scratch+off.
func (g *guest) put(off uint32, s string) uint64 {
	copy(g.mem(g.scratch+off, uint32(len(s)+1)), s+"\x00")
	return uint64(g.scratch + off)
}

func sign(n int) int {
	return min(1, max(-1, n))
}

func TestMem(t *testing.T) {
	g := newGuest(t, portModule(t))
	r := rand.New(rand.NewPCG(1, 2))
	const room = 400
	at := func(off int) uint64 { return uint64(g.scratch) + uint64(off) }
	for i := range 4000 {
		b := g.mem(g.scratch, room)
		for j := range b {
			b[j] = byte(r.Uint32N(4)) // few values, so that comparisons meet equals
		}
		want := bytes.Clone(b)
		n := r.IntN(100)
		d, s := r.IntN(room-n), r.IntN(room-n)
		name, result := "", uint64(0)
		switch i % 5 {
		case 0:
			name = "memmove"
			if i%2 == 0 { // near each other
				s = min(max(0, d+r.IntN(17)-8), room-n)
			}
			copy(want[d:d+n], want[s:s+n])
			result = g.call(name, at(d), at(s), uint64(n)) - at(d)
		case 1:
			name, d, s = "memcpy", r.IntN(100), 200+r.IntN(100)
			copy(want[d:d+n], want[s:s+n])
			result = g.call(name, at(d), at(s), uint64(n)) - at(d)
		case 2:
			name = "memset"
			c := r.Uint32()
			for j := d; j < d+n; j++ {
				want[j] = byte(c)
			}
			result = g.call(name, at(d), uint64(c), uint64(n)) - at(d)
		case 3:
			name = "memcmp"
			if i%2 == 0 {
				copy(b[d:d+n], b[s:s+n])
				copy(want[d:d+n], want[s:s+n])
			}
			n = min(n, r.IntN(100))
			got := int32(g.call(name, at(d), at(s), uint64(n)))
			result = uint64(sign(int(got)) - bytes.Compare(want[d:d+n], want[s:s+n]))
		case 4:
			name = "memchr"
			c := byte(r.Uint32N(6))
			p := g.call(name, at(d), uint64(c)|0x100, uint64(n)) // only the low byte counts
			k := bytes.IndexByte(want[d:d+n], c)
			if k >= 0 {
				p -= at(d + k)
			}
			result = p
		}
		if result != 0 {
			t.Fatalf("%d: %s(%d, %d, %d): wrong result", i, name, d, s, n)
		}
		if !bytes.Equal(g.mem(g.scratch, room), want) {
			t.Fatalf("%d: %s(%d, %d, %d): memory is\n%x, want\n%x", i, name, d, s, n, g.mem(g.scratch, room), want)
		}
	}
}

func randomString(r *rand.Rand, max int) string {
	b := make([]byte, r.IntN(max))
	for i := range b {
		b[i] = "ab\xff"[r.IntN(3)]
	}
	return string(b)
}

func TestStr(t *testing.T) {
	g := newGuest(t, portModule(t))
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		a, b := randomString(r, 12), randomString(r, 4)
		if r.IntN(4) == 0 {
			b = a
		}
		n := r.IntN(14)
		pa, pb := g.put(uint32(r.IntN(4)), a), g.put(1000+uint32(r.IntN(4)), b)
		if got := g.call("strlen", pa); got != uint64(len(a)) {
			t.Fatalf("strlen(%q) is %d", a, got)
		}
		if got := sign(int(int32(g.call("strcmp", pa, pb)))); got != strings.Compare(a, b) {
			t.Fatalf("strcmp(%q, %q) is %d", a, b, got)
		}
		want := strings.Compare(a[:min(n, len(a))], b[:min(n, len(b))])
		if got := sign(int(int32(g.call("strncmp", pa, pb, uint64(n))))); got != want {
			t.Fatalf("strncmp(%q, %q, %d) is %d", a, b, n, got)
		}
		find := func(name string, got uint64, k int) {
			if k >= 0 && got != pa+uint64(k) || k < 0 && got != 0 {
				t.Fatalf("%s in %q: %d, want index %d", name, a, got, k)
			}
		}
		find("strstr "+b, g.call("strstr", pa, pb), strings.Index(a, b))
		find("strchr a", g.call("strchr", pa, 'a'), strings.IndexByte(a, 'a'))
		find("strchr 0xff", g.call("strchr", pa, 0xff), strings.IndexByte(a, 0xff))
		find("strchr NUL", g.call("strchr", pa, 0), len(a))
		dst := g.mem(g.scratch+2000, 20)
		copy(dst, "####################")
		g.call("strcpy", uint64(g.scratch+2000), pa)
		if got := string(dst); got != a+"\x00"+strings.Repeat("#", 19-len(a)) {
			t.Fatalf("strcpy(%q): %q", a, got)
		}
		copy(dst, "####################")
		g.call("strncpy", uint64(g.scratch+2000), pa, uint64(n))
		cut := a[:min(n, len(a))]
		if got := string(dst); got != cut+strings.Repeat("\x00", n-len(cut))+strings.Repeat("#", 20-n) {
			t.Fatalf("strncpy(%q, %d): %q", a, n, got)
		}
	}
}

// args lays out variable arguments as wasm32's va_list reads them.
type args struct{ b []byte }

func (a *args) i32(v uint32) { a.b = binary.LittleEndian.AppendUint32(a.b, v) }
func (a *args) i64(v uint64) {
	for len(a.b)%8 != 0 {
		a.b = append(a.b, 0)
	}
	a.b = binary.LittleEndian.AppendUint64(a.b, v)
}

// sprintf runs the guest's vsnprintf into cap bytes.
func (g *guest) sprintf(cap uint32, format string, a args) (text string, n int32) {
	const bufOff, fmtOff, argOff = 8192, 4096, 6144
	f := g.put(fmtOff, format)
	copy(g.mem(g.scratch+argOff, uint32(len(a.b))), a.b)
	buf := g.mem(g.scratch+bufOff, 2048)
	for i := range buf {
		buf[i] = '#'
	}
	n = int32(g.call("vsnprintf", uint64(g.scratch+bufOff), uint64(cap), f, uint64(g.scratch+argOff)))
	end := bytes.IndexByte(buf[:cap], 0)
	if cap > 0 && end < 0 {
		g.t.Fatalf("%q: no NUL in %d bytes", format, cap)
	}
	for _, c := range buf[cap:] {
		if c != '#' {
			g.t.Fatalf("%q: wrote past %d bytes", format, cap)
		}
	}
	return string(buf[:max(end, 0)]), n
}

// Random formats of those that format.c documents, against Go's.
func TestSnprintf(t *testing.T) {
	g := newGuest(t, portModule(t))
	r := rand.New(rand.NewPCG(5, 6))
	values := []uint64{0, 1, 9, 10, 127, 128, 255, 256, 32767, 32768, 65535, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1}
	for range 6000 {
		var c, gofmt strings.Builder
		var a args
		var goArgs []any
		for range 1 + r.IntN(3) {
			c.WriteString("a%%")
			gofmt.WriteString("a%%")
			verb := string("diuxXscp"[r.IntN(8)])
			size, flags := "", ""
			if strings.Contains("diuxX", verb) {
				size = []string{"", "hh", "h", "l", "ll", "z", "j", "t"}[r.IntN(8)]
				flags = []string{"", "0", "-", "-0", "0-"}[r.IntN(5)]
			} else if verb != "p" {
				flags = []string{"", "-"}[r.IntN(2)]
			}
			spec, goSpec := flags, flags
			switch r.IntN(4) {
			case 0:
				w := fmt.Sprint(1 + r.IntN(30))
				spec, goSpec = spec+w, goSpec+w
			case 1:
				w := r.IntN(41) - 20
				a.i32(uint32(int32(w)))
				spec += "*"
				if w < 0 { // a negative width is a flag - and a width
					goSpec, w = goSpec+"-", -w
				}
				if w > 0 { // Go would read %0 as a flag, C has a width of 0
					goSpec += fmt.Sprint(w)
				}
			}
			if strings.Contains("diuxXs", verb) {
				switch r.IntN(4) {
				case 0:
					p := fmt.Sprint(".", r.IntN(25))
					spec, goSpec = spec+p, goSpec+p
				case 1:
					p := r.IntN(30) - 5
					a.i32(uint32(int32(p)))
					spec += ".*"
					if p >= 0 { // a negative one is none
						goSpec += fmt.Sprint(".", p)
					}
				}
			}
			v := values[r.IntN(len(values))]
			if r.IntN(2) == 0 {
				v = r.Uint64() >> r.IntN(64)
			}
			goVerb := map[string]string{"i": "d", "u": "d", "p": "x"}[verb]
			if goVerb == "" {
				goVerb = verb
			}
			switch {
			case verb == "s":
				s := strings.Repeat("xyz", r.IntN(6))
				if r.IntN(8) == 0 {
					a.i32(0)
					s = "(null)"
				} else {
					a.i32(uint32(g.put(uint32(100*len(goArgs)), s)))
				}
				goArgs = append(goArgs, s)
			case verb == "c":
				a.i32(uint32('a' + r.IntN(26)))
				goArgs = append(goArgs, rune(a.b[len(a.b)-4]))
			case size == "ll" || size == "j":
				a.i64(v)
				if goVerb == "d" && verb != "u" {
					goArgs = append(goArgs, int64(v))
				} else {
					goArgs = append(goArgs, v)
				}
			default:
				a.i32(uint32(v))
				signed := verb == "d" || verb == "i"
				switch {
				case size == "hh" && signed:
					goArgs = append(goArgs, int8(v))
				case size == "hh":
					goArgs = append(goArgs, uint8(v))
				case size == "h" && signed:
					goArgs = append(goArgs, int16(v))
				case size == "h":
					goArgs = append(goArgs, uint16(v))
				case signed:
					goArgs = append(goArgs, int32(v))
				default:
					goArgs = append(goArgs, uint32(v))
				}
			}
			c.WriteString("%" + spec + size + verb + "|")
			gofmt.WriteString("%" + goSpec + goVerb + "|")
		}
		want := fmt.Sprintf(gofmt.String(), goArgs...)
		room := uint32(300)
		if r.IntN(3) == 0 {
			room = r.Uint32N(20)
		}
		got, n := g.sprintf(room, c.String(), a)
		if cut := want[:min(len(want), max(0, int(room)-1))]; got != cut || int(n) != len(want) {
			t.Fatalf("%q of %v into %d bytes: %q, %d\nwant %q, %d", c.String(), goArgs, room, got, n, cut, len(want))
		}
	}
}

func TestSnprintfCutShort(t *testing.T) {
	g := newGuest(t, portModule(t))
	for format, want := range map[string]string{"": "", "%": "", "abc%": "abc", "%5": "", "%ll": "", "%.": "", "100%%": "100%", "%y": "y", "%-": ""} {
		if got, n := g.sprintf(50, format, args{}); got != want || int(n) != len(want) {
			t.Errorf("%q: %q, %d", format, got, n)
		}
	}
}

func TestPrintf(t *testing.T) {
	g := newGuest(t, portModule(t))
	var a args
	a.i32(uint32(g.put(0, strings.Repeat("x", 300))))
	copy(g.mem(g.scratch+6144, 4), a.b)
	if n := g.call("printf", g.put(4096, "%s"), uint64(g.scratch+6144)); n != 300 {
		t.Errorf("printf is %d", n)
	}
	if len(g.logs) != 1 || g.logs[0] != strings.Repeat("x", 255) {
		t.Errorf("log %q", g.logs)
	}
}

func TestGmtime(t *testing.T) {
	g := newGuest(t, portModule(t))
	r := rand.New(rand.NewPCG(7, 8))
	lo, hi := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	times := []int64{lo, hi, 0, -1, 86399, 86400, 1<<31 - 1, 1 << 31, -1 << 31, 1 << 32}
	for y := 0; y < 2500; y += 4 { // the ends of February in leap years and centuries
		for _, d := range []time.Time{time.Date(y, 2, 28, 23, 59, 59, 0, time.UTC), time.Date(y, 12, 31, 12, 0, 0, 0, time.UTC)} {
			times = append(times, d.Unix(), d.Unix()+1, d.Unix()+86401)
		}
	}
	for range 3000 {
		times = append(times, lo+r.Int64N(hi-lo))
	}
	for _, at := range times {
		binary.LittleEndian.PutUint64(g.mem(g.scratch, 8), uint64(at))
		if p := g.call("gmtime_r", uint64(g.scratch), uint64(g.scratch+16)); p != uint64(g.scratch+16) {
			t.Fatalf("gmtime_r is %d", p)
		}
		var got [9]int32
		for i := range got {
			got[i] = int32(binary.LittleEndian.Uint32(g.mem(g.scratch+16+4*uint32(i), 4)))
		}
		u := time.Unix(at, 0).UTC()
		want := [9]int32{int32(u.Second()), int32(u.Minute()), int32(u.Hour()), int32(u.Day()), int32(u.Month()) - 1,
			int32(u.Year()) - 1900, int32(u.Weekday()), int32(u.YearDay()) - 1, 0}
		if got != want {
			t.Fatalf("%s (%d): %d, want %d", u, at, got, want)
		}
	}
}

func TestMisc(t *testing.T) {
	g := newGuest(t, portModule(t))
	if got := g.call("time", uint64(g.scratch)); got != guestRTC || binary.LittleEndian.Uint64(g.mem(g.scratch, 8)) != guestRTC {
		t.Errorf("time is %d", got)
	}
	if got := g.call("time", 0); got != guestRTC {
		t.Errorf("time(NULL) is %d", got)
	}
	for range 100 {
		if n := g.call("rand"); n > 0x7fff {
			t.Errorf("rand is %d", n)
		}
	}
	for name, code := range map[string]int32{"exit": 3, "abort": 134} {
		g.exited = nil
		var in []uint64
		if name == "exit" {
			in = []uint64{3}
		}
		if _, err := g.mod.ExportedFunction(name).Call(t.Context(), in...); err == nil || len(g.exited) != 1 || g.exited[0] != code {
			t.Errorf("%s: error %v, exits %d", name, err, g.exited)
		}
	}
}

// Compilers put these in printf's place.
func TestPuts(t *testing.T) {
	g := newGuest(t, portModule(t))
	g.call("puts", g.put(0, "50 %d\tof"))
	g.call("putchar", '%')
	if got := strings.Join(g.logs, "|"); got != "50 %d\tof\n|%" {
		t.Errorf("logged %q", got)
	}
}
