package house

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// order is where each room stands. A package may import its own room and lower
// ones; no arrow runs up.
var order = map[string]int{
	"internal":     0, // leaves: they know nothing of TLS
	"boards":       1, // data, read without the programs that it describes
	"certs":        1,
	"profiles":     2,
	"core":         3, // builds images and knows no machine
	"emu":          4, // runs images and does not know what they are for
	"bench":        5, // ties the two together for any machine
	"plots":        6, // draws results
	"internal/cli": 7, // names the machines and the flags
	".":            8,
}

// roomOf is the room of a package of ours.
func roomOf(pkg string) string {
	if pkg == "internal/cli" {
		return pkg
	}
	room, _, _ := strings.Cut(pkg, "/")
	return room
}

// TestNoArrowRunsUp holds every import between two rooms to the order.
func TestNoArrowRunsUp(t *testing.T) {
	arrows, up := 0, 0
	all := listPackages(t)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		from, ok := ours(path)
		if !ok {
			continue
		}
		rank, ok := order[roomOf(from)]
		if !ok {
			t.Errorf("%s: the order of rooms does not have %s", from, roomOf(from))
		}
		for _, imported := range all[path].Imports {
			to, ok := ours(imported)
			if !ok || roomOf(to) == roomOf(from) {
				continue
			}
			arrows++
			if order[roomOf(to)] >= rank {
				up++
				t.Errorf("%s imports %s, which is not below it", from, to)
			}
		}
	}
	if arrows == 0 {
		t.Error("no package imports another room: nothing was checked")
	}
	t.Logf("%d arrows between rooms, %d of them run up", arrows, up)
}
