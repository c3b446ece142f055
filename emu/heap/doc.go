// Package heap answers how large a heap must be under an allocator that the
// guest was not run with. It replays the allocations of one real run through
// models of the allocators that firmware is built with.
//
// A model is the allocator's own algorithm as in its source, for 32-bit ARM:
// header sizes, alignment, smallest block, search order, where a block is split
// and how free blocks are joined. It moves no bytes and knows no time. Its
// answer is for the one trace it is given, of one thread. Other tasks that use
// the same heap come on top.
package heap
