package plots

import (
	"os"
	"testing"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	if _, err := Render(dir, synthetic()); err != nil {
		t.Fatal(err)
	}
}
