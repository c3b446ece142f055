@ One or more of every form of integer instruction, for the comparison with objdump.
	.syntax unified
	.thumb
	.text
	.globl _start
	.thumb_func
_start:
1:
	add.w r1, r2, r8
	add.w r9, r2, r3, lsl #7
	add.w r1, r2, #0x00450045
	add.w r4, lr, r5, ror #3
	add.w r4, r6, r5, rrx
	adds.w r1, r2, r8
	adds.w r9, r2, r3, lsl #7
	adds.w r1, r2, #0x00450045
	adds.w r4, lr, r5, ror #3
	adds.w r4, r6, r5, rrx
	sub.w r1, r2, r8
	sub.w r9, r2, r3, lsl #7
	sub.w r1, r2, #0x00450045
	sub.w r4, lr, r5, ror #3
	sub.w r4, r6, r5, rrx
	subs.w r1, r2, r8
	subs.w r9, r2, r3, lsl #7
	subs.w r1, r2, #0x00450045
	subs.w r4, lr, r5, ror #3
	subs.w r4, r6, r5, rrx
	and.w r1, r2, r8
	and.w r9, r2, r3, lsl #7
	and.w r1, r2, #0x00450045
	and.w r4, lr, r5, ror #3
	and.w r4, r6, r5, rrx
	ands.w r1, r2, r8
	ands.w r9, r2, r3, lsl #7
	ands.w r1, r2, #0x00450045
	ands.w r4, lr, r5, ror #3
	ands.w r4, r6, r5, rrx
	orr.w r1, r2, r8
	orr.w r9, r2, r3, lsl #7
	orr.w r1, r2, #0x00450045
	orr.w r4, lr, r5, ror #3
	orr.w r4, r6, r5, rrx
	orrs.w r1, r2, r8
	orrs.w r9, r2, r3, lsl #7
	orrs.w r1, r2, #0x00450045
	orrs.w r4, lr, r5, ror #3
	orrs.w r4, r6, r5, rrx
	orn.w r1, r2, r8
	orn.w r9, r2, r3, lsl #7
	orn.w r1, r2, #0x00450045
	orn.w r4, lr, r5, ror #3
	orn.w r4, r6, r5, rrx
	orns.w r1, r2, r8
	orns.w r9, r2, r3, lsl #7
	orns.w r1, r2, #0x00450045
	orns.w r4, lr, r5, ror #3
	orns.w r4, r6, r5, rrx
	eor.w r1, r2, r8
	eor.w r9, r2, r3, lsl #7
	eor.w r1, r2, #0x00450045
	eor.w r4, lr, r5, ror #3
	eor.w r4, r6, r5, rrx
	eors.w r1, r2, r8
	eors.w r9, r2, r3, lsl #7
	eors.w r1, r2, #0x00450045
	eors.w r4, lr, r5, ror #3
	eors.w r4, r6, r5, rrx
	bic.w r1, r2, r8
	bic.w r9, r2, r3, lsl #7
	bic.w r1, r2, #0x00450045
	bic.w r4, lr, r5, ror #3
	bic.w r4, r6, r5, rrx
	bics.w r1, r2, r8
	bics.w r9, r2, r3, lsl #7
	bics.w r1, r2, #0x00450045
	bics.w r4, lr, r5, ror #3
	bics.w r4, r6, r5, rrx
	adc.w r1, r2, r8
	adc.w r9, r2, r3, lsl #7
	adc.w r1, r2, #0x00450045
	adc.w r4, lr, r5, ror #3
	adc.w r4, r6, r5, rrx
	adcs.w r1, r2, r8
	adcs.w r9, r2, r3, lsl #7
	adcs.w r1, r2, #0x00450045
	adcs.w r4, lr, r5, ror #3
	adcs.w r4, r6, r5, rrx
	sbc.w r1, r2, r8
	sbc.w r9, r2, r3, lsl #7
	sbc.w r1, r2, #0x00450045
	sbc.w r4, lr, r5, ror #3
	sbc.w r4, r6, r5, rrx
	sbcs.w r1, r2, r8
	sbcs.w r9, r2, r3, lsl #7
	sbcs.w r1, r2, #0x00450045
	sbcs.w r4, lr, r5, ror #3
	sbcs.w r4, r6, r5, rrx
	rsb.w r1, r2, r8
	rsb.w r9, r2, r3, lsl #7
	rsb.w r1, r2, #0x00450045
	rsb.w r4, lr, r5, ror #3
	rsb.w r4, r6, r5, rrx
	rsbs.w r1, r2, r8
	rsbs.w r9, r2, r3, lsl #7
	rsbs.w r1, r2, #0x00450045
	rsbs.w r4, lr, r5, ror #3
	rsbs.w r4, r6, r5, rrx
	tst.w r1, r8
	tst.w r1, #0xff00
	tst.w r3, r4, asr #2
	teq.w r1, r8
	teq.w r1, #0xff00
	teq.w r3, r4, asr #2
	cmp.w r1, r8
	cmp.w r1, #0xff00
	cmp.w r3, r4, asr #2
	cmn.w r1, r8
	cmn.w r1, #0xff00
	cmn.w r3, r4, asr #2
	mov.w r1, r8
	mov.w r1, #0xff00ff00
	movs.w r1, r8
	movs.w r1, #0xff00ff00
	mvn.w r1, r8
	mvn.w r1, #0xff00ff00
	mvns.w r1, r8
	mvns.w r1, #0xff00ff00
	mov.w r1, r2, lsl #3
	movs.w r9, r2, lsr #4
	mov.w r1, r2, asr #5
	mov.w r1, r2, ror #6
	mov.w r1, r2, rrx
	movs.w r9, r10, rrx
	movw r1, #1234
	movt r1, #4321
	addw r1, r2, #4095
	subw r1, r2, #4095
	adr.w r1, 1b
	adr r1, 2f
	add r1, sp, #8
	addw r1, sp, #1025
	sub.w r1, sp, #8
	add.w r1, sp, r2
	add r1, sp
	add sp, r1
	mov sp, r1
	mov r1, sp
	mov r8, r9
	add r8, r9
	cmp r8, r9
	sub.w sp, sp, #16
	add.w sp, sp, #0x1000
	subw sp, sp, #1029
	addw sp, sp, #1029
	sub.w sp, sp, r3
	lsls r1, r2, #3
	lsrs r1, r2, #3
	asrs r1, r2, #3
	lsls r1, r2
	lsrs r1, r2
	asrs r1, r2
	rors r1, r2
	movs r1, r2
	movs r1, #7
	mvns r1, r2
	rsbs r1, r2, #0
	adcs r1, r2
	sbcs r1, r2
	ands r1, r2
	bics r1, r2
	muls r1, r2, r1
	cmn r1, r2
	tst r1, r2
	cmp r1, #5
	adds r1, r2, #3
	subs r1, #200
	adds r1, r2, r3
	subs r1, r2, r3
	orrs r1, r2
	eors r1, r2
	lsl.w r1, r8, r9
	lsls.w r1, r8, r9
	lsr.w r1, r8, r9
	lsrs.w r1, r8, r9
	asr.w r1, r8, r9
	asrs.w r1, r8, r9
	ror.w r1, r8, r9
	rors.w r1, r8, r9
	bfi r1, r2, #3, #5
	bfc r1, #3, #5
	ubfx r1, r2, #3, #5
	sbfx r1, r2, #3, #5
	ssat r1, #5, r2
	ssat r1, #5, r2, lsl #2
	ssat r1, #5, r2, asr #2
	usat r1, #5, r2
	usat r1, #5, r2, lsl #2
	ssat16 r1, #5, r2
	usat16 r1, #5, r2
	sxtb r1, r2
	sxtb.w r8, r9
	sxtb.w r8, r9, ror #8
	sxth r1, r2
	sxth.w r8, r9
	sxth.w r8, r9, ror #8
	uxtb r1, r2
	uxtb.w r8, r9
	uxtb.w r8, r9, ror #8
	uxth r1, r2
	uxth.w r8, r9
	uxth.w r8, r9, ror #8
	sxtb16 r1, r2
	uxtb16 r1, r2
	sxtab r1, r2, r3, ror #16
	sxtah r1, r2, r3, ror #16
	uxtab r1, r2, r3, ror #16
	uxtah r1, r2, r3, ror #16
	sxtab16 r1, r2, r3, ror #16
	uxtab16 r1, r2, r3, ror #16
	rev r1, r2
	rev.w r8, r9
	rev16 r1, r2
	rev16.w r8, r9
	revsh r1, r2
	revsh.w r8, r9
	rbit r1, r2
	clz r1, r2
	sel r1, r2, r3
	pkhbt r1, r2, r3, lsl #4
	pkhtb r1, r2, r3, asr #4
	usad8 r1, r2, r3
	usada8 r1, r2, r3, r4
	qadd r1, r2, r3
	qdadd r1, r2, r3
	qsub r1, r2, r3
	qdsub r1, r2, r3
	sadd8 r1, r2, r3
	sadd16 r1, r2, r3
	sasx r1, r2, r3
	ssax r1, r2, r3
	ssub8 r1, r2, r3
	ssub16 r1, r2, r3
	uadd8 r1, r2, r3
	uadd16 r1, r2, r3
	uasx r1, r2, r3
	usax r1, r2, r3
	usub8 r1, r2, r3
	usub16 r1, r2, r3
	qadd8 r1, r2, r3
	qadd16 r1, r2, r3
	qasx r1, r2, r3
	qsax r1, r2, r3
	qsub8 r1, r2, r3
	qsub16 r1, r2, r3
	uqadd8 r1, r2, r3
	uqadd16 r1, r2, r3
	uqasx r1, r2, r3
	uqsax r1, r2, r3
	uqsub8 r1, r2, r3
	uqsub16 r1, r2, r3
	shadd8 r1, r2, r3
	shadd16 r1, r2, r3
	shasx r1, r2, r3
	shsax r1, r2, r3
	shsub8 r1, r2, r3
	shsub16 r1, r2, r3
	uhadd8 r1, r2, r3
	uhadd16 r1, r2, r3
	uhasx r1, r2, r3
	uhsax r1, r2, r3
	uhsub8 r1, r2, r3
	uhsub16 r1, r2, r3
	mul.w r1, r2, r9
	mla r1, r2, r3, r4
	mls r1, r2, r3, r4
	umull r1, r2, r3, r4
	smull r1, r2, r3, r4
	umlal r1, r2, r3, r4
	smlal r1, r2, r3, r4
	umaal r1, r2, r3, r4
	udiv r1, r2, r3
	sdiv r1, r2, r3
	smulbb r1, r2, r3
	smlabb r1, r2, r3, r4
	smlalbb r1, r2, r3, r4
	smulbt r1, r2, r3
	smlabt r1, r2, r3, r4
	smlalbt r1, r2, r3, r4
	smulwb r1, r2, r3
	smlawb r1, r2, r3, r4
	smultb r1, r2, r3
	smlatb r1, r2, r3, r4
	smlaltb r1, r2, r3, r4
	smultt r1, r2, r3
	smlatt r1, r2, r3, r4
	smlaltt r1, r2, r3, r4
	smulwt r1, r2, r3
	smlawt r1, r2, r3, r4
	smuad r1, r2, r3
	smusd r1, r2, r3
	smlad r1, r2, r3, r4
	smlsd r1, r2, r3, r4
	smlald r1, r2, r3, r4
	smlsld r1, r2, r3, r4
	smuadx r1, r2, r3
	smusdx r1, r2, r3
	smladx r1, r2, r3, r4
	smlsdx r1, r2, r3, r4
	smlaldx r1, r2, r3, r4
	smlsldx r1, r2, r3, r4
	smmul r1, r2, r3
	smmla r1, r2, r3, r4
	smmls r1, r2, r3, r4
	smmulr r1, r2, r3
	smmlar r1, r2, r3, r4
	smmlsr r1, r2, r3, r4
	ldr.w r1, [r2, #100]
	ldr.w r1, [r2, #-100]
	ldr r1, [r2, #4]!
	ldr r1, [r2], #-4
	ldr r1, [r2, r3]
	ldr.w r1, [r2, r9, lsl #2]
	ldr.w r1, [sp, #9]
	ldr r1, [sp, #-8]!
	ldr r1, [sp], #8
	ldrt r1, [r2, #4]
	ldr.w r1, [sp, r3]
	ldr.w r1, 1b
	ldrb.w r1, [r2, #100]
	ldrb.w r1, [r2, #-100]
	ldrb r1, [r2, #4]!
	ldrb r1, [r2], #-4
	ldrb r1, [r2, r3]
	ldrb.w r1, [r2, r9, lsl #2]
	ldrb.w r1, [sp, #9]
	ldrb r1, [sp, #-8]!
	ldrb r1, [sp], #8
	ldrbt r1, [r2, #4]
	ldrb.w r1, [sp, r3]
	ldrb.w r1, 1b
	ldrh.w r1, [r2, #100]
	ldrh.w r1, [r2, #-100]
	ldrh r1, [r2, #4]!
	ldrh r1, [r2], #-4
	ldrh r1, [r2, r3]
	ldrh.w r1, [r2, r9, lsl #2]
	ldrh.w r1, [sp, #9]
	ldrh r1, [sp, #-8]!
	ldrh r1, [sp], #8
	ldrht r1, [r2, #4]
	ldrh.w r1, [sp, r3]
	ldrh.w r1, 1b
	ldrsb.w r1, [r2, #100]
	ldrsb.w r1, [r2, #-100]
	ldrsb r1, [r2, #4]!
	ldrsb r1, [r2], #-4
	ldrsb r1, [r2, r3]
	ldrsb.w r1, [r2, r9, lsl #2]
	ldrsb.w r1, [sp, #9]
	ldrsb r1, [sp, #-8]!
	ldrsb r1, [sp], #8
	ldrsbt r1, [r2, #4]
	ldrsb.w r1, [sp, r3]
	ldrsb.w r1, 1b
	ldrsh.w r1, [r2, #100]
	ldrsh.w r1, [r2, #-100]
	ldrsh r1, [r2, #4]!
	ldrsh r1, [r2], #-4
	ldrsh r1, [r2, r3]
	ldrsh.w r1, [r2, r9, lsl #2]
	ldrsh.w r1, [sp, #9]
	ldrsh r1, [sp, #-8]!
	ldrsh r1, [sp], #8
	ldrsht r1, [r2, #4]
	ldrsh.w r1, [sp, r3]
	ldrsh.w r1, 1b
	str.w r1, [r2, #100]
	str.w r1, [r2, #-100]
	str r1, [r2, #4]!
	str r1, [r2], #-4
	str r1, [r2, r3]
	str.w r1, [r2, r9, lsl #2]
	str.w r1, [sp, #9]
	str r1, [sp, #-8]!
	str r1, [sp], #8
	strt r1, [r2, #4]
	str.w r1, [sp, r3]
	strb.w r1, [r2, #100]
	strb.w r1, [r2, #-100]
	strb r1, [r2, #4]!
	strb r1, [r2], #-4
	strb r1, [r2, r3]
	strb.w r1, [r2, r9, lsl #2]
	strb.w r1, [sp, #9]
	strb r1, [sp, #-8]!
	strb r1, [sp], #8
	strbt r1, [r2, #4]
	strb.w r1, [sp, r3]
	strh.w r1, [r2, #100]
	strh.w r1, [r2, #-100]
	strh r1, [r2, #4]!
	strh r1, [r2], #-4
	strh r1, [r2, r3]
	strh.w r1, [r2, r9, lsl #2]
	strh.w r1, [sp, #9]
	strh r1, [sp, #-8]!
	strh r1, [sp], #8
	strht r1, [r2, #4]
	strh.w r1, [sp, r3]
	ldr r1, [r2, #4]
	ldr r1, [sp, #16]
	ldrb r1, [r2, #4]
	ldrh r1, [r2, #4]
	str r1, [r2, #4]
	str r1, [sp, #16]
	strb r1, [r2, #4]
	strh r1, [r2, #4]
	ldr r1, 2f
	ldr.w sp, [r1, #4]
	str.w sp, [r1, #4]
	ldr.w pc, [r1, #4]
	ldr.w pc, [sp], #4
	ldr.w pc, [sp], #12
	ldr.w pc, [sp, #4]
	ldr.w pc, 2f
	ldr.w pc, [r1, r2, lsl #2]
	ldrd r1, r2, [r3, #8]
	ldrd r1, r2, [r3, #-8]!
	ldrd r1, r2, [r3], #8
	ldrd r1, r2, [sp, #8]
	ldrd r1, r2, [sp, #-8]!
	ldrd r1, r2, [sp], #16
	strd r1, r2, [r3, #8]
	strd r1, r2, [r3, #-8]!
	strd r1, r2, [r3], #8
	strd r1, r2, [sp, #8]
	strd r1, r2, [sp, #-8]!
	strd r1, r2, [sp], #16
	ldrd r1, r2, 2f
	ldmia r0!, {r1, r2}
	ldmia r1, {r1, r2}
	stmia r0!, {r1, r2}
	ldmia.w r0, {r1, r9}
	ldmia.w r0!, {r1, r9}
	stmia.w r0, {r1, r9}
	stmdb r0!, {r1, r9}
	stmdb r0, {r1, r9, lr}
	ldmdb r0!, {r1, r9}
	ldmdb r0, {r1, pc}
	stmia.w sp, {r1, r2}
	stmdb sp, {r1, r2}
	ldmia.w sp, {r1, r2}
	ldmdb sp!, {r1, r2}
	stmia.w sp!, {r1, r2}
	push {r0, r7}
	push {lr}
	push {r4, lr}
	push.w {r4, r8, lr}
	push.w {r8}
	pop {r0, r7}
	pop {pc}
	pop {r4, pc}
	pop.w {r4, r8, pc}
	pop.w {r8}
	pop.w {r8, lr}
	ldrex r1, [r2, #4]
	strex r1, r2, [r3, #4]
	ldrexb r1, [r2]
	strexb r1, r2, [r3]
	ldrexh r1, [r2]
	strexh r1, r2, [r3]
	clrex
	lda r1, [r2]
	stl r1, [r2]
	ldaex r1, [r2]
	stlex r1, r2, [r3]
	ldab r1, [r2]
	stlb r1, [r2]
	ldaexb r1, [r2]
	stlexb r1, r2, [r3]
	ldah r1, [r2]
	stlh r1, [r2]
	ldaexh r1, [r2]
	stlexh r1, r2, [r3]
	pld [r1, #8]
	pld [r1, #-8]
	pld [r1, r2]
	pli [r1]
	pld 2f
	nop
	nop.w
	wfi
	wfe
	sev
	yield
	dmb
	dsb
	isb
	cpsid i
	cpsie i
	svc 3
	bkpt 3
	udf #1
	udf.w #1
	mrs r1, PRIMASK
	msr PRIMASK, r1
	mrs r1, APSR
	msr APSR_nzcvq, r1
	mrs r1, MSP
	msr MSP, r1
	mrs r1, PSP
	msr PSP, r1
	mrs r1, CONTROL
	sg
	tt r1, r2
	ttt r1, r2
	tta r1, r2
	b 1b
	b.w 1b
	bl 1b
	b 3f
	b.w 3f
	bl 3f
	beq 3f
	bne.w 3f
	bgt.w 1b
	blt 3f
	cbz r1, 3f
	cbnz r1, 3f
	blx r1
	bx r1
	bx lr
	mov pc, r1
	mov pc, lr
	add pc, r1
	tbb [pc, r1]
	tbh [pc, r1, lsl #1]
	tbb [r2, r1]
	tbh [r2, r1, lsl #1]
	.balign 4
2:
	nop
	nop
3:
	ite eq
	addeq r1, r2, r3
	addne.w r1, r2, r3
	itttt ne
	movne r1, #1
	lslne r1, r2, #3
	mulne r1, r2, r1
	bxne lr
	itt cs
	subcs.w r4, r5, #1
	popcs {r4, pc}
	it mi
	ldrmi.w pc, [sp], #4
	it eq
	beq 1b
	itete lt
	cmplt r1, #1
	sbcge r1, r2
	rsblt r1, r2, #0
	ldrge r1, [r2]
