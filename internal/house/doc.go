// Package house holds the rules that the tree itself is held to: what may import
// what, and what a text of the project may not say. It has tests alone.
package house
