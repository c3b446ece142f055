package thumb

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// This file reads objdump's text independently of the decoder.

var conds = []string{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"}

// bare strips type, width, condition and the s of flag setting.
func bare(mnemonic string) string {
	stem, _, _ := strings.Cut(mnemonic, ".")
	if strings.HasPrefix(stem, "it") && strings.Trim(stem[1:], "te") == "" {
		return "it"
	}
	if strings.HasPrefix(stem, "vsel") {
		return "vsel"
	}
	if _, ok := classes[stem]; ok {
		return stem
	}
	for _, c := range conds {
		if base, ok := strings.CutSuffix(stem, c); ok {
			if _, ok := classes[base]; ok {
				return base
			}
			if b, ok := strings.CutSuffix(base, "s"); ok && classes[b] != 0 {
				return b
			}
		}
	}
	if base, ok := strings.CutSuffix(stem, "s"); ok {
		if _, ok := classes[base]; ok {
			return base
		}
	}
	return stem
}

// classes has the class of every mnemonic.
var classes = func() map[string]Class {
	m := map[string]Class{}
	for c, names := range map[Class]string{
		ALU:    "adc add addw adr and bic cmn cmp eor mov movt movw mvn orn orr rsb sbc sub subw teq tst neg csel csinc csinv csneg cset csetm cinc cinv cneg dls clrm",
		Shift:  "asr lsl lsr ror rrx lsll lsrl asrl",
		Bits:   "bfc bfi clz rbit rev rev16 revsh sbfx sxtb sxth ubfx uxtb uxth",
		DSP:    "pkhbt pkhtb qadd qdadd qdsub qsub sel ssat ssat16 sxtab sxtab16 sxtah sxtb16 usad8 usada8 usat usat16 uxtab uxtab16 uxtah uxtb16",
		Mul:    "mul",
		MulAcc: "mla mls",
		MulDSP: "smlabb smlabt smlatb smlatt smlad smladx smlalbb smlalbt smlaltb smlaltt smlald smlaldx smlawb smlawt smlsd smlsdx smlsld smlsldx " +
			"smmla smmlar smmls smmlsr smmul smmulr smuad smuadx smulbb smulbt smultb smultt smulwb smulwt smusd smusdx",
		MulLong:      "smull umull",
		MulLongAcc:   "smlal umlal umaal",
		Div:          "sdiv udiv",
		LoadOne:      "ldr ldrb ldrh ldrsb ldrsh ldrt ldrbt ldrht ldrsbt ldrsht ldrex ldrexb ldrexh lda ldab ldah ldaex ldaexb ldaexh vldr",
		StoreOne:     "str strb strh strt strbt strht strex strexb strexh stl stlb stlh stlex stlexb stlexh vstr",
		LoadMulti:    "ldm ldmia ldmdb pop ldrd vldmia vldmdb vpop",
		StoreMulti:   "stm stmia stmdb push strd vstmia vstmdb vpush",
		Branch:       "b",
		CondBranch:   "cbz cbnz wls",
		Call:         "bl blx blxns",
		BranchReg:    "bx bxns",
		TableBranch:  "tbb tbh",
		IT:           "it",
		Hint:         "nop wfi wfe sev sevl yield pld pli pldw dbg",
		Barrier:      "dmb dsb isb clrex",
		System:       "mrs msr cpsie cpsid svc bkpt udf sg tt tta ttt ttat vlstm vlldm",
		FloatMove:    "vmov vmrs vmsr vsel vmovx vins",
		FloatALU:     "vadd vsub vneg vabs vcmp vcmpe vmaxnm vminnm",
		FloatConvert: "vcvt vcvtr vcvtb vcvtt vcvta vcvtn vcvtp vcvtm vrinta vrintn vrintp vrintm vrintr vrintz vrintx",
		FloatMul:     "vmul vnmul",
		FloatMulAcc:  "vmla vmls vnmla vnmls",
		FloatFused:   "vfma vfms vfnma vfnms",
		FloatDiv:     "vdiv",
		FloatSqrt:    "vsqrt",
	} {
		for _, n := range strings.Fields(names) {
			m[n] = c
		}
	}
	for _, op := range strings.Fields("add8 add16 asx sax sub8 sub16") {
		for _, prefix := range strings.Fields("s u q uq sh uh") {
			m[prefix+op] = DSP
		}
	}
	return m
}()

// classOf is the class objdump's text implies.
func classOf(l line) (Class, bool) {
	stem := bare(l.mnemonic)
	first, _, _ := strings.Cut(l.operands, ",")
	switch {
	case stem == "le":
		if first == "lr" {
			return CondBranch, true
		}
		return Branch, true
	case stem == "b" && l.mnemonic != "b" && !strings.HasPrefix(l.mnemonic, "b."):
		// conditional by itself, or in an IT block: then the decoder's Cond says
		// which; the text can't.
		return CondBranch, true
	case (stem == "mov" || stem == "add") && first == "pc":
		return BranchReg, true
	case stem == "mov" && regexp.MustCompile(`, (lsl|lsr|asr|ror|rrx)`).MatchString(l.operands):
		return Shift, true
	}
	c, ok := classes[stem]
	return c, ok
}

var hexTarget = regexp.MustCompile(`(?:^|[ ,\t])([0-9a-f]+)(?: <.*)?$`)

// branchTarget is the address a direct branch names.
func branchTarget(l line) (uint32, bool) {
	switch bare(l.mnemonic) {
	case "b", "bl", "cbz", "cbnz", "wls", "le":
	default:
		return 0, false
	}
	m := hexTarget.FindStringSubmatch(l.operands)
	if m == nil {
		return 0, false
	}
	v, err := strconv.ParseUint(m[1], 16, 32)
	return uint32(v), err == nil
}

var (
	spImmediate = regexp.MustCompile(`^sp, (?:sp, )?#(\d+)$`)
	preIndexed  = regexp.MustCompile(`\[sp, #(-?\d+)\]!$`)
	postIndexed = regexp.MustCompile(`\[sp\], #(-?\d+)$`)
	partial     = regexp.MustCompile(`^(ldr|str|lda|stl|ldaex|stlex|ldrex|strex)s?[bh]t?$`)
	regList     = regexp.MustCompile(`\{(.*)\}`)
)

// spDelta is what the text says is added to SP, if it says a constant.
func spDelta(stem, operands string) (int32, bool) {
	number := func(s string) int32 {
		n, _ := strconv.Atoi(s)
		return int32(n)
	}
	bytes := int32(4 * (listed(operands).Count()))
	switch stem {
	case "push", "vpush":
		return -bytes, true
	case "pop", "vpop":
		return bytes, true
	case "ldmia", "vldmia", "stmia", "vstmia":
		if strings.HasPrefix(operands, "sp!") {
			return bytes, true
		}
	case "stmdb", "vstmdb", "ldmdb", "vldmdb":
		if strings.HasPrefix(operands, "sp!") {
			return -bytes, true
		}
	case "add", "addw":
		if m := spImmediate.FindStringSubmatch(operands); m != nil {
			return number(m[1]), true
		}
	case "sub", "subw":
		if m := spImmediate.FindStringSubmatch(operands); m != nil {
			return -number(m[1]), true
		}
	}
	for _, pattern := range []*regexp.Regexp{preIndexed, postIndexed} {
		if m := pattern.FindStringSubmatch(operands); m != nil {
			return number(m[1]), true
		}
	}
	return 0, false
}

var (
	oneRegister = regexp.MustCompile(`\b(r\d+|s\d+|d\d+|sl|fp|ip|sp|lr|pc|sb)\b(?:-(r\d+|s\d+|d\d+|sl|fp|ip|lr)\b)?`)
	halfDouble  = regexp.MustCompile(`\bd(\d+)\[([01])\]`)
	symbol      = regexp.MustCompile(`<[^>]*>`)
)

// number is the first bit of a register and how many bits it has.
func number(name string) (at, width uint) {
	if n, ok := map[string]uint{"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}[name]; ok {
		return n, 1
	}
	n, _ := strconv.Atoi(name[1:])
	switch name[0] {
	case 's':
		return uint(firstFloat + n), 1
	case 'd':
		return uint(firstFloat + 2*n), 2
	}
	return uint(n), 1
}

// named is every register in a text, ranges included.
func named(text string) RegSet {
	var set RegSet
	text = symbol.ReplaceAllString(text, "")
	text = halfDouble.ReplaceAllStringFunc(text, func(half string) string {
		m := halfDouble.FindStringSubmatch(half)
		d, _ := strconv.Atoi(m[1])
		return fmt.Sprintf("s%d", 2*d+int(m[2][0]-'0'))
	})
	for _, m := range oneRegister.FindAllStringSubmatch(text, -1) {
		from, width := number(m[1])
		to := from
		if m[2] != "" {
			to, width = number(m[2])
		}
		for b := from; b < to+width; b++ {
			set |= 1 << b
		}
	}
	return set
}

// listed is the registers between braces.
func listed(operands string) RegSet {
	if m := regList.FindStringSubmatch(operands); m != nil {
		return named(m[1])
	}
	return 0
}

// registersDisagree compares the registers in the text with those read or
// written.
func registersDisagree(stem, operands string, inst *Inst) error {
	want, got := named(operands), (inst.Reads|inst.Writes)&^(Flags|FPSCR)
	switch stem {
	case "push", "pop", "vpush", "vpop":
		want |= SP
	case "bl", "blx", "blxns", "wls", "dls":
		want |= LR
		got |= inst.Writes & PC
	case "mrs", "msr": // of MSP and PSP
		want, got = want&^SP, got&^SP
	case "cpsie", "cpsid", "vlstm", "vlldm":
		return nil
	}
	// pc is a register only where it is written.
	if want&^PC != got&^PC {
		return fmt.Errorf("registers %#x, want %#x", got, want)
	}
	if loads := listed(operands); inst.Class == LoadMulti && loads&^inst.Writes != 0 {
		return fmt.Errorf("writes %#x, not all of %#x", inst.Writes, loads)
	} else if inst.Class == StoreMulti && loads&^inst.Reads != 0 {
		return fmt.Errorf("reads %#x, not all of %#x", inst.Reads, loads)
	}
	return nil
}
