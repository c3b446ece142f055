// Package boards holds one TOML file a board: its CPU, clock and memory
// regions, each figure with its source. It knows nothing of TLS.
package boards

// Board is one microcontroller board.
type Board struct {
	Name        string   `toml:"name"`         // file name without .toml
	Title       string   `toml:"title"`        // for people: "NXP i.MX RT1052 EVK"
	CPU         string   `toml:"cpu"`          // value of gcc's -mcpu: "cortex-m7"
	FPU         string   `toml:"fpu"`          // value of gcc's -mfpu, or "" for none
	FloatABI    string   `toml:"float_abi"`    // "soft", "softfp", "hard"
	ClockHz     int64    `toml:"clock_hz"`     // core clock, Hz
	RTOSTickHz  int64    `toml:"rtos_tick_hz"` // RT_TICK_PER_SECOND of the board's BSP
	QEMUMachine string   `toml:"qemu_machine"` // nearest QEMU machine ("" when none)
	StandIn     string   `toml:"stand_in"`     // what differs where the QEMU machine is not the board
	Regions     []Region `toml:"region"`
	Sources     []Source `toml:"source"` // every figure above names where it comes from

	digest string
}

// The kinds of a memory region.
const (
	KindFlash = "flash"
	KindRAM   = "ram"
)

// Region is one memory region; the first flash and the first ram region are
// where the image goes.
type Region struct {
	Name        string `toml:"name"` // "FLEXSPI", "OCRAM", "DTCM"
	Kind        string `toml:"kind"` // "flash" or "ram"
	Origin      uint64 `toml:"origin"`
	LengthBytes uint64 `toml:"length_bytes"`
	Source      string `toml:"source"`
}

// Source says where a figure comes from.
type Source struct {
	Of   string `toml:"of"`   // the key it is the source of: "clock_hz"
	From string `toml:"from"` // document, section
}

// Flash is the region the image's code and constants go to.
func (b *Board) Flash() Region { return b.first(KindFlash) }

// RAM is the region the image's data, stack and heap go to.
func (b *Board) RAM() Region { return b.first(KindRAM) }

// Digest is the hex SHA-256 of the board's file, for provenance.
func (b *Board) Digest() string { return b.digest }

// first returns the first region of a kind; loading made sure there is one.
func (b *Board) first(kind string) Region {
	for _, r := range b.Regions {
		if r.Kind == kind {
			return r
		}
	}
	return Region{}
}
