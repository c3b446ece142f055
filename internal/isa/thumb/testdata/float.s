@ One or more of every form of floating-point instruction, for the comparison with objdump.
	.syntax unified
	.thumb
	.text
	.globl _start
	.thumb_func
_start:
1:
	vadd.f32 s15, s1, s2
	vsub.f32 s15, s1, s2
	vmul.f32 s15, s1, s2
	vnmul.f32 s15, s1, s2
	vmla.f32 s15, s1, s2
	vmls.f32 s15, s1, s2
	vnmla.f32 s15, s1, s2
	vnmls.f32 s15, s1, s2
	vfma.f32 s15, s1, s2
	vfms.f32 s15, s1, s2
	vfnma.f32 s15, s1, s2
	vfnms.f32 s15, s1, s2
	vdiv.f32 s15, s1, s2
	vmaxnm.f32 s15, s1, s2
	vminnm.f32 s15, s1, s2
	vseleq.f32 s15, s1, s2
	vselvs.f32 s15, s1, s2
	vselge.f32 s15, s1, s2
	vselgt.f32 s15, s1, s2
	vmov.f32 s3, s14
	vneg.f32 s3, s14
	vabs.f32 s3, s14
	vsqrt.f32 s3, s14
	vcmp.f32 s3, s14
	vcmpe.f32 s3, s14
	vrinta.f32 s3, s14
	vrintn.f32 s3, s14
	vrintp.f32 s3, s14
	vrintm.f32 s3, s14
	vrintr.f32 s3, s14
	vrintz.f32 s3, s14
	vrintx.f32 s3, s14
	vmov.f32 s5, #1.0
	vcmp.f32 s5, #0.0
	vcmpe.f32 s5, #0.0
	vcvt.s32.f32 s5, s6
	vcvtr.s32.f32 s5, s6
	vcvt.f32.s32 s6, s7
	vcvta.s32.f32 s9, s10
	vcvtn.s32.f32 s9, s10
	vcvtp.s32.f32 s9, s10
	vcvtm.s32.f32 s9, s10
	vcvt.s16.f32 s6, s6, #3
	vcvt.f32.s16 s6, s6, #3
	vcvt.s32.f32 s6, s6, #3
	vcvt.f32.s32 s6, s6, #3
	vcvt.u32.f32 s5, s6
	vcvtr.u32.f32 s5, s6
	vcvt.f32.u32 s6, s7
	vcvta.u32.f32 s9, s10
	vcvtn.u32.f32 s9, s10
	vcvtp.u32.f32 s9, s10
	vcvtm.u32.f32 s9, s10
	vcvt.u16.f32 s6, s6, #3
	vcvt.f32.u16 s6, s6, #3
	vcvt.u32.f32 s6, s6, #3
	vcvt.f32.u32 s6, s6, #3
	vcvtb.f16.f32 s9, s6
	vcvtb.f32.f16 s6, s9
	vcvtt.f16.f32 s9, s6
	vcvtt.f32.f16 s6, s9
	vldr s3, [r1, #8]
	vldr s3, [sp, #-8]
	vldr s3, 2f
	vstr s3, [r1, #-8]
	vstr s3, [sp, #16]
	vldmia r1, {s3-s7}
	vldmia r1!, {s3}
	vldmdb r1!, {s3-s4}
	vstmia r1, {s0-s15}
	vstmia r1!, {s3-s4}
	vstmdb r1!, {s3-s4}
	vpush {s8-s15}
	vpop {s8-s15}
	vstmia sp, {s1}
	vadd.f64 d15, d1, d2
	vsub.f64 d15, d1, d2
	vmul.f64 d15, d1, d2
	vnmul.f64 d15, d1, d2
	vmla.f64 d15, d1, d2
	vmls.f64 d15, d1, d2
	vnmla.f64 d15, d1, d2
	vnmls.f64 d15, d1, d2
	vfma.f64 d15, d1, d2
	vfms.f64 d15, d1, d2
	vfnma.f64 d15, d1, d2
	vfnms.f64 d15, d1, d2
	vdiv.f64 d15, d1, d2
	vmaxnm.f64 d15, d1, d2
	vminnm.f64 d15, d1, d2
	vseleq.f64 d15, d1, d2
	vselvs.f64 d15, d1, d2
	vselge.f64 d15, d1, d2
	vselgt.f64 d15, d1, d2
	vmov.f64 d3, d14
	vneg.f64 d3, d14
	vabs.f64 d3, d14
	vsqrt.f64 d3, d14
	vcmp.f64 d3, d14
	vcmpe.f64 d3, d14
	vrinta.f64 d3, d14
	vrintn.f64 d3, d14
	vrintp.f64 d3, d14
	vrintm.f64 d3, d14
	vrintr.f64 d3, d14
	vrintz.f64 d3, d14
	vrintx.f64 d3, d14
	vmov.f64 d5, #1.0
	vcmp.f64 d5, #0.0
	vcmpe.f64 d5, #0.0
	vcvt.s32.f64 s5, d6
	vcvtr.s32.f64 s5, d6
	vcvt.f64.s32 d6, s7
	vcvta.s32.f64 s9, d10
	vcvtn.s32.f64 s9, d10
	vcvtp.s32.f64 s9, d10
	vcvtm.s32.f64 s9, d10
	vcvt.s16.f64 d6, d6, #3
	vcvt.f64.s16 d6, d6, #3
	vcvt.s32.f64 d6, d6, #3
	vcvt.f64.s32 d6, d6, #3
	vcvt.u32.f64 s5, d6
	vcvtr.u32.f64 s5, d6
	vcvt.f64.u32 d6, s7
	vcvta.u32.f64 s9, d10
	vcvtn.u32.f64 s9, d10
	vcvtp.u32.f64 s9, d10
	vcvtm.u32.f64 s9, d10
	vcvt.u16.f64 d6, d6, #3
	vcvt.f64.u16 d6, d6, #3
	vcvt.u32.f64 d6, d6, #3
	vcvt.f64.u32 d6, d6, #3
	vcvtb.f16.f64 s9, d6
	vcvtb.f64.f16 d6, s9
	vcvtt.f16.f64 s9, d6
	vcvtt.f64.f16 d6, s9
	vldr d3, [r1, #8]
	vldr d3, [sp, #-8]
	vldr d3, 2f
	vstr d3, [r1, #-8]
	vstr d3, [sp, #16]
	vldmia r1, {d3-d7}
	vldmia r1!, {d3}
	vldmdb r1!, {d3-d4}
	vstmia r1, {d0-d15}
	vstmia r1!, {d3-d4}
	vstmdb r1!, {d3-d4}
	vpush {d8-d15}
	vpop {d8-d15}
	vstmia sp, {d1}
	vcvt.f64.f32 d1, s3
	vcvt.f32.f64 s3, d1
	vmov s3, r4
	vmov r4, s3
	vmov.32 d3[0], r4
	vmov.32 d3[1], r4
	vmov.32 r4, d3[0]
	vmov.32 r4, d3[1]
	vmov d3, r4, r5
	vmov r4, r5, d3
	vmov s3, s4, r5, r6
	vmov r5, r6, s3, s4
	vmrs APSR_nzcv, fpscr
	vmrs r1, fpscr
	vmsr fpscr, r1
	itt eq
	vaddeq.f32 s0, s1, s2
	vmoveq.f32 s0, s3
	.balign 4
2:
	nop
	nop
