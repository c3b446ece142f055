package emu

import (
	"encoding/binary"
	"testing"
)

func TestClockEvent(t *testing.T) {
	for want, words := range map[string][]uint32{
		"the clock was moved by 1 767 225 600 s; requests to the time server: 1":                                {1, 1, 0, 0, 1_767_225_600, 0},
		"the clock was moved by -1 s; requests to the time server: 3, answers refused: 2 (the last: originate)": {1, 3, 2, 2, 0xffffffff, 0xffffffff},
		"the clock was moved by 4 294 967 296 s; requests to the time server: 1":                                {1, 1, 0, 0, 0, 1},
		"the clock was not set; requests to the time server: 3, no answer":                                      {0, 3, 0, 0, 0, 0},
		"the clock was not set; requests to the time server: 1, answers refused: 1 (the last: kiss)":            {0, 1, 1, 5, 0, 0},
		"the clock was not set; requests to the time server: 1, answers refused: 4294967295 (the last: 99)":     {0, 1, 0xffffffff, 99, 0, 0},
	} {
		var payload []byte
		for _, w := range words {
			payload = binary.LittleEndian.AppendUint32(payload, w)
		}
		r := NewRecord()
		if err := r.Event(EventClock, payload, nil, nil); err != nil || r.Clock.String() != want {
			t.Errorf("%q, %v, want %q", r.Clock, err, want)
		}
		if err := r.Event(EventClock, payload[1:], nil, nil); err == nil {
			t.Error("a short event is taken")
		}
	}
}
