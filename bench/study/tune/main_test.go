package tune

import (
	"os"
	"testing"

	"tlslab/bench/labtest"
)

func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }
