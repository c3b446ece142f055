package timing

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestBuiltin(t *testing.T) {
	want := []string{"cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m33", "cortex-m4", "cortex-m55", "cortex-m7"}
	if got := Names(); !slices.Equal(got, want) {
		t.Fatalf("Names() = %q, want %q", got, want)
	}
	for _, name := range want {
		m, err := Load(name)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if len(m.Digest()) != 64 {
			t.Errorf("%s: digest %q", name, m.Digest())
		}
	}
}

func TestUnknown(t *testing.T) {
	_, err := Load("cortex-m5")
	var unknown *UnknownError
	if !errors.As(err, &unknown) {
		t.Fatalf("%v is no UnknownError", err)
	}
}

// Each slip in a file is an error that names the key.
func TestRefuses(t *testing.T) {
	data, err := builtin.ReadFile("cortex-m4.toml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	for _, c := range []struct{ from, to, want string }{
		{`name  = "cortex-m4"`, `name  = "cortex-m5"`, "name"},
		{`fold_it = true`, `fold_its = true`, "fold_its"},
		{`"div"`, `"divide"`, `"divide"`},
		{`"div"`, `"load"`, "twice"},
		{`"div"`, `"alu"`, "div"},
		{`mcycles = 7000`, `mcycles = 7000000`, "7000000"},
		{`mcycles = 7000`, `mcycles = 7`, "less than a cycle"},
		{`overlap_mcycles = 1000`, `overlap_mcycles = 2000`, "overlap_mcycles"},
		{"fold_it = true", "fold_it = true\npairs = {alu = [\"aluu\"]}", "aluu"},
		{`taken_mcycles = 1000`, `taken_mcycles = -1`, "taken_mcycles"},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		if bad == good {
			t.Fatalf("%q is not in the file", c.from)
		}
		_, err := decode("m4.toml", []byte(bad), "cortex-m4")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v", c.to, c.from, err)
		}
	}
}
