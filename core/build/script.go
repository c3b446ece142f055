package build

import (
	"bytes"
	"fmt"
	"text/template"

	"tlslab/boards"
)

// linkRoom is the length every region is linked with, so that an image too
// big for the board still links and the excess is known in bytes.
const linkRoom = 64 << 20

// The stack lies at the bottom of RAM: overflow leaves RAM and faults.
var scriptTemplate = template.Must(template.New("ld").Parse(`/* board {{.Board}}: {{.Flash.Name}} {{.Flash.LengthBytes}} B, {{.RAM.Name}} {{.RAM.LengthBytes}} B; linked with more room, sizes are checked after */
ENTRY(reset_handler)
MEMORY
{
    FLASH (rx) : ORIGIN = {{printf "0x%08x" .Flash.Origin}}, LENGTH = {{.Room}}
    RAM (rwx)  : ORIGIN = {{printf "0x%08x" .RAM.Origin}}, LENGTH = {{.Room}}
}
SECTIONS
{
    .text : { KEEP(*(.vectors)) *(.text .text.*) } > FLASH
    .rodata : { *(.rodata .rodata.*) } > FLASH
    .stack (NOLOAD) : { __stack_bottom = .; . = . + {{.Stack}}; . = ALIGN(8); __stack_top = .; } > RAM
    .data : { __data_start = .; *(.data .data.*); . = ALIGN(4); __data_end = .; } > RAM AT > FLASH
    __data_load = LOADADDR(.data);
    .bss (NOLOAD) : { __bss_start = .; *(.bss .bss.* COMMON); . = ALIGN(4); __bss_end = .; } > RAM
    .arena (NOLOAD) : { . = ALIGN(8); __arena_start = .; . = . + {{.Heap}}; __arena_end = .; } > RAM
    /DISCARD/ : { *(.ARM.exidx* .ARM.extab* .comment .note*) }
}
`))

// linkerScript renders the script of an image in two regions of memory.
func linkerScript(board string, flash, ram boards.Region, stackBytes, heapBytes uint32) ([]byte, error) {
	var out bytes.Buffer
	err := scriptTemplate.Execute(&out, map[string]any{
		"Board": board, "Flash": flash, "RAM": ram, "Room": linkRoom, "Stack": stackBytes, "Heap": heapBytes,
	})
	if err != nil {
		return nil, fmt.Errorf("linker script: %w", err)
	}
	return out.Bytes(), nil
}
