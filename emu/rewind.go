package emu

// Saved is a guest's state between two steps. Only its machine can read it.
type Saved any

// RewindGuest is a guest whose run can begin again at any step. The host's
// state (wire, clocks, entropy, record) is the host's to keep.
type RewindGuest interface {
	Guest
	// Save copies the state. It must not be called inside a host call.
	Save() Saved
	// Rewind puts the guest into a state that it, or another guest of the same
	// program with as much heap, was in. Counters go back too; the budget stays
	// the guest's own. A dead guest lives again.
	Rewind(Saved) error
	// Same says whether the guest would go on as from this state: all is equal
	// but what was counted.
	Same(Saved) bool
	// ClearDeadStack clears what returned calls have left below the stack
	// pointer, so that states can be the same. A program that depends on it
	// reads what it has not written.
	ClearDeadStack()
}

// FailingGuest is a guest of which one allocation can be made to fail.
type FailingGuest interface {
	Guest
	// Allocations is how many were asked for since the start.
	Allocations() uint64
	// FailAllocation makes the n-th allocation since the start return NULL; 0
	// for none.
	FailAllocation(n uint64) error
}
