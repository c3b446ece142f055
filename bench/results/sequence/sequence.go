// Package sequence is the course of one conversation: each message, its
// direction, time and length, and what the guest executed and held at each
// step. It reads and writes the file and prints it as a sequence diagram in
// text. It runs nothing.
package sequence

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// Schema is the version of File's JSON form.
const Schema = 1

// Name is the file's name in a directory of results.
const Name = "trace.json"

// The two ends.
const (
	Client = "client"
	Server = "server"
)

// File is one conversation.
type File struct {
	Schema   int            `json:"schema"`
	Profile  string         `json:"profile"`
	Board    string         `json:"board"`
	Core     string         `json:"core"` // "Mbed TLS 2.28.3"
	Machine  metric.Machine `json:"machine"`
	Config   string         `json:"config"`
	Scenario string         `json:"scenario"`
	Guest    string         `json:"guest"` // Client or Server: whose steps these are
	Protocol string         `json:"protocol"`
	Suite    string         `json:"suite"`
	Wire     string         `json:"wire"`
	Outcome  string         `json:"outcome"`
	Detail   string         `json:"detail,omitempty"`
	Ops      string         `json:"ops"` // what Step.Ops counts: "wasm-ops", "insns"
	Notes    []string       `json:"notes,omitempty"`
	Rows     []Row          `json:"rows"` // in the order in which the guest saw them
}

// Row is a message, what the guest did, or both; or a debug message.
type Row struct {
	US      int64    `json:"us"` // virtual time, microseconds since the start
	Message *Message `json:"message,omitempty"`
	Step    *Step    `json:"step,omitempty"`
	Log     *Log     `json:"log,omitempty"`
}

// Message is one that was sent; its row's time is when it left the guest, or
// reached it.
type Message struct {
	From   string `json:"from"` // Client or Server
	Name   string `json:"name"`
	Detail string `json:"detail,omitempty"` // "fatal, bad_certificate", "bytes 0 to 59 of 100"
	Bytes  int    `json:"bytes"`            // on the wire, with what belongs to it of the record's header
	Flight int    `json:"flight"`           // from 1 on; 0: of none
	Lost   bool   `json:"lost,omitempty"`
	Note   string `json:"note,omitempty"` // "sent again", "duplicate", "not read"
}

// Step is a phase of the guest that ended here.
type Step struct {
	Phase     metric.Phase `json:"phase"`
	Ops       int64        `json:"ops"`              // executed in it
	EstUS     int64        `json:"est-us,omitempty"` // by the board's timing model; 0: it has none
	HeapLiveB int64        `json:"heap-live-B"`      // at its end
	HeapPeakB int64        `json:"heap-peak-B"`      // within it
}

// Log is a debug message of the library in the guest.
type Log struct {
	Level int    `json:"level"` // 1 to 4
	Text  string `json:"text"`
}

// Write writes the file whole, or not at all.
func Write(dir string, f *File) error {
	return results.WriteAny(filepath.Join(dir, Name), f)
}

// Read reads what Write wrote; nil without an error where there is none.
func Read(dir string) (*File, error) {
	path := filepath.Join(dir, Name)
	data, err := results.ReadAny(path)
	if err != nil || data == nil {
		return nil, err
	}
	f := new(File)
	if err := json.Unmarshal(data, f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// check refuses what could not be drawn.
func (f *File) check() error {
	if f.Schema != Schema {
		return fmt.Errorf("schema %d: not known, this program reads %d", f.Schema, Schema)
	}
	if f.Guest != Client && f.Guest != Server {
		return fmt.Errorf("guest %q: neither %s nor %s", f.Guest, Client, Server)
	}
	if len(f.Rows) == 0 {
		return errors.New("no rows")
	}
	for i, r := range f.Rows {
		if r.Message == nil && r.Step == nil && r.Log == nil {
			return fmt.Errorf("row %d: neither a message nor a step nor a log", i+1)
		}
		if m := r.Message; m != nil && m.From != Client && m.From != Server {
			return fmt.Errorf("row %d: from %q: neither %s nor %s", i+1, m.From, Client, Server)
		}
	}
	return nil
}
