// Package qemu lists the QEMU machines that stand in for boards: where
// firmware may be linked to, and what the command line needs.
package qemu

import (
	"embed"

	"tlslab/boards"
	"tlslab/internal/strict"
)

//go:embed machines.toml
var files embed.FS

// Machine is one QEMU system machine.
type Machine struct {
	Name   string        `toml:"name"` // -M
	CPU    string        `toml:"cpu"`
	Arch   string        `toml:"arch"` // "m": vector table; "a": entry point
	Args   []string      `toml:"args"` // further arguments
	Code   boards.Region `toml:"code"`
	Data   boards.Region `toml:"data"`
	UART   *boards.UART  `toml:"uart"`
	Source string        `toml:"source"`
}

func all() ([]Machine, error) {
	data, err := files.ReadFile("machines.toml")
	if err != nil {
		return nil, err
	}
	var f struct {
		Machines []Machine `toml:"machine"`
	}
	if err := strict.Unmarshal("boards/qemu/machines.toml", data, &f); err != nil {
		return nil, err
	}
	return f.Machines, nil
}

// Names are the machines, as the file orders them.
func Names() []string {
	ms, err := all()
	if err != nil {
		panic(err) // embedded, and a test reads it
	}
	var names []string
	for _, m := range ms {
		names = append(names, m.Name)
	}
	return names
}

// Load returns a machine by name.
func Load(name string) (*Machine, error) {
	ms, err := all()
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range ms {
		if ms[i].Name == name {
			return &ms[i], nil
		}
		names = append(names, ms[i].Name)
	}
	return nil, strict.Unknown("QEMU machine", name, names)
}
