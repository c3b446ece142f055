package thumb

import "slices"

// Use is what a function's code does to the stack, and where it goes.
type Use struct {
	Bytes uint32 // most that SP is below its value at entry
	// else Bytes is only what constants take: SP is also set from a register, or depends
	// on the way taken
	Known    bool
	Calls    []uint32 // where its calls, and its branches to other functions, go; sorted
	Indirect bool     // it calls or jumps through a register; a jump table may count as such
}

// Use follows the ways through a function. Code behind a jump table is taken
// to begin with the whole frame in use.
func (p *Program) Use(f Function) Use {
	u := &use{f: f, insts: p.From(f.Start, f.End)}
	u.Known = true
	u.below = make([]int32, len(u.insts))
	for i := range u.below {
		u.below[i] = unseen
	}
	for i := range u.insts {
		if i == 0 {
			u.visit(0, 0)
		}
		u.leaves(&u.insts[i])
		if u.table && u.below[i] == unseen {
			u.visit(i, int32(u.Bytes))
		}
	}
	slices.Sort(u.Calls)
	u.Calls = slices.Compact(u.Calls)
	return u.Use
}

// unseen marks an instruction no way has led to yet.
const unseen = -1 << 31

// use is a Use in the making.
type use struct {
	Use
	f     Function
	insts []Inst
	below []int32 // by instruction: SP before it, below its value at entry
	table bool    // some ways are not known
}

// leaves notes where an instruction goes outside the function.
func (u *use) leaves(in *Inst) {
	switch {
	case in.HasTarget && (in.Class == Call || !u.inside(in.Target)):
		u.Calls = append(u.Calls, in.Target)
	case in.WritesPC && !in.HasTarget && !in.Return && in.Class != TableBranch:
		u.Indirect = true
	}
}

func (u *use) inside(addr uint32) bool { return addr >= u.f.Start && addr < u.f.End }

// visit follows all ways from instruction i, with SP so far below its value
// at entry.
func (u *use) visit(i int, below int32) {
	type place struct {
		i     int
		below int32
	}
	for work := []place{{i, below}}; len(work) > 0; {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		if seen := u.below[at.i]; seen != unseen {
			u.Known = u.Known && seen == at.below
			continue
		}
		u.below[at.i] = at.below
		in := &u.insts[at.i]
		after := at.below - in.SPDelta
		u.Bytes = uint32(max(int32(u.Bytes), after))
		if in.SPUnknown {
			u.Known = false
		}
		if in.HasTarget && in.Class != Call && u.inside(in.Target) {
			if to, ok := slices.BinarySearchFunc(u.insts, in.Target, func(in Inst, a uint32) int { return int(int64(in.Addr) - int64(a)) }); ok {
				work = append(work, place{to, after})
			}
		}
		if in.Class == TableBranch {
			u.table = true
		}
		if !in.goesOn() {
			continue
		}
		if in.Cond && in.SPDelta != 0 {
			if !in.WritesPC { // a conditional return that is not taken leaves SP alone
				u.Known = false
			}
			after = at.below
		}
		switch end := in.Next() >= u.f.End; {
		case !end && at.i+1 < len(u.insts) && u.insts[at.i+1].Addr == in.Next():
			work = append(work, place{at.i + 1, after})
		case in.Class == Call && !end:
			u.table = true // ARMv6-M's tables lie behind the call of a helper
		case in.Class != Call && end: // it falls into the next function; a call here does not return
			u.Calls = append(u.Calls, in.Next())
		}
	}
}

// goesOn says that the instruction behind may be next.
func (i *Inst) goesOn() bool {
	return i.Cond || !i.WritesPC || i.Class == Call || i.Class == CondBranch
}
