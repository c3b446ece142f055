package cli

import (
	"testing"

	"tlslab/internal/cache"
	"tlslab/internal/cache/cachetest"
)

// TestEveryFieldIsInTheKey changes each field of each value that keys are made
// from, unexported ones and those of types of other packages among them. A kind
// of entry that is new, or a field, is tried without being named here.
func TestEveryFieldIsInTheKey(t *testing.T) {
	t.Parallel()
	all := cache.Kinds()
	for _, kind := range []string{"case", "run", "image", "linked", "object", "unit", "probe", "plugin"} {
		if all[kind] == nil {
			t.Errorf("no kind %s among those tried", kind)
		}
	}
	for kind, typ := range all {
		t.Run(kind, func(t *testing.T) { cachetest.EveryField(t, kind, typ) })
	}
}

// Each kind of entry has its words in `tlslab cache show`; those that are no
// entries, but parts of keys and of what is built, have none.
func TestCacheKindsHaveWords(t *testing.T) {
	t.Parallel()
	parts := map[string]bool{"identity": true, "native": true, "source": true}
	for kind := range cache.Kinds() {
		if (cacheKinds[kind] == "") != parts[kind] {
			t.Errorf("kind %s: words %q", kind, cacheKinds[kind])
		}
	}
}
