package wasm

import (
	"errors"
	"unicode/utf8"
)

// LEB128 is the integer encoding of WebAssembly (Core Spec, section 5.2.2).
// wasm-ld pads relocatable integers to five bytes, so a value has many
// encodings: this package compares decoded values, never bytes.

var (
	errShort = errors.New("unexpected end")
	errLEB   = errors.New("integer too long or out of range")
	errUTF8  = errors.New("name is not UTF-8")
)

// reader walks a byte slice. The first failure sticks in err and every later
// read returns zero, so callers check err once per construct.
type reader struct {
	b   []byte
	pos int
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.pos = len(r.b)
}

// left is the number of unread bytes; every count in a module is checked
// against it, since each counted thing takes one byte at least.
func (r *reader) left() int { return len(r.b) - r.pos }

func (r *reader) byte() byte {
	if r.pos >= len(r.b) {
		r.fail(errShort)
		return 0
	}
	c := r.b[r.pos]
	r.pos++
	return c
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > r.left() {
		r.fail(errShort)
		return nil
	}
	p := r.b[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return p
}

// u32 reads an unsigned 32-bit integer: five bytes at most.
func (r *reader) u32() uint32 {
	var v uint32
	for shift := uint(0); ; shift += 7 {
		c := r.byte()
		if r.err != nil {
			return 0
		}
		if shift == 28 && c > 0x0f {
			r.fail(errLEB)
			return 0
		}
		v |= uint32(c&0x7f) << shift
		if c&0x80 == 0 {
			return v
		}
	}
}

// s32 and s64 read signed integers of five and ten bytes at most. The unused
// bits of the last byte must repeat the sign.
func (r *reader) s32() int32 { return int32(r.signed(32)) }
func (r *reader) s64() int64 { return r.signed(64) }

func (r *reader) signed(bits uint) int64 {
	var v int64
	for shift := uint(0); ; shift += 7 {
		c := r.byte()
		if r.err != nil {
			return 0
		}
		if rest := bits - shift; rest < 7 {
			// rest bits carry value; all bits from the sign up must be alike.
			top := int8(c<<1) >> rest // c has seven bits; drop rest-1 of them
			if c&0x80 != 0 || (top != 0 && top != -1) {
				r.fail(errLEB)
				return 0
			}
		}
		v |= int64(c&0x7f) << shift
		if c&0x80 == 0 {
			if shift+7 < 64 && c&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
}

// count reads a vector length and refuses one that the rest can't hold.
func (r *reader) count() int {
	n := r.u32()
	if int64(n) > int64(r.left()) {
		r.fail(errShort)
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	p := r.bytes(r.count())
	if !utf8.Valid(p) {
		r.fail(errUTF8)
		return ""
	}
	return string(p)
}

func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func appendS64(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if (v == 0 && c&0x40 == 0) || (v == -1 && c&0x40 != 0) {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func appendName(b []byte, s string) []byte {
	return append(appendU32(b, uint32(len(s))), s...)
}
