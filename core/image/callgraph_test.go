package image

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"tlslab/core"
)

const graphText = `graph: { title: "<stdin>"
node: { title: "<stdin>:con.constprop.0" label: "con.constprop\n<stdin>:16:38\n16 bytes (static)" }
node: { title: "g" label: "g\n<stdin>:3:12" shape : ellipse }
edge: { sourcename: "<stdin>:con.constprop.0" targetname: "g" label: "<stdin>:16:68" }
edge: { sourcename: "<stdin>:con.constprop.0" targetname: "g" label: "<stdin>:16:73" }
node: { title: "h" label: "h\n<stdin>:5:5\n8 bytes (dynamic)" }
node: { title: "__indirect_call" label: "Indirect Call Placeholder" shape : ellipse }
edge: { sourcename: "h" targetname: "__indirect_call" label: "<stdin>:5:36" }
edge: { sourcename: "h" targetname: "<stdin>:con.constprop.0" label: "<stdin>:5:41" }
node: { title: "cp" label: "cp\n<stdin>:13:29\n312 bytes (dynamic,bounded)" }
node: { title: "memcpy" label: "__builtin_memcpy\n<built-in>" shape : ellipse }
edge: { sourcename: "cp" targetname: "memcpy" }
}
`

func TestParseCallgraph(t *testing.T) {
	got, err := ParseCallgraph([]byte(graphText))
	want := map[string]core.Frame{
		"con.constprop.0": {Bytes: 16, Calls: []string{"g"}},
		"h":               {Bytes: 8, Dynamic: true, Indirect: true, Calls: []string{"con.constprop.0"}},
		"cp":              {Bytes: 312, Calls: []string{"memcpy"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	if got, err := ParseCallgraph([]byte("graph: { title: \"<stdin>\"\n}\n")); err != nil || len(got) != 0 {
		t.Errorf("no functions: %v, %v", got, err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "call graph:0: ends too early"},
		{"something else", "hello\n", `call graph:1: "hello": not its beginning`},
		{"cut short", strings.TrimSuffix(graphText, "}\n"), "call graph:12: ends too early"},
		{"more", graphText + "x", "call graph:14: more after its end"},
		{"no stack", "graph: {\nnode: { title: \"f\" label: \"f\\n<stdin>:1:1\" }\n}\n", "does not say what it takes of the stack"},
		{"too much", "graph: {\nnode: { title: \"f\" label: \"f\\n99999999999 bytes (static)\" }\n}\n", "value out of range"},
		{"another word", "graph: {\nnode: { title: \"f\" label: \"f\\n8 bytes (elastic)\" }\n}\n", "does not say"},
		{"edge from nowhere", "graph: {\nedge: { sourcename: \"f\" targetname: \"g\" }\n}\n", "no node f before it"},
		{"neither", "graph: {\nnode: { }\n}\n", "neither node nor edge"},
	} {
		if _, err := ParseCallgraph([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func FuzzParseCallgraph(f *testing.F) {
	f.Add([]byte(graphText))
	f.Add([]byte("graph: {\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		frames, err := ParseCallgraph(text)
		if (err == nil) != (frames != nil) {
			t.Fatalf("%v, %v", frames, err)
		}
		for name, f := range frames {
			if name == indirectCall || !slices.IsSorted(f.Calls) {
				t.Errorf("%s: %+v", name, f)
			}
			Bound(frames, name)
		}
	})
}

// TestFramesSay: every function of a firmware has a frame; what gcc says and
// what the linked code does agree to the byte; the cache keeps both.
// An object whose call graph is gone is compiled again; a WASM object has none.
// What the compiler says changes nothing of what it compiles.
