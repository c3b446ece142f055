package pareto

import "tlslab/internal/metric"

// Kind is what a number counts, which decides what difference is one.
type Kind int

const (
	Bytes Kind = iota // of memory: exact, but alignment rounds them
	Ticks             // of computing: instructions, cycles or time
)

// KindOf is a metric's.
func KindOf(name string) Kind {
	if metric.Of(name).Computes() {
		return Ticks
	}
	return Bytes
}

// KindsOf are the metrics'.
func KindsOf(names []string) []Kind {
	kinds := make([]Kind, len(names))
	for i, name := range names {
		kinds[i] = KindOf(name)
	}
	return kinds
}

// What differs by no more than this decides nothing: no point is worth keeping
// for it.
const (
	noiseBytes = 8    // where functions and data begin is rounded up to as much
	noiseTicks = 1000 // one part in it comes and goes with where a table ends, and no board's clock shows it
)

// Noise is by how much a number may be less than v and gain nothing.
func (k Kind) Noise(v int64) int64 {
	if k == Ticks {
		return v / noiseTicks
	}
	return noiseBytes
}

// gains says that a is less than b in something by more than noise.
func gains(kinds []Kind, a, b []int64) bool {
	for i, k := range kinds {
		if b[i]-a[i] > k.Noise(b[i]) {
			return true
		}
	}
	return false
}

// fold takes out of a front what is there for noise alone: first each point
// against which another one gains something and loses nothing but noise, then of
// points that differ by noise all but the first. So no two points are left of
// which one gains nothing, and what is gone is within noise of a point that is
// there or of one that gave way to it. Points that must stay do.
func fold[T any](front []point[T], kinds []Kind) []point[T] {
	gains := func(a, b point[T]) bool { return gains(kinds, a.numbers, b.numbers) }
	for again := true; again; {
		again = false
		for i := 0; i < len(front); i++ {
			for j := range front {
				if i != j && !front[i].stays && gains(front[j], front[i]) && !gains(front[i], front[j]) {
					front = append(front[:i:i], front[i+1:]...)
					again = true
					i--
					break
				}
			}
		}
	}
	var out []point[T]
	for i, p := range front {
		covered := false
		for j, q := range front {
			if i != j && !p.stays && !gains(p, q) && (q.stays || contains(out, j)) {
				covered = true
				break
			}
		}
		if !covered {
			p.at = i
			out = append(out, p)
		}
	}
	return out
}

func contains[T any](points []point[T], at int) bool {
	for _, p := range points {
		if p.at == at {
			return true
		}
	}
	return false
}
