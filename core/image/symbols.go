package image

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
)

// Symbols are the functions and objects that an object file defines; none where
// it holds no code of the machine's (-flto).
func Symbols(object []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	defer f.Close()
	syms, err := f.Symbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	var names []string
	for _, s := range syms {
		kind := elf.ST_TYPE(s.Info)
		if (kind == elf.STT_FUNC || kind == elf.STT_OBJECT) && s.Size > 0 && s.Section != elf.SHN_UNDEF {
			names = append(names, s.Name)
		}
	}
	return names, nil
}
