// Package heap answers how large a heap must be under an allocator that the
// guest was not run with: it replays the allocations of one real run through
// models of the allocators that firmware is built with.
//
// A model is the allocator's own algorithm as its source has it, for 32-bit
// ARM: header sizes, alignment, least block, search order, where a block is
// split and how free ones are joined. It moves no bytes and knows no time. It
// answers for the one trace it is given, of one thread: other tasks that use
// the same heap come on top.
package heap
