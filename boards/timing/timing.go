// Package timing holds one TOML file for each CPU core: what each class of
// instruction costs, each figure with its source. It knows no board and no
// program; emu/cycles applies it. Costs are in thousandths of a core clock
// cycle, with instructions and data at zero wait states.
package timing

// Model is one core's timing.
type Model struct {
	Name  string `toml:"name"`  // file name without .toml, also the value of gcc's -mcpu
	Title string `toml:"title"` // for people: "Arm Cortex-M4 r0p1"
	Basis string `toml:"basis"` // what the figures rest on, and how far they can be trusted
	Issue Issue  `toml:"issue"`
	Costs []Cost `toml:"cost"`

	digest string
}

// Issue is what holds for the core as a whole.
type Issue struct {
	// Pairs says which units' instructions issue together: the older one's
	// unit, then those of the younger one. Empty: one instruction a cycle.
	Pairs map[string][]string `toml:"pairs"`
	// PairNarrow: only two 16-bit instructions issue together.
	PairNarrow bool `toml:"pair_narrow"`
	// Predicts: conditional branches don't wait for the flags.
	Predicts bool `toml:"predicts"`
	// FoldIT: an IT instruction behind a 16-bit instruction costs nothing.
	FoldIT bool `toml:"fold_it"`
	// ShiftedEarly: a shifted operand is read when an address would be.
	ShiftedEarly bool `toml:"shifted_early"`
	// StoreLate is how long after a store issues its data may come.
	StoreLate int64 `toml:"store_late_mcycles"`
	// UpdateOverlaps: a load that writes its base register overlaps with the
	// next like any other.
	UpdateOverlaps bool `toml:"update_overlaps"`
	// WideRun is the extra of three or more 32-bit instructions in a row that
	// lie across words.
	WideRun int64 `toml:"wide_run_mcycles"`
	// UnalignedTarget is the mean extra of a branch to an address that is not
	// a multiple of 4.
	UnalignedTarget int64  `toml:"unaligned_target_mcycles"`
	Source          string `toml:"source"`
}

// Cost is what instructions of some classes cost.
type Cost struct {
	Classes []string `toml:"classes"` // names of thumb.Class; each class in one Cost
	// Absent: the core has no such instructions; all else is 0.
	Absent bool `toml:"absent"`
	// Unit is where they execute, for Issue.Pairs; "" issues alone.
	Unit string `toml:"unit"`
	// Cycles is the time until the next instruction may issue.
	Cycles int64 `toml:"mcycles"`
	// Double replaces Cycles for double precision; 0: the same.
	Double int64 `toml:"double_mcycles"`
	// Word is added for each word moved, by loads and stores of several; the
	// sum is rounded up to whole cycles.
	Word int64 `toml:"word_mcycles"`
	// Offset is added for an address that is the sum of two registers.
	Offset int64 `toml:"offset_mcycles"`
	// Result is how much later than the next instruction the result may be
	// used; PartResult replaces it for loads of less than a word, 0: the same;
	// ShiftedResult for operations with a shifted operand, 0: the same.
	Result        int64 `toml:"result_mcycles"`
	PartResult    int64 `toml:"part_result_mcycles"`
	ShiftedResult int64 `toml:"shifted_result_mcycles"`
	// Address is the same for use in an address, Accumulate for use as what a
	// multiplication is added to.
	Address    int64 `toml:"address_mcycles"`
	Accumulate int64 `toml:"accumulate_mcycles"`
	// Overlap is saved by a single load or store right behind that takes more
	// than a cycle, unless its address depends on this one.
	Overlap int64 `toml:"overlap_mcycles"`
	// Literal is added to loads relative to the program counter.
	Literal int64 `toml:"literal_mcycles"`
	// BeforeLoad is added where a load follows.
	BeforeLoad int64 `toml:"before_load_mcycles"`
	// Taken is added when the instruction branches.
	Taken int64 `toml:"taken_mcycles"`
	// Stall is added every time, whatever stands around it: a mean of what
	// depends on data, such as mispredictions.
	Stall  int64  `toml:"stall_mcycles"`
	Source string `toml:"source"`
}

// Digest is the hex SHA-256 of the model's file, for provenance.
func (m *Model) Digest() string { return m.digest }

// Units that emu/cycles gives instructions a core treats apart, where its
// Pairs name them: an operation with a shifted operand, and a 16-bit move,
// extension, addition or subtraction of one register at most.
const (
	UnitShifted = "shifted"
	UnitSimple  = "simple"
)
