// Package boards holds one TOML file for each board: its CPU, clock and memory
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
	Timing      string   `toml:"timing"`     // the core's timing model, a file of boards/timing ("" when none)
	ICache      *Cache   `toml:"icache"`     // what lies between the core and cached regions' code
	DCache      *Cache   `toml:"dcache"`     // the same for data; may be the same store (Unified)
	UART        *UART    `toml:"uart"`       // the serial line of --machine serial
	FlashWith   string   `toml:"flash_with"` // the command that writes firmware.elf to the board, for people
	Sources     []Source `toml:"source"`     // every figure above names where it comes from

	digest string
}

// Cache is a store of lines between the core and slow memory: a core's own
// cache, or a flash accelerator's (ST's ART, NXP's FMC). Replacement is least
// recently used: an approximation where a part does otherwise.
type Cache struct {
	LineBytes uint32 `toml:"line_B"`
	Sets      uint32 `toml:"sets"`
	Ways      uint32 `toml:"ways"`
	Source    string `toml:"source"`
}

// UART is a serial port as data: what to write before use, and how to send
// and take one byte by polling. A byte may be sent when
// TXStatus & TXMask == TXValue, one has come when RXStatus & RXMask == RXValue.
type UART struct {
	Name      string `toml:"name"`       // "USART1, PA9/PA10, the ST-LINK's virtual port"
	Baud      int    `toml:"baud"`       // what Init sets up
	WidthBits int    `toml:"width_bits"` // of all accesses below: 8, 16 or 32
	TXStatus  uint32 `toml:"tx_status"`
	TXMask    uint32 `toml:"tx_mask"`
	TXValue   uint32 `toml:"tx_value"`
	TXData    uint32 `toml:"tx_data"`
	RXStatus  uint32 `toml:"rx_status"`
	RXMask    uint32 `toml:"rx_mask"`
	RXValue   uint32 `toml:"rx_value"`
	RXData    uint32 `toml:"rx_data"`
	Init      []Poke `toml:"init"` // in order
	Source    string `toml:"source"`
}

// Poke is one step of a peripheral's set-up. Mask 0 writes Value whole; else
// the bits of Mask are replaced. Wait instead reads until the bits of Mask are
// Value.
type Poke struct {
	Address   uint32 `toml:"address"`
	WidthBits int    `toml:"width_bits"` // 8, 16, 32; 0 is 32
	Value     uint32 `toml:"value"`
	Mask      uint32 `toml:"mask"`
	Wait      bool   `toml:"wait"`
	What      string `toml:"what"` // register and meaning: "RCC_AHB1ENR: GPIOAEN"
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
	// WaitStates are the extra core cycles of an access at ClockHz that no
	// cache or prefetch buffer serves.
	WaitStates int64 `toml:"wait_states"`
	// WidthBytes is what one access brings: the flash's line; 0 is 4.
	WidthBytes uint32 `toml:"width_B"`
	// Prefetch says that the next line is fetched while one is executed.
	Prefetch bool `toml:"prefetch"`
	// Cached says that ICache and DCache stand before this region.
	Cached bool   `toml:"cached"`
	Source string `toml:"source"`
}

// Source says where a figure comes from.
type Source struct {
	Of   string `toml:"of"`   // the key it is the source of: "clock_hz"
	From string `toml:"from"` // document, section
}

// Flash is the region the image's code and constants go to.
func (b *Board) Flash() Region { return b.firstRegion(KindFlash) }

// RAM is the region the image's data, stack and heap go to.
func (b *Board) RAM() Region { return b.firstRegion(KindRAM) }

// Digest is the hex SHA-256 of the board's file, for provenance.
func (b *Board) Digest() string { return b.digest }

// firstRegion returns the first region of a kind. Loading has checked that there is one.
func (b *Board) firstRegion(kind string) Region {
	for _, r := range b.Regions {
		if r.Kind == kind {
			return r
		}
	}
	return Region{}
}
