package factor

import "tlslab/emu"

// Attribute gives each call's cycles to the function, of those that visible
// names, that it was made for: what one compiler has inlined and the other has
// not is its caller's. Calls that harness names, and of no function, are left
// out. The sum of the result is the sum of what was not left out.
func Attribute(calls []emu.Call, visible map[string]emu.Function, harness func(symbol string) bool) map[string]uint64 {
	milli := map[string]uint64{}
	owner := make([]string, len(calls)) // "": none
	for i, c := range calls {
		if c.Parent < 0 || harness(c.Function) {
			continue
		}
		name := Name(c.Function)
		if _, ok := visible[name]; !ok && owner[c.Parent] != "" {
			name = owner[c.Parent]
		}
		owner[i] = name
		milli[name] += c.MilliCycles
	}
	return milli
}
