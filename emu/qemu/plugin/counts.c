/* The TCG plugin: counts what the guest executes into a file that the lab
 * maps too (counts.h). The guest pays nothing. */
#include "counts.h"
#include "qemu_plugin.h"

void *mmap(void *, size_t, int, int, int, long);
void *calloc(size_t, size_t);
int kill(int, int);
long write(int, const void *, size_t);
long read(int, void *, size_t);
int getpid(void);
#define PROT_READ_WRITE 3
#define MAP_SHARED 1
#define SIGKILL 9

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

struct block {
    uint64_t *count;   /* its words in the file; NULL outside the code */
    uint32_t start, end;
    int32_t sp_delta, sp_low;
    uint32_t insns;
    uint16_t function, flags; /* flags: the last instruction's */
    bool loses;               /* SP, by an instruction that sets it from a register */
    bool opens;               /* it begins a function that opens a phase */
    uint32_t line_first, line_last;
    struct block *next; /* of the same hash */
};

struct access {
    uint32_t halfword;
    int32_t sp_before, sp_offset, sp_delta; /* sp_before: from the block's start */
    uint16_t flags;
    bool after; /* the block has lost SP before it: it finds it again */
};

#define HASH 65536u
#define CALLS 256u

static uint64_t *w;
static uint8_t *file;
static const struct insn_entry *table;
static uint64_t *blocks, *nodes, *trace, *rom_reads, *dmisses, *lowest;
static uint32_t base, halfwords, rom_low, rom_high, stack_top, arena_start;
static struct block *by_hash[HASH];
static struct block *last;
static bool lost; /* SP, in the block under way */
/* A call under way, or what it jumped to: back is where it returns to (0: a
 * jump), sp what it found (0: not known), low the guest's lowest since. */
static struct call { uint32_t back, node, sp, entered, low, opens; } calls[CALLS];
static uint32_t depth, node;
/* Functions that open a phase, of the step from block to block under way. */
static uint16_t entered;
static uint32_t returned; /* how many */
static int lab; /* the socket on which the lab is told to look, and answers */
static uint32_t node_hash[HASH];
static uint16_t splits[65536]; /* calls so far of functions told apart */
static uint32_t heap_block;

struct cache {
    uint32_t shift, sets, ways;
    uint32_t *tags; /* most recently used first; line number + 1 */
};
static struct cache icache, dcache;
static uint32_t line_before; /* the line executed last */

static void stop(uint64_t why)
{
    w[W_STOPPED] = why;
    kill(getpid(), SIGKILL);
    for (;;) {
    }
}

/* Ends the run before a block that is counted already. */
static void stop_before(const struct block *b, uint64_t why)
{
    w[W_UNBEGUN] = b->insns;
    stop(why);
}

/* Lets the lab look while nothing executes. */
static void wait_for_lab(uint16_t function)
{
    char c = 0;

    w[W_AT_FUNCTION] = function;
    __sync_synchronize();
    if (write(lab, &c, 1) != 1 || read(lab, &c, 1) != 1) {
        stop(STOPPED_LAB);
    }
}

static void cache_open(struct cache *c, uint64_t spec)
{
    c->shift = spec & 0xff;
    c->sets = (spec >> 8) & 0xffffff;
    c->ways = spec >> 32;
    if (c->ways > 0) {
        c->tags = calloc((size_t) c->sets * c->ways, sizeof(c->tags[0]));
    }
}

/* 1 when the line is not there; it is afterwards, as the most recently used. */
static uint32_t cache_miss(struct cache *c, uint32_t line)
{
    uint32_t *set = c->tags + (line % c->sets) * c->ways;
    uint32_t tag = line + 1, i, missed;

    if (set[0] == tag) {
        return 0;
    }
    for (i = 1; i < c->ways && set[i] != tag; i++) {
    }
    missed = i == c->ways;
    if (missed) {
        i = c->ways - 1;
    }
    for (; i > 0; i--) {
        set[i] = set[i - 1];
    }
    set[0] = tag;
    return missed;
}

/* The node of a call from parent to b's function. */
static uint32_t child(uint32_t parent, const struct block *b)
{
    uint16_t function = b->function, which = 0;
    uint64_t place = parent | (uint64_t) function << 32;
    uint32_t h, id;

    if (b->flags & F_SPLIT) {
        which = splits[function]++ + 1;
        place |= (uint64_t) which << 48;
    }
    h = (parent * 2654435761u ^ (function + which * 977u) * 40503u) % HASH;

    while ((id = node_hash[h]) != 0) {
        if (nodes[id * N_WORDS + N_PLACE] == place) {
            return id;
        }
        h = (h + 1) % HASH;
    }
    id = w[W_NODES];
    if (id >= w[W_NODES_ROOM] || id >= HASH - HASH / 8) {
        stop(STOPPED_ROOM);
    }
    w[W_NODES] = id + 1;
    nodes[id * N_WORDS + N_PLACE] = place;
    node_hash[h] = id;
    return id;
}

static void ram_is(uint64_t bytes)
{
    if (bytes > w[W_RAM_PEAK]) {
        w[W_RAM_PEAK] = bytes;
        w[W_RAM_HEAP] = w[W_LIVE];
    }
}

static void lower(uint32_t sp, const struct block *b)
{
    uint16_t function = b->function;

    if (sp < w[W_SP_LOW_ALL]) {
        w[W_SP_LOW_ALL] = sp;
        if (sp < w[W_STACK_BOTTOM]) {
            w[W_SP_WRONG_AT] = b->start;
            stop_before(b, STOPPED_STACK);
        }
    }
    /* While the lab reads, its own functions go on: what it reads and resets
     * must not depend on how far they are. */
    if (b->flags & F_HARNESS) {
        return;
    }
    w[W_SP_GUEST] = sp - b->sp_low;
    if (sp < w[W_SP_LOW]) {
        w[W_SP_LOW] = sp;
    }
    if (sp < lowest[function]) {
        lowest[function] = sp;
    }
    if (depth > 0 && sp < calls[depth - 1].low) {
        calls[depth - 1].low = sp;
    }
    if (sp < w[W_SP_LOW_LIVE]) {
        w[W_SP_LOW_LIVE] = sp;
        ram_is(w[W_LIVE] + (stack_top - sp));
    }
}

/* Goes into b's function, to come back to the caller at `back`. */
static void enter(const struct block *b, uint32_t back, uint32_t sp)
{
    struct call *c = &calls[depth];

    if (depth == CALLS) {
        w[W_DEEP]++;
        node = child(node, b);
        return;
    }
    c->back = back;
    c->node = node;
    c->sp = w[W_SP_LOST] ? 0 : sp;
    c->low = UINT32_MAX;
    c->entered = node = child(node, b);
    c->opens = b->opens;
    if (b->opens) {
        entered = b->function;
    }
    depth++;
}

/* Ends all calls but the first `keep`. */
static void leave(uint32_t keep)
{
    while (depth > keep) {
        struct call *c = &calls[--depth];
        uint64_t *stack = &nodes[c->entered * N_WORDS + N_STACK];

        node = c->node;
        returned += c->opens;
        if (c->sp > c->low && c->sp - c->low > *stack) {
            *stack = c->sp - c->low;
        }
        if (depth > 0 && c->low < calls[depth - 1].low) {
            calls[depth - 1].low = c->low;
        }
    }
}

static uint16_t function_of(uint32_t n)
{
    return (uint16_t) (nodes[n * N_WORDS + N_PLACE] >> 32);
}

/* A tail call, or a jump between the parts of a function (hot and cold): b's
 * function is shown below the one that jumped, unless it is on the way there
 * from the last call. */
static void jump(const struct block *b, uint32_t sp)
{
    uint32_t n = node, d = depth;

    while (function_of(n) != b->function) {
        if (d == 0 || calls[d - 1].back != 0) {
            enter(b, 0, sp);
            return;
        }
        n = calls[--d].node;
    }
    leave(d);
}

/* Follows calls and returns from the block before to b. */
static void follow(const struct block *from, const struct block *b, uint32_t sp)
{
    if (from->flags & F_CALL) {
        enter(b, from->end, sp);
        nodes[node * N_WORDS + N_CALLS]++;
        return;
    }
    if (from->flags & F_RETURN) {
        uint32_t d = depth;

        while (d > 0 && calls[d - 1].back != b->start) {
            d--;
        }
        if (d > 0) {
            uint32_t before = calls[d - 1].sp;

            leave(d - 1);
            /* A function leaves SP as it found it (AAPCS32, 6.2.1.2). */
            if (before != 0 && !w[W_SP_LOST] && before != sp) {
                w[W_SP_WRONG]++;
                w[W_SP_WRONG_AT] = from->start;
            }
            return;
        }
        if (b->function == from->function) {
            return; /* a jump table */
        }
        if (depth > 0 && function_of(calls[depth - 1].node) == b->function) {
            leave(depth - 1); /* ARMv6-M's jump tables: libgcc returns into one */
            return;
        }
        w[W_STRAY]++;
    }
    if (b->function != from->function) {
        jump(b, sp);
    }
}

static void on_block(unsigned int vcpu, void *data)
{
    struct block *b = data;
    uint32_t sp = (uint32_t) w[W_SP];

    (void) vcpu;
    if (last != NULL) {
        sp += last->sp_delta;
        if (lost) {
            w[W_SP_LOST] = 1;
        }
        if (last->end != b->start) {
            last->count[B_TAKEN]++;
            follow(last, b, sp);
        } else if (b->function != last->function) {
            follow(last, b, sp);
        }
    }
    last = b;
    lost = b->loses;
    w[W_SP] = sp;
    if (returned | entered) {
        w[W_SP_GUEST] = sp;
        for (; returned > 0; returned--) {
            wait_for_lab(0);
        }
        if (entered) {
            wait_for_lab(entered);
            entered = 0;
        }
    }
    b->count[B_COUNT]++;
    if (!w[W_SP_LOST]) {
        lower(sp + b->sp_low, b);
    } else {
        w[W_SP_UNKNOWN]++;
    }
    nodes[node * N_WORDS + N_INSNS] += b->insns;
    if (icache.ways > 0) {
        uint32_t line = b->line_first;

        do {
            if (cache_miss(&icache, line)) {
                b->count[B_IMISSES]++;
                b->count[B_NEXT_MISSES] += line == line_before + 1;
            }
            line_before = line;
        } while (line++ != b->line_last);
    }
    w[W_INSNS] += b->insns;
    if (w[W_INSNS] > w[W_BUDGET]) {
        w[W_NODE] = node;
        stop_before(b, STOPPED_BUDGET);
    }
}

static void heap_step(uint32_t live)
{
    uint64_t n = w[W_TRACE], before = w[W_LIVE];

    if (n >= w[W_TRACE_ROOM]) {
        stop(STOPPED_ROOM);
    }
    trace[n * T_WORDS + T_PLACE] = heap_block | (uint64_t) node << 32;
    trace[n * T_WORDS + T_LIVE] = live;
    w[W_TRACE] = n + 1;
    if (live > before) {
        nodes[node * N_WORDS + N_ALLOCATED] += live - before;
    }
    w[W_LIVE] = live;
    w[W_SP_LOW_LIVE] = w[W_SP];
    if (live > w[W_HEAP_PEAK]) {
        w[W_HEAP_PEAK] = live;
    }
    ram_is(live + (stack_top - (uint32_t) w[W_SP]));
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data)
{
    const struct access *a = data;
    uint32_t at = (uint32_t) vaddr;

    (void) vcpu, (void) info;
    if (a->flags & F_READ && at >= rom_low && at < rom_high) {
        rom_reads[a->halfword]++;
        if (dcache.ways > 0) {
            dmisses[a->halfword] += cache_miss(&dcache, at >> dcache.shift);
        }
    }
    if (a->flags & F_WATCH_SP) {
        uint32_t sp = at - a->sp_offset - a->sp_before; /* before the block, by this access */
        uint32_t counted = (uint32_t) w[W_SP];

        if (a->after ? lost : w[W_SP_LOST] != 0) {
            w[W_SP] = sp + (a->flags & F_CONDITIONAL ? a->sp_delta : 0);
            w[W_SP_LOST] = 0;
            lost = false;
        } else if (a->after) {
            /* a further word of the access that found it */
        } else if (a->flags & F_CONDITIONAL) {
            if (sp == counted) {
                w[W_SP] = sp + a->sp_delta;
            }
        } else if (a->sp_delta == 0 && sp != counted) {
            w[W_SP_WRONG]++;
            w[W_SP_WRONG_AT] = base + 2 * a->halfword;
            w[W_SP] = sp;
        }
    }
    if (a->flags & F_MARK_BLOCK) {
        heap_block = at;
    } else if (a->flags & F_MARK_LIVE) {
        heap_step(at - arena_start);
    }
}

static struct block *find(uint32_t start, uint32_t end)
{
    struct block **link = &by_hash[(start >> 1) % HASH];
    struct block *b;
    uint64_t n;

    for (; (b = *link) != NULL; link = &b->next) {
        if (b->start == start && b->end == end) {
            return b;
        }
    }
    n = w[W_BLOCKS];
    if (n >= w[W_BLOCKS_ROOM]) {
        stop(STOPPED_ROOM);
    }
    w[W_BLOCKS] = n + 1;
    b = calloc(1, sizeof(*b));
    b->start = start;
    b->end = end;
    b->count = blocks + n * B_WORDS;
    b->count[B_PLACE] = start | (uint64_t) (end - start) << 32;
    b->line_first = start >> icache.shift;
    b->line_last = (end - 1) >> icache.shift;
    *link = b;
    return b;
}

static void watch(struct qemu_plugin_insn *insn, const struct insn_entry *e, uint32_t halfword,
                  int32_t sp_before, bool after)
{
    struct access *a = calloc(1, sizeof(*a));

    a->after = after;

    a->halfword = halfword;
    a->sp_before = sp_before;
    a->sp_offset = e->sp_offset;
    a->sp_delta = e->sp_delta;
    a->flags = e->flags;
    qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, a);
}

static uint32_t address(struct qemu_plugin_tb *tb, size_t i)
{
    return (uint32_t) qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i));
}

/* Where a block ends. The length of its last instruction is the table's, not
 * QEMU's: before the end of a page QEMU looks whether the next instruction lies
 * across it, and shows plugins that halfword as a part of the last one. */
static uint32_t end_of(uint32_t last_at)
{
    return last_at + (table[(last_at - base) / 2].flags & F_WIDE ? 4 : 2);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb), i;
    uint32_t start = (uint32_t) qemu_plugin_tb_vaddr(tb), last_at = address(tb, n - 1);
    struct block *b;
    size_t loser = n; /* the last instruction that loses SP; n: none */

    (void) id;
    for (i = 0; i < n; i++) {
        qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i), QEMU_PLUGIN_INLINE_ADD_U64, &w[W_EXECUTED], 1);
    }
    if (start < base || last_at < start || (last_at - base) / 2 >= halfwords) {
        w[W_OUTSIDE]++;
        return;
    }
    b = find(start, end_of(last_at));
    b->insns = n;
    b->function = table[(start - base) / 2].function;
    b->sp_delta = b->sp_low = 0;
    b->flags = table[(last_at - base) / 2].flags & (F_CALL | F_RETURN | F_HARNESS | F_SPLIT);
    b->loses = false;
    b->opens = w[W_WAITS] && table[(start - base) / 2].flags & F_OPENS;
    for (i = 0; i < n; i++) {
        if (table[(address(tb, i) - base) / 2].flags & F_SP_UNKNOWN) {
            b->loses = true;
            loser = i;
        }
    }
    for (i = 0; i < n; i++) {
        uint32_t halfword = (address(tb, i) - base) / 2;
        const struct insn_entry *e = &table[halfword];

        if (e->flags & (F_READ | F_WATCH_SP | F_MARK_BLOCK | F_MARK_LIVE)) {
            watch(qemu_plugin_tb_get_insn(tb, i), e, halfword, b->sp_delta, i > loser);
        }
        if (!(e->flags & F_CONDITIONAL)) {
            b->sp_delta += e->sp_delta;
        }
        if (b->sp_delta < b->sp_low) {
            b->sp_low = b->sp_delta;
        }
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, b);
}

static uint32_t number(const char *s)
{
    uint32_t n = 0;

    while (*s >= '0' && *s <= '9') {
        n = n * 10 + (uint32_t) (*s++ - '0');
    }
    return n;
}

/* Arguments: shm=DESCRIPTOR, bytes=LENGTH, lab=DESCRIPTOR. */
__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void) info;
    if (argc != 3 || argv[0][3] != '=' || argv[1][5] != '=' || argv[2][3] != '=') {
        qemu_plugin_outs("tlslab plugin: arguments are shm=N,bytes=N,lab=N\n");
        return -1;
    }
    lab = (int) number(argv[2] + 4);
    file = mmap(NULL, number(argv[1] + 6), PROT_READ_WRITE, MAP_SHARED, (int) number(argv[0] + 4), 0);
    w = (uint64_t *) file;
    if (file == (void *) -1 || w[W_MAGIC] != COUNTS_MAGIC) {
        qemu_plugin_outs("tlslab plugin: the shared file is not there\n");
        return -1;
    }
    table = (const struct insn_entry *) (file + w[W_TABLE_AT]);
    blocks = (uint64_t *) (file + w[W_BLOCKS_AT]);
    nodes = (uint64_t *) (file + w[W_NODES_AT]);
    trace = (uint64_t *) (file + w[W_TRACE_AT]);
    rom_reads = (uint64_t *) (file + w[W_ROM_READS_AT]);
    dmisses = (uint64_t *) (file + w[W_DMISSES_AT]);
    lowest = (uint64_t *) (file + w[W_LOWEST_AT]);
    base = (uint32_t) w[W_CODE_BASE];
    halfwords = (uint32_t) w[W_HALFWORDS];
    rom_low = (uint32_t) w[W_ROM_LOW];
    rom_high = (uint32_t) w[W_ROM_HIGH];
    stack_top = (uint32_t) w[W_STACK_TOP];
    arena_start = (uint32_t) w[W_ARENA_START];
    cache_open(&icache, w[W_ICACHE]);
    cache_open(&dcache, w[W_DCACHE]);
    w[W_SP] = w[W_SP_LOW] = w[W_SP_LOW_LIVE] = w[W_SP_LOW_ALL] = w[W_SP_GUEST] = stack_top;
    w[W_NODES] = 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
