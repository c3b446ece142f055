package profiles

import (
	"os"
	"strings"
	"testing"

	"tlslab/internal/strict"
)

// The README's examples have no key that there is not.
func TestReadmeExamples(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(data), "```toml\n")[1:]
	for i, into := range []any{new(Profile), new(Scenario)} {
		if i >= len(blocks) {
			t.Fatalf("%d examples", len(blocks))
		}
		block, _, _ := strings.Cut(blocks[i], "```")
		if err := strict.Unmarshal("README.md", []byte(block), into); err != nil {
			t.Errorf("example %d: %v", i+1, err)
		}
	}
}
