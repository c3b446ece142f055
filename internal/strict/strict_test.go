package strict

import (
	"slices"
	"testing"
)

type doc struct {
	Name string `toml:"name"`
	Size int    `toml:"size"`
	Sub  struct {
		Depth int `toml:"depth"`
	} `toml:"sub"`
	Items []struct {
		Width int `toml:"width"`
	} `toml:"item"`
	Free map[string]any `toml:"free"`
}

func TestUnmarshal(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"name = \"x\"\n[sub]\ndepth = 1\n[[item]]\nwidth = 2\n[free]\nanything = 1\n", ""},
		{"nmae = \"x\"\n", `f.toml:1: key "nmae" is not known (did you mean "name"?)`},
		{"name = \"x\"\n\n[sub]\ndeth = 1\n", `f.toml:4: key "deth" is not known (did you mean "depth"?)`},
		{"[[item]]\nwidth = 1\n[[item]]\nwitdh = 1\n", `f.toml:4: key "witdh" is not known (did you mean "width"?)`},
		{"zzz = 1\n", `f.toml:1: key "zzz" is not known`},
		{"a = 1\nb = 2\n", "f.toml:1: key \"a\" is not known\nf.toml:2: key \"b\" is not known"},
		{"[sbu]\ndepth = 1\n", `f.toml:1: key "sbu" is not known (did you mean "sub"?)`},
		{"\nname = 1\n", "f.toml:2: name: cannot decode TOML integer into struct field strict.doc.Name of type string"},
		{"name = \n", "f.toml:1: "},
		{"name = \"x\"\nname = \"y\"\n", "f.toml:2: "},
	} {
		err := Unmarshal("f.toml", []byte(c.text), new(doc))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want && !(c.want != "" && c.want[len(c.want)-1] == ' ' && len(got) > len(c.want) && got[:len(c.want)] == c.want) {
			t.Errorf("%q:\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestLine(t *testing.T) {
	text := []byte("name = 1\n\n[sub]\n# x\ndepth = 2\n[[item]]\nwidth = 3\n[[item]]\nwidth = 4\n[item.more]\nkey = 5\n[a.b]\nc.d = 6\n")
	for key, want := range map[string]int{
		"name": 1, "sub": 3, "sub.depth": 5, "item[0].width": 7, "item[1]": 8, "item[1].width": 9,
		"item[1].more.key": 11, "a.b.c.d": 13, "sub.none": 3, "none": 0, "none.of.it": 0,
	} {
		if got := Line(text, key); got != want {
			t.Errorf("%s is on line %d, want %d", key, got, want)
		}
	}
	err := Errorf("f.toml", text, "sub.depth", "%d: too deep", 2)
	if got, want := err.Error(), "f.toml:5: sub.depth: 2: too deep"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNearest(t *testing.T) {
	boards := []string{"imxrt1052", "stm32f103", "stm32f407"}
	for _, c := range []struct {
		word  string
		known []string
		want  []string
	}{
		{"imxrt1025", boards, []string{"imxrt1052"}},
		{"IMXRT1052", boards, []string{"imxrt1052"}},
		{"stm32f4", boards, []string{"stm32f407", "stm32f103"}},
		{"imx", boards, []string{"imxrt1052"}},
		{"esp32", boards, nil},
		{"", boards, nil},
		{"xyz", []string{"abc"}, nil},
		{"a", []string{"b"}, nil},
		{"aaa1", []string{"aaa5", "aaa4", "aaa3", "aaa2"}, []string{"aaa2", "aaa3", "aaa4"}},
	} {
		if got := Nearest(c.word, c.known); !slices.Equal(got, c.want) {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}

func TestUnknownError(t *testing.T) {
	for _, c := range []struct {
		nearest []string
		want    string
	}{
		{nil, `board "x": not known`},
		{[]string{"a"}, `board "x": not known; did you mean a?`},
		{[]string{"a", "b"}, `board "x": not known; did you mean a or b?`},
		{[]string{"a", "b", "c"}, `board "x": not known; did you mean a, b or c?`},
	} {
		if got := (&UnknownError{Kind: "board", Name: "x", Nearest: c.nearest}).Error(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	const all = `mode "x": not known; allowed: optional, required`
	if got := Unknown("mode", "x", []string{"optional", "", "required"}).Error(); got != all {
		t.Errorf("got %s, want %s", got, all)
	}
	if got := Unknown("option", "x", make([]string, listedMost+1)).Error(); got != `option "x": not known` {
		t.Errorf("too many names to list: %s", got)
	}
}
