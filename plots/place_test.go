package plots

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPlaceLabels(t *testing.T) {
	area := box{0, 0, 44000, 24000}
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		var marks []box
		var labels []label
		for i := range 25 {
			p := point{1000 + r.IntN(42000), 1000 + r.IntN(22000)}
			if i%3 == 0 { // a heap of them in one corner
				p = point{5000 + r.IntN(2500), 5000 + r.IntN(1500)}
			}
			m := box{p.x - 260, p.y - 260, p.x + 260, p.y + 260}
			marks = append(marks, m)
			labels = append(labels, label{mark: m, w: 3000 + r.IntN(9000), h: 800, far: 30000, must: i < 9})
		}
		lines := []segment{{point{4000, 20000}, point{4000, 5000}}, {point{4000, 5000}, point{40000, 5000}}}
		places := placeLabels(area, marks, lines, labels)
		checkPlaces(t, area, marks, labels, places)
		for i, p := range places {
			if labels[i].must && !p.ok {
				t.Errorf("seed %d: label %d must have a place and has none", seed, i)
			}
		}
		if again := placeLabels(area, marks, lines, labels); !slices.Equal(places, again) {
			t.Errorf("seed %d: two answers", seed)
		}
	}
}

func checkPlaces(t *testing.T, area box, marks []box, labels []label, places []place) {
	t.Helper()
	for i, p := range places {
		if !p.ok {
			continue
		}
		if !area.holds(p.box) {
			t.Errorf("label %d at %v is over the border %v", i, p.box, area)
		}
		if w, h := p.box.x1-p.box.x0, p.box.y1-p.box.y0; w != labels[i].w || h != labels[i].h {
			t.Errorf("label %d has %d by %d, wants %d by %d", i, w, h, labels[i].w, labels[i].h)
		}
		for j, q := range places {
			if j != i && q.ok && p.box.overlaps(q.box) {
				t.Errorf("labels %d and %d overlap: %v %v", i, j, p.box, q.box)
			}
			if j != i && q.leader && p.box.cut(q.line) {
				t.Errorf("the leader of %d crosses label %d", j, i)
			}
			if j != i && p.leader && q.leader && p.line.meets(q.line) {
				t.Errorf("leaders %d and %d cross", i, j)
			}
		}
		for j, m := range marks {
			if p.box.overlaps(m) {
				t.Errorf("label %d covers mark %d", i, j)
			}
		}
	}
}

func TestPlaceLabelsWithoutRoom(t *testing.T) {
	area := box{0, 0, 2000, 2000}
	m := box{900, 900, 1100, 1100}
	places := placeLabels(area, []box{m}, nil, []label{{mark: m, w: 3000, h: 800, far: 30000, must: true}})
	if places[0].ok {
		t.Errorf("a label wider than the area is at %v", places[0].box)
	}
	if places := placeLabels(area, nil, nil, nil); len(places) != 0 {
		t.Errorf("no labels, %d places", len(places))
	}
}

func TestSegments(t *testing.T) {
	b := box{0, 0, 10, 10}
	for _, tt := range []struct {
		s    segment
		want bool
	}{
		{segment{point{-5, 5}, point{15, 5}}, true},
		{segment{point{2, 2}, point{3, 3}}, true},
		{segment{point{-5, -5}, point{-1, 20}}, false},
		{segment{point{-5, 11}, point{15, 11}}, false},
		{segment{point{-3, 8}, point{3, 14}}, false},
		{segment{point{-3, 4}, point{3, 14}}, true},
	} {
		if got := b.cut(tt.s); got != tt.want {
			t.Errorf("%v cuts: %v", tt.s, got)
		}
	}
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		want, got []int
		gap       int
	}{
		{[]int{10, 50, 90}, []int{10, 50, 90}, 10},
		{[]int{50, 50, 50}, []int{40, 50, 60}, 10},
		{[]int{0, 0, 0}, []int{0, 10, 20}, 10},
		{[]int{100, 100}, []int{90, 100}, 10},
		{[]int{0, 100}, nil, 101},
	} {
		if got := spread(tt.want, tt.gap, 0, 100); !slices.Equal(got, tt.got) {
			t.Errorf("spread(%v, %d) is %v, want %v", tt.want, tt.gap, got, tt.got)
		}
	}
}
