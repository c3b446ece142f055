package thumb

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"testing"
)

// FuzzDecode: any bytes decode into instructions that follow each other, or
// into an error; sets stay within their meaning.
func FuzzDecode(f *testing.F) {
	f.Add(encode(0xbf14, 0x1840, 0xbd00, 0xf85d, 0xfb04))
	f.Add(encode(0xed2d, 0x8b02, 0xfba2, 0x0103, 0xea52, 0x8103))
	f.Add(encode(0xe8df, 0xf010, 0xf00f, 0xc001))
	f.Fuzz(func(t *testing.T, code []byte) {
		var it ITState
		for addr := uint32(0); len(code) > 0; {
			inst, err := Decode(code, addr, &it)
			if inst.Addr != addr || (err == nil) != (inst.Class != Unknown) {
				t.Fatalf("%+v: %v", inst, err)
			}
			if inst.Len == 0 {
				if len(code) >= 4 {
					t.Fatalf("% x: short", code)
				}
				return
			}
			if inst.AddrReads&^inst.Reads != 0 || inst.SPUnknown && inst.SPDelta != 0 || inst.SPDelta != 0 && inst.Writes&SP == 0 {
				t.Fatalf("%+v", inst)
			}
			if (inst.IsLoad() || inst.IsStore()) && (inst.Words == 0 || inst.Words > 32) {
				t.Fatalf("%+v", inst)
			}
			code, addr = code[inst.Len:], inst.Next()
		}
	})
}

// FuzzLoad: foreign bytes give an error or a program in order.
func FuzzLoad(f *testing.F) {
	f.Add(tinyImage())
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, image []byte) {
		p, err := Load(image)
		if err != nil {
			return
		}
		for i := range p.Insts {
			if i > 0 && p.Insts[i-1].Addr >= p.Insts[i].Addr {
				t.Fatalf("instructions at %#x, %#x", p.Insts[i-1].Addr, p.Insts[i].Addr)
			}
		}
		for i, fn := range p.Functions {
			if fn.Start >= fn.End || i > 0 && p.Functions[i-1].End > fn.Start {
				t.Fatalf("functions %+v", p.Functions)
			}
		}
	})
}

// tinyImage is an image of one section: movs r0, #1; bx lr; a word of data;
// push {r3}; pop {r2}; add sp, #4; bx r2. Functions one, also known as uno,
// and two, which has no size.
func tinyImage() []byte {
	const textAt, names = 0x8000, "\x00$t\x00$d\x00one\x00uno\x00two\x00"
	var b bytes.Buffer
	put := func(v any) {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	text := encode(0x2001, 0x4770, 0xffff, 0xffff, 0xb408, 0xbc04, 0xb001, 0x4710)
	header := elf.Header32{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_ARM), Version: 1, Ehsize: 52,
		Shentsize: 40, Shnum: 5, Shstrndx: 4}
	copy(header.Ident[:], "\x7fELF\x01\x01\x01")
	sym := func(name uint32, at uint32, info byte, size uint32) elf.Sym32 {
		return elf.Sym32{Name: name, Value: textAt + at, Size: size, Info: info, Shndx: 1}
	}
	fn, global := byte(elf.STT_FUNC), byte(elf.STB_GLOBAL)<<4
	symbols := []elf.Sym32{{}, sym(1, 0, 0, 0), sym(4, 4, 0, 0), sym(1, 8, 0, 0),
		sym(7, 1, fn, 4), sym(11, 1, fn|global, 4), sym(15, 9, fn|global, 0)}
	at := uint32(52)
	place := func(n int) uint32 { start := at; at += uint32(n); return start }
	textOff, symOff, strOff := place(len(text)), place(16*len(symbols)), place(len(names))
	header.Shoff = at
	put(header)
	put(text)
	put(symbols)
	b.WriteString(names)
	put([]elf.Section32{{},
		{Type: uint32(elf.SHT_PROGBITS), Flags: uint32(elf.SHF_ALLOC | elf.SHF_EXECINSTR), Addr: textAt, Off: textOff, Size: uint32(len(text))},
		{Type: uint32(elf.SHT_SYMTAB), Off: symOff, Size: uint32(16 * len(symbols)), Link: 3, Info: 4, Entsize: 16},
		{Type: uint32(elf.SHT_STRTAB), Off: strOff, Size: uint32(len(names))},
		{Type: uint32(elf.SHT_STRTAB), Off: strOff, Size: uint32(len(names))}})
	return b.Bytes()
}

func TestLoad(t *testing.T) {
	p, err := Load(tinyImage())
	if err != nil {
		t.Fatal(err)
	}
	if p.Base != 0x8000 || len(p.Insts) != 6 || len(p.Unknown) != 0 {
		t.Fatalf("%+v", p)
	}
	if _, ok := p.At(0x8004); ok {
		t.Error("data taken for code")
	}
	if last := p.Insts[5]; !last.Return || last.Addr != 0x800e {
		t.Errorf("return through r2: %+v", last)
	}
	want := []Function{{"uno", 0x8000, 0x8004}, {"two", 0x8008, 0x8010}}
	if len(p.Functions) != 2 || p.Functions[0] != want[0] || p.Functions[1] != want[1] {
		t.Errorf("functions %+v", p.Functions)
	}
	for addr, index := range map[uint32]int{0x8000: 0, 0x8003: 0, 0x8004: -1, 0x8008: 1, 0x800f: 1, 0x8010: -1, 0: -1} {
		if i, ok := p.FunctionAt(addr); ok != (index >= 0) || ok && i != index {
			t.Errorf("FunctionAt(%#x) = %d, %v", addr, i, ok)
		}
	}
	if got := p.From(0x8002, 0x800c); len(got) != 3 {
		t.Errorf("From: %d instructions", len(got))
	}
}

func TestLoadRefuses(t *testing.T) {
	stripped := tinyImage()
	stripped[52+16+16+12] = 0xff // the first $t's type
	host, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	native, err := os.ReadFile(host)
	if err != nil {
		t.Fatal(err)
	}
	for name, image := range map[string][]byte{
		"empty": nil, "text": []byte("int main"), "cut": tinyImage()[:100], "another machine's": native,
	} {
		if _, err := Load(image); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if p, err := Load(stripped); err != nil || len(p.Insts) != 4 {
		t.Errorf("unmarked code: %v", err)
	}
}
