@ One or more of what ARMv8.1-M added, for the comparison with objdump.
	.syntax unified
	.thumb
	.text
	.globl _start
	.thumb_func
_start:
1:
	csel r1, r2, r3, eq
	csinc r1, r2, r3, ne
	csinv r1, r2, r3, gt
	csneg r1, r2, r3, cs
	cset r1, eq
	csetm r1, ne
	cinc r1, r2, eq
	lsll r2, r3, #5
	lsrl r2, r3, #5
	asrl r2, r3, #5
	lsll r2, r3, r4
	asrl r2, r3, r4
	lsll r4, r11, #31
	clrm {r0, r1, r12, lr}
	clrm {r1, APSR}
	vmovx.f16 s1, s2
	vins.f16 s1, s2
	vadd.f16 s1, s2, s3
	vmla.f16 s1, s2, s3
	vfma.f16 s1, s2, s3
	vldr.16 s1, [r1, #4]
	vstr.16 s1, [r1, #4]
	vmov.f16 s1, r2
	vmov.f16 r2, s1
	vcvt.s32.f16 s1, s2
	vcmp.f16 s1, s2
	vmov.f64 d1, d2
	vlstm r1
	vlldm r1
	wls lr, r2, 4f
	dls lr, r2
3:
	add r1, r2
	nop
	le lr, 3b
	wls lr, r2, 3f
	nop
3:
	nop.w
	le 3b
4:
	nop
