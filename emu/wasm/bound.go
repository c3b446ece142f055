package wasm

// smallOps is the most a function may execute, callees included, to be called
// without a flush in front: 1.14 against 1.17 on a handshake, where most calls
// are of such functions. It bounds what a call adds unseen to a budget, so it
// must be small beside any budget.
const smallOps = 1000

// flushes says whether in is a call in front of which the caller hands in its
// count. A small function can't reach a host function, which could look, and
// has no loop or recursion to be stopped in.
func (p *plan) flushes(in instr) bool {
	switch in.op {
	case opCallIndirect:
		return true
	case opCall:
		f := int(in.arg) - len(p.m.imports)
		_, opens := p.opens[f]
		return f < 0 || p.most[f] > smallOps || opens
	}
	return false
}

// mostOps bounds what one call of each defined function can execute, callees
// included: the number of its instructions, since without loops none runs
// twice. Anything above smallOps, and anything with loops, recursion, indirect
// calls or host calls, is smallOps + 1.
func (m *module) mostOps() []uint64 {
	const open = smallOps + 1
	most := make([]uint64, len(m.code))
	state := make([]byte, len(m.code)) // 0 new, 1 being visited, 2 known
	var visit func(i int) uint64
	visit = func(i int) uint64 {
		switch state[i] {
		case 1:
			return open // recursion
		case 2:
			return most[i]
		}
		state[i] = 1
		n := m.code[i].longest()
		for _, in := range m.code[i].code {
			if n >= open {
				break
			}
			if in.op == opCall {
				if f := int(in.arg) - len(m.imports); f >= 0 {
					n += visit(f)
				} else {
					n = open
				}
			}
		}
		state[i], most[i] = 2, min(n, open)
		return most[i]
	}
	for i := range m.code {
		visit(i)
	}
	return most
}

// longest bounds what the body itself executes in one call.
func (b *body) longest() uint64 {
	for _, l := range b.labels() {
		if l.op == opLoop && l.targeted {
			return smallOps + 1
		}
	}
	n := uint64(0)
	for _, in := range b.code {
		n += in.op.weight()
		if in.op == opCallIndirect {
			return smallOps + 1
		}
	}
	return n
}
