package metric

import (
	"strings"
	"testing"
)

// TestRows: what a row says of itself fits the rest of the table.
func TestRows(t *testing.T) {
	for _, m := range All() {
		if m.Means == "" {
			t.Errorf("%s: nobody is told what it counts", m.Name)
		}
		if m.Name != strings.TrimSpace(m.Name) || strings.ContainsAny(m.Name, " /\n") {
			t.Errorf("%q is no word of a results file", m.Name)
		}
		if bytes := strings.HasSuffix(m.Name, "-B"); bytes != (m.Unit == Bytes) {
			t.Errorf("%s: a name that ends in -B counts bytes, and no other", m.Name)
		}
		if us := strings.HasSuffix(m.Name, "-us"); us != (m.Unit == Microseconds) {
			t.Errorf("%s: a name that ends in -us counts microseconds, and no other", m.Name)
		}
		if est := strings.HasPrefix(m.Name, "est-"); est != (m.Worth == Estimated) {
			t.Errorf("%s: a name that begins with est- is an estimate's, and no other", m.Name)
		}
		if m.Whole != "" {
			whole, ok := Lookup(m.Whole)
			if !ok || whole.Family != m.Family || whole.Unit != m.Unit || m.Span != Handshake || whole.Span != WholeRun {
				t.Errorf("%s is no handshake's part of %q", m.Name, m.Whole)
			}
			if HandshakeOf(m.Whole) != m.Name {
				t.Errorf("%s and %s are the same part of %s", m.Name, HandshakeOf(m.Whole), m.Whole)
			}
		}
		if m.Role != NoRole && m.Machines == nil {
			t.Errorf("%s has a role that each machine has its own metric for, and is of all", m.Name)
		}
	}
}

// TestFamilies: a family's rows are together and in the families' order, so
// that the table's order is the order of both.
func TestFamilies(t *testing.T) {
	last := WasmTime
	for _, m := range All() {
		if m.Family < last {
			t.Errorf("%s: family %d after family %d", m.Name, m.Family, last)
		}
		if m.Family >= unknown {
			t.Errorf("%s has no family", m.Name)
		}
		last = m.Family
	}
}

// TestRoles: no machine has two metrics for one role.
func TestRoles(t *testing.T) {
	type place struct {
		machine Machine
		role    Role
	}
	has := map[place]string{}
	for _, m := range All() {
		for _, machine := range m.Machines {
			at := place{machine, m.Role}
			if m.Role != NoRole && has[at] != "" {
				t.Errorf("%s and %s are both role %d of %s", has[at], m.Name, m.Role, machine)
			}
			has[at] = m.Name
		}
	}
	if got, want := UnitsOf("qemu"), (Units{"insns", "handshake-insns", "stack-peak-B", "ram-peak-B"}); got != want {
		t.Errorf("qemu: %v, want %v", got, want)
	}
	if got, want := UnitsOf("serial"), (Units{Ops: "cycles", Handshake: "handshake-cycles"}); got != want {
		t.Errorf("serial: %v, want %v", got, want)
	}
}

// TestUnknown: a name that is in no row is exact, its own family and the last.
func TestUnknown(t *testing.T) {
	if _, ok := Lookup("new-B"); ok || Lead("new-B") != "new-B" || Of("new-B").Worth != Exact {
		t.Error("a metric that is not in the table has a row")
	}
	if Order("new-B", LostDatagrams) <= 0 || Order("a", "b") >= 0 || Order(WasmOps, Insns) >= 0 {
		t.Error("unknown metrics come last and by name")
	}
	if Lead(ROM) != Flash || Lead(WasmOps) != HandshakeWasmOps {
		t.Error("a family has its first metric's name")
	}
}

func TestWorse(t *testing.T) {
	if !(Metric{}).Worse(1) || (Metric{}).Worse(-1) || (Metric{Better: Higher}).Worse(1) || !(Metric{Better: Higher}).Worse(-1) {
		t.Error("less is better unless a row says otherwise")
	}
}
