package wasm

// The watch follows the shadow stack, the part of a C stack that clang keeps
// in linear memory (locals whose address is taken, arrays). The stack grows
// down from the initial value of __stack_pointer, so its peak is that value
// less the smallest __stack_pointer.
//
// clang lets a leaf function use up to 128 bytes below the stack pointer
// without moving it (the red zone, LLVM's WebAssemblyFrameLowering.cpp), so a
// function that only computes "stack pointer less a constant" is watched there.

// redZone says whether code[i] is the subtraction by which a function without
// global.set $__stack_pointer finds its frame.
func (p *plan) redZone(code []instr, i int) bool {
	return p.watchSP && i >= 2 && code[i].op == opI32Sub && code[i-1].op == opI32Const &&
		code[i-2].op == opGlobalGet && code[i-2].arg == p.sp
}

// setsSP says whether code moves the stack pointer.
func (p *plan) setsSP(code []instr) bool {
	for _, in := range code {
		if in.op == opGlobalSet && in.arg == p.sp {
			return true
		}
	}
	return false
}

// watchSP looks at the new stack pointer on top of the operand stack and
// leaves it there. Neither peak can rise while the stack pointer stays above
// the lowest it has been since the heap last rose (spLow): that is the one
// comparison most changes cost.
func (w *rewriter) watchSP() {
	p := w.p
	w.usesTmp = true
	w.put(opLocalTee, w.tmp)
	w.put(opGlobalGet, p.spLow)
	w.put(opI32LtU, 0)
	w.put(opIf, blockEmpty)
	w.put(opLocalGet, w.tmp)
	w.put(opGlobalSet, p.spLow)
	w.put(opLocalGet, w.tmp)
	w.put(opGlobalGet, p.spMin)
	w.put(opI32LtU, 0)
	w.put(opIf, blockEmpty)
	w.put(opLocalGet, w.tmp)
	w.put(opGlobalSet, p.spMin)
	w.put(opEnd, 0)
	if p.watchHeap {
		w.watchRAM(func() { w.put(opLocalGet, w.tmp) })
	}
	w.put(opEnd, 0)
	w.put(opLocalGet, w.tmp)
}

// watchHeap is put where the heap has risen: the most may be now, and every
// depth counts anew from here.
func (w *rewriter) watchHeap() {
	w.watchRAM(func() { w.put(opGlobalGet, w.p.sp) })
	w.put(opGlobalGet, w.p.sp)
	w.put(opGlobalSet, w.p.spLow)
	w.usesTmp = true
	w.heapLive()
	w.put(opLocalTee, w.tmp)
	w.put(opGlobalGet, w.p.heapMax)
	w.put(opI32GtU, 0)
	w.put(opIf, blockEmpty)
	w.put(opLocalGet, w.tmp)
	w.put(opGlobalSet, w.p.heapMax)
	w.put(opEnd, 0)
}

// watchRAM compares heap + stack of this instant with the most so far; sp
// puts the stack pointer on the stack.
func (w *rewriter) watchRAM(sp func()) {
	p := w.p
	w.usesTmp = true
	w.put(opI32Const, uint64(int32(p.stackTop)))
	sp()
	w.put(opI32Sub, 0)
	w.heapLive()
	w.put(opI32Add, 0)
	w.put(opLocalTee, w.tmp+1)
	w.put(opGlobalGet, p.ramMax)
	w.put(opI32GtU, 0)
	w.put(opIf, blockEmpty)
	w.put(opLocalGet, w.tmp+1)
	w.put(opGlobalSet, p.ramMax)
	w.heapLive()
	w.put(opGlobalSet, p.ramHeap)
	w.put(opEnd, 0)
}

// heapLive puts the live heap bytes on the stack.
func (w *rewriter) heapLive() {
	w.put(opI32Const, 0)
	w.out = append(w.out, instr{op: opI32Load, arg: 2, off: w.p.heapLive}) // align 4
}
