/* What plugin and lab share: one mapped file of 64-bit words. The Go side is
 * emu/qemu/counts.go; a test holds the two together. The plugin knows nothing
 * of the instruction set: what it needs of an instruction is in the table. */
#ifndef TLSLAB_COUNTS_H
#define TLSLAB_COUNTS_H

#include <stdint.h>

#define COUNTS_MAGIC 0x31544e434c534c54ull /* "TLSLCNT1" */

enum {
    /* Written by the lab before the start. */
    W_MAGIC,
    W_CODE_BASE,   /* address of the table's first entry */
    W_HALFWORDS,   /* entries of the table: one per two bytes of code */
    W_ROM_LOW,     /* the image's flash: [low, high) */
    W_ROM_HIGH,
    W_STACK_TOP,   /* SP after reset */
    W_ARENA_START,
    W_BUDGET,      /* instructions; the run is killed in the block that passes it */
    W_ICACHE,      /* line shift | sets << 8 | ways << 32; 0: none */
    W_DCACHE,
    W_FUNCTIONS,
    W_TABLE_AT,    /* byte offsets of the arrays in the file, and their room */
    W_BLOCKS_AT,
    W_BLOCKS_ROOM,
    W_NODES_AT,
    W_NODES_ROOM,
    W_TRACE_AT,
    W_TRACE_ROOM,
    W_ROM_READS_AT,  /* per halfword: data read from flash */
    W_DMISSES_AT,    /* per halfword: of these, lines missed */
    W_LOWEST_AT,     /* per function: lowest SP; the lab writes all ones first */
    W_BYTES,         /* of the file */
    W_STACK_BOTTOM,  /* SP below it ends the run: not every machine has nothing there */
    W_WAITS,         /* 1: at functions with F_OPENS the plugin waits for the lab */

    /* Written by the plugin; the lab may reset the peaks while the guest waits. */
    W_INSNS = 32,    /* of the blocks begun, in all: the budget's and a standstill's */
    W_SP,            /* before the block under way */
    W_SP_LOW,        /* lowest since reset, without the lab's own functions */
    W_SP_LOW_LIVE,   /* lowest since `live` changed */
    W_RAM_PEAK,      /* most of live + stack since reset */
    W_LIVE,          /* heap bytes live */
    W_SP_UNKNOWN,    /* blocks begun while SP was not known */
    W_SP_WRONG,      /* SP-relative accesses that showed the count of SP wrong */
    W_BLOCKS,
    W_NODES,
    W_TRACE,
    W_STOPPED,       /* STOPPED_* */
    W_OUTSIDE,       /* blocks begun outside the table */
    W_NODE,          /* the call under way */
    W_DEEP,          /* calls not followed: the stack of calls was full */
    W_STRAY,         /* returns to nobody */
    W_SP_LOST,       /* 1: W_SP is not known */
    W_SP_WRONG_AT,   /* where it was seen last */
    W_SP_LOW_ALL,    /* lowest of the whole run, the lab's own functions included */
    W_SP_GUEST,      /* before the guest's own last block */
    W_EXECUTED,      /* instructions executed, each counted by itself: what the blocks are held to */
    W_UNBEGUN,       /* instructions of a block that was counted and then not begun: the run was stopped */
    W_RAM_HEAP,      /* the heap's part of W_RAM_PEAK */
    W_HEAP_PEAK,     /* most heap live since reset */
    W_AT_FUNCTION,   /* while the plugin waits: the function that is entered, as in the table; 0: one has returned */
    W_HEAD = 64
};

enum { STOPPED_BUDGET = 1, STOPPED_ROOM = 2, STOPPED_STACK = 3, STOPPED_LAB = 4 };

/* Table entry, 8 bytes. */
struct insn_entry {
    int16_t sp_delta;  /* what it adds to SP; 0 when it is not known */
    int16_t sp_offset; /* of its first access, from SP before it */
    uint16_t function; /* index + 1; 0: none */
    uint16_t flags;
};

enum {
    F_SP_ACCESS = 1,    /* accesses memory at SP + sp_offset */
    F_SP_UNKNOWN = 2,   /* SP is not known after it */
    F_CONDITIONAL = 4,  /* may not execute, and changes SP by its accesses */
    F_CALL = 8,
    F_RETURN = 16,      /* jumps to an address from a register or from memory */
    F_READ = 32,        /* reads memory that may be flash: watch it */
    F_WATCH_SP = 64,    /* resynchronise SP by its access */
    F_MARK_BLOCK = 128, /* tlslab_heap_mark's two loads */
    F_MARK_LIVE = 256,
    F_HARNESS = 512,    /* of a function of the lab's own */
    F_SPLIT = 1024,     /* of a function whose calls are told apart */
    F_WIDE = 2048,      /* four bytes long */
    F_OPENS = 4096      /* the first of a function that opens a phase */
};

/* A translated block: words. */
/* B_PLACE: address | length B << 32. B_NEXT_MISSES: of B_IMISSES, lines that
 * follow the one executed before. */
enum { B_PLACE, B_COUNT, B_TAKEN, B_IMISSES, B_NEXT_MISSES, B_WORDS };
/* A call: words. N_PLACE: parent | function << 32 | which
 * call of it << 48 (0: all together). Node 0 is the root. N_STACK: most that
 * one call took below SP at its entry, of those that have returned; with its
 * callees, without the lab's own functions. */
enum { N_PLACE, N_INSNS, N_CALLS, N_ALLOCATED, N_STACK, N_WORDS };
/* A step of the heap: words. T_PLACE: address | node << 32; live after it. */
enum { T_PLACE, T_LIVE, T_WORDS };

#endif
