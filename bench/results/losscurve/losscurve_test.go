package losscurve

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func sample() *File {
	return &File{Schema: Schema, Profile: "dtls", Curves: []Curve{{
		Core: "mbedtls-2.28", Config: "c", Scenario: "s", Machine: "wasm", Seeds: 3, TimeoutMinMS: 1000, TimeoutMaxMS: 60000,
		Points: []Point{
			{LossPct: 0, HandshakeUS: []int64{60, 60, 60}, Datagrams: 24},
			{LossPct: 30, HandshakeUS: []int64{60, 1060}, Retransmits: 9, Datagrams: 30, LostDatagrams: 8,
				Failed: []Failure{{Seed: 2, Outcome: "MBEDTLS_ERR_SSL_TIMEOUT", Phase: "server-hello", Detail: "d"}}},
		},
	}}}
}

func TestQuantile(t *testing.T) {
	p := &Point{HandshakeUS: []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
	for pct, want := range map[int]int64{0: 1, 10: 1, 11: 2, 50: 5, 90: 9, 91: 10, 100: 10} {
		if got, ok := p.Quantile(pct); !ok || got != want {
			t.Errorf("%d %%: %d, want %d", pct, got, want)
		}
	}
	if _, ok := new(Point).Quantile(50); ok {
		t.Error("a median of nothing")
	}
}

func TestWriteRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if f, err := Read(dir); f != nil || err != nil {
		t.Errorf("none there: %v, %v", f, err)
	}
	if err := Write(dir, sample()); err != nil {
		t.Fatal(err)
	}
	f, err := Read(dir)
	if err != nil || !reflect.DeepEqual(f, sample()) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*File){
		"schema 2":                             func(f *File) { f.Schema = 2 },
		"not rising within 0..100":             func(f *File) { f.Curves[0].Points[1].LossPct = 0 },
		"2 completed and 0 failed of 3 seeds":  func(f *File) { f.Curves[0].Points[1].Failed = nil },
		"times are not sorted":                 func(f *File) { f.Curves[0].Points[1].HandshakeUS[0] = 2000 },
		"no seeds or no points":                func(f *File) { f.Curves[0].Points = nil },
		"loss 101 %: not rising within 0..100": func(f *File) { f.Curves[0].Points[1].LossPct = 101 },
	} {
		dir := t.TempDir()
		f := sample()
		spoil(f)
		if err := Write(dir, f); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), Name) {
			t.Errorf("%s: %v", want, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, Name), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil {
		t.Error("half a file was read")
	}
}

// A file that is read holds what figures ask of it.
func FuzzDecode(f *testing.F) {
	data, _ := json.Marshal(sample())
	f.Add(data)
	f.Add([]byte(`{"schema":1,"curves":[{"seeds":1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := decode("x", data)
		if err != nil {
			return
		}
		for _, c := range file.Curves {
			for _, p := range c.Points {
				low, ok := p.Quantile(10)
				high, _ := p.Quantile(90)
				if ok != (len(p.HandshakeUS) > 0) || low > high {
					t.Errorf("quantiles %d, %d of %v", low, high, p.HandshakeUS)
				}
			}
		}
	})
}
