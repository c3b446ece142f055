package qemu

import (
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"tlslab/boards"
	"tlslab/internal/isa/thumb"
)

// The words of the shared file: plugin/counts.h, in the same order.
const (
	wMagic = iota
	wCodeBase
	wHalfwords
	wROMLow
	wROMHigh
	wStackTop
	wArenaStart
	wBudget
	wICache
	wDCache
	wFunctions
	wTableAt
	wBlocksAt
	wBlocksRoom
	wNodesAt
	wNodesRoom
	wTraceAt
	wTraceRoom
	wROMReadsAt
	wDMissesAt
	wLowestAt
	wBytes
	wStackBottom
	wWaits
)

const (
	wInsns = 32 + iota
	wSP
	wSPLow
	wSPLowLive
	wRAMPeak
	wLive
	wSPUnknown
	wSPWrong
	wBlocks
	wNodes
	wTrace
	wStopped
	wOutside
	wNode
	wDeep
	wStray
	wSPLost
	wSPWrongAt
	wSPLowAll
	wSPGuest
	wExecuted
	wUnbegun
	wRAMHeap
	wHeapPeak
	wAtFunction
	wHead = 64
)

const (
	countsMagic   = 0x31544e434c534c54
	stoppedBudget = 1
	stoppedRoom   = 2
	stoppedStack  = 3
	stoppedLab    = 4
	blockWords    = 5 // address | length << 32, executions, of these taken, I-cache misses, of these of the next line
	nodeWords     = 5 // parent | function << 32, instructions, calls, bytes allocated, stack
	traceWords    = 2 // block | node << 32, bytes live after
	entryBytes    = 8
)

// Flags of a table entry.
const (
	fSPAccess = 1 << iota
	fSPUnknown
	fConditional
	fCall
	fReturn
	fRead
	fWatchSP
	fMarkBlock
	fMarkLive
	fHarness
	fSplit
	fWide
	fOpens
)

// Room in the shared file. Pages never touched cost nothing. A handshake has
// some 12,000 blocks, 3,000 calls and up to a million heap steps.
const (
	blocksRoom = 1 << 17
	nodesRoom  = 1 << 15
	traceRoom  = 1 << 23
)

// counts is the file that the plugin counts into.
type counts struct {
	file  *os.File
	bytes []byte
	words []uint64
}

// newCounts lays the file out for an image and fills in what the plugin must
// know.
func newCounts(im *image, budget uint64, icache, dcache *boards.Cache) (*counts, error) {
	n := im.halfwords
	at := uint64(wHead * 8)
	take := func(bytes uint64) uint64 {
		start := at
		at += (bytes + 7) &^ 7
		return start
	}
	head := [wHead]uint64{
		wMagic: countsMagic, wCodeBase: uint64(im.base), wHalfwords: n, wROMLow: uint64(im.romLow), wROMHigh: uint64(im.romHigh),
		wStackTop: uint64(im.stackTop), wArenaStart: uint64(im.arenaStart), wBudget: budget,
		wICache: cacheWord(icache), wDCache: cacheWord(dcache), wFunctions: uint64(len(im.program.Functions)),
		wStackBottom: uint64(im.stackBottom), wWaits: 1,
		wBlocksRoom: blocksRoom, wNodesRoom: nodesRoom, wTraceRoom: traceRoom,
	}
	head[wTableAt] = take(n * entryBytes)
	head[wROMReadsAt] = take(n * 8)
	head[wDMissesAt] = take(n * 8)
	head[wLowestAt] = take((uint64(len(im.program.Functions)) + 1) * 8)
	head[wBlocksAt] = take(blocksRoom * blockWords * 8)
	head[wNodesAt] = take(nodesRoom * nodeWords * 8)
	head[wTraceAt] = take(traceRoom * traceWords * 8)
	head[wBytes] = at
	fd, err := unix.MemfdCreate("tlslab-counts", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("shared counts: %w", err)
	}
	c := &counts{file: os.NewFile(uintptr(fd), "counts")}
	if err := c.file.Truncate(int64(at)); err != nil {
		c.close()
		return nil, fmt.Errorf("shared counts: %w", err)
	}
	if c.bytes, err = unix.Mmap(fd, 0, int(at), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		c.close()
		return nil, fmt.Errorf("shared counts: %w", err)
	}
	c.words = unsafe.Slice((*uint64)(unsafe.Pointer(&c.bytes[0])), at/8)
	copy(c.words, head[:])
	copy(c.bytes[head[wTableAt]:], im.table)
	lowest := c.array(wLowestAt, uint64(len(im.program.Functions))+1)
	for i := range lowest {
		lowest[i] = uint64(im.stackTop)
	}
	return c, nil
}

func (c *counts) close() {
	if c.bytes != nil {
		unix.Munmap(c.bytes)
		c.bytes, c.words = nil, nil
	}
	c.file.Close()
}

// array is n words of the file at the offset that the word at holds.
func (c *counts) array(at int, n uint64) []uint64 {
	start := c.words[at] / 8
	return c.words[start : start+n]
}

// cacheWord is a cache as the plugin reads it: line shift, sets, ways.
func cacheWord(c *boards.Cache) uint64 {
	if c == nil {
		return 0
	}
	shift := uint64(0)
	for 1<<shift < c.LineBytes {
		shift++
	}
	return shift | uint64(c.Sets)<<8 | uint64(c.Ways)<<32
}

// entry is an instruction as the plugin needs it.
func entry(in *thumb.Inst, function int, more uint16) [entryBytes]byte {
	var flags uint16
	set := func(flag uint16, on bool) {
		if on {
			flags |= flag
		}
	}
	conditional := in.Cond && (in.SPDelta != 0 || in.SPUnknown)
	reads := in.IsLoad() || in.Class == thumb.TableBranch
	set(fSPAccess, in.SPAccess)
	set(fSPUnknown, in.SPUnknown || conditional && !in.SPAccess)
	set(fConditional, conditional && in.SPAccess)
	set(fCall, in.Class == thumb.Call)
	set(fReturn, in.WritesPC && in.Class != thumb.Call && !in.HasTarget)
	set(fWide, in.Len == 4)
	set(fRead, reads && !in.SPAccess)
	set(fWatchSP, in.SPAccess && (in.SPDelta != 0 || in.Words == 1))
	flags |= more
	delta := in.SPDelta
	if flags&fSPUnknown != 0 {
		delta = 0
	}
	var e [entryBytes]byte
	binary.LittleEndian.PutUint16(e[0:], uint16(int16(delta)))
	binary.LittleEndian.PutUint16(e[2:], uint16(int16(in.SPOffset)))
	binary.LittleEndian.PutUint16(e[4:], uint16(function+1))
	binary.LittleEndian.PutUint16(e[6:], flags)
	return e
}
