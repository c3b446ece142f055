package thumb

// Class is the kind of work an instruction does, as fine as the cores' cycle
// tables tell instructions apart.
type Class uint8

// The classes. Unknown is never returned without an error.
const (
	Unknown      Class = iota
	ALU                // data processing and moves between core registers; adr, movw, movt, csel
	Shift              // shifts and rotations as instructions of their own
	Bits               // bit fields, extensions, byte reversal, clz, rbit
	DSP                // parallel and saturating arithmetic, sel, pkh, usad8, ssat
	Mul                // 32 x 32 -> 32
	MulAcc             // mla, mls
	MulLong            // umull, smull
	MulLongAcc         // umlal, smlal, umaal
	MulDSP             // smulbb, smlad, smmul, smlald and kin
	Div                // udiv, sdiv
	LoadOne            // one register from memory; vldr
	StoreOne           // one register to memory; vstr
	LoadMulti          // ldm, pop, ldrd, vldm, vpop
	StoreMulti         // stm, push, strd, vstm, vpush
	Branch             // b
	CondBranch         // b<cond>, cbz, cbnz; le and wls of ARMv8.1-M
	Call               // bl, blx
	BranchReg          // bx, mov pc, add pc: returns and jumps through a register
	TableBranch        // tbb, tbh
	IT                 // it, ite ..
	Hint               // nop, wfi, sev, yield, pld
	Barrier            // dmb, dsb, isb, clrex
	System             // mrs, msr, cps, svc, bkpt, udf, sg, tt
	FloatMove          // vmov, between core and floating-point registers too; vmrs, vmsr, vsel
	FloatALU           // vadd, vsub, vneg, vabs, vcmp, vmaxnm
	FloatConvert       // vcvt, vrint
	FloatMul           // vmul, vnmul
	FloatMulAcc        // vmla, vmls, vnmla, vnmls
	FloatFused         // vfma, vfms, vfnma, vfnms
	FloatDiv           // vdiv
	FloatSqrt          // vsqrt
	classCount
)

var classNames = [classCount]string{
	"unknown", "alu", "shift", "bits", "dsp", "mul", "mul-acc", "mul-long", "mul-long-acc", "mul-dsp", "div",
	"load", "store", "load-multi", "store-multi", "branch", "cond-branch", "call", "branch-reg", "table-branch",
	"it", "hint", "barrier", "system", "float-move", "float-alu", "float-convert", "float-mul", "float-mul-acc",
	"float-fused", "float-div", "float-sqrt",
}

// String is the name used in the timing models: "mul-long".
func (c Class) String() string {
	if c >= classCount {
		return "class?"
	}
	return classNames[c]
}

// Classes lists all classes but Unknown.
func Classes() []Class {
	var all []Class
	for c := Unknown + 1; c < classCount; c++ {
		all = append(all, c)
	}
	return all
}
