package heap

// RT-Thread's small memory management comes from lwIP's mem.c: headers that
// name the next and the previous one, first fit from the lowest free one
// (lfree), a used header that marks the end, and at least MIN_SIZE (12) bytes
// behind each header.

// smallMem is an arena of memB bytes between the first header and the end
// marker's. ownB are the allocator's bytes before it.
func smallMem(ownB, arenaB, headerB, alignB uint32, endToo bool) arena {
	arenaB = roundDown(arenaB, alignB)
	least := roundUp(12, alignB)
	if arenaB < ownB+2*headerB+least {
		return nil
	}
	memB := arenaB - ownB - 2*headerB
	// Headers are tried while they lie low enough for the block to end before
	// the end marker.
	limit := func(c *chunk, needB uint32) bool {
		at := c.at - ownB
		return needB <= memB && (at < memB-needB || endToo && at == memB-needB)
	}
	return &firstFit{headerB: headerB, alignB: alignB, leastB: least, splitB: headerB + least, limit: limit,
		first: &chunk{at: ownB, size: headerB + memB, free: true}}
}

// rtThread3 is the version of 2018, with RT_ALIGN_SIZE 4 as its BSPs had it:
// headers of 12 bytes (magic and used, next, prev), its own variables outside
// the arena. Its loop stops one header early, so that a block which would end
// exactly at the end marker is refused.
var rtThread3 = &Model{
	Name: "rtthread3", Source: "RT-Thread src/mem.c, 3.x (07ea5e8fec), RT_ALIGN_SIZE 4", HeaderB: 12, StepB: 4, NullAtZero: true,
	ownB: 12, chunkB: func(asked uint32) uint32 { return 12 + max(roundUp(asked, 4), 12) },
	open: func(arenaB uint32) arena { return smallMem(0, arenaB, 12, 4, false) },
}

// rtThread5 is rt_smem of 4.1 and later, with RT_ALIGN_SIZE 8, the default
// since 5.0: headers of 16 bytes (12 rounded up; 16 with RT_USING_MEMTRACE
// too), and struct rt_small_mem, 56 bytes with RT_NAME_MAX 8, at the arena's
// start.
var rtThread5 = &Model{
	Name: "rtthread5", Source: "RT-Thread src/mem.c, 4.1 to 5.x (3240c2ba13), RT_ALIGN_SIZE 8, RT_NAME_MAX 8", HeaderB: 16, StepB: 8, NullAtZero: true,
	ownB: 56 + 16, chunkB: func(asked uint32) uint32 { return 16 + max(roundUp(asked, 8), 16) },
	open: func(arenaB uint32) arena { return smallMem(56, arenaB, 16, 8, true) },
}
