package emu

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// port.h is one half of the host contract, this package the other: these
// tests hold the two together.
func portH(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../core/port/port.h")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// numbers are the values a pattern finds, by name.
func numbers(t *testing.T, text, pattern string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := found[m[1]]; ok {
			t.Errorf("%s is defined twice", m[1])
		}
		found[m[1]] = n
	}
	return found
}

func TestPortEvents(t *testing.T) {
	got := numbers(t, portH(t), `(?m)^#define TLSLAB_EVENT_(\w+) (\d+)`)
	want := map[string]int{
		"OPTIONS": int(EventOptions), "PHASE": int(EventPhase), "CONNECTED": int(EventConnected), "ERROR": int(EventError),
		"DONE": int(EventDone), "VERIFY": int(EventVerify), "ALLOC": int(EventAlloc), "STACK": int(EventStack), "CLOCK": int(EventClock), "KEYLOG": int(EventKeyLog),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("events of port.h %v, of this package %v", got, want)
	}
	for name, n := range want {
		if _, ok := payloadWords[EventKind(n)]; !ok {
			t.Errorf("event %s has no payload", name)
		}
	}
	for kind := range payloadWords {
		if kind < EventEnter && !slices.Contains(slices.Collect(maps.Values(want)), int(kind)) {
			t.Errorf("event %d has a payload and is not in port.h", kind)
		}
	}
}

// Each event's payload is told in port.h as a list of words.
func TestPortPayloads(t *testing.T) {
	for _, m := range regexp.MustCompile(`(?m)^#define TLSLAB_EVENT_(\w+) (\d+) +/\* (.*) \*/$`).FindAllStringSubmatch(portH(t), -1) {
		n, _ := strconv.Atoi(m[2])
		want := len(strings.Split(m[3], ", "))
		if strings.HasPrefix(m[3], "text:") {
			want = -1
		}
		if got := payloadWords[EventKind(n)]; got != want {
			t.Errorf("event %s has %d words here, port.h tells %d: %s", m[1], got, want, m[3])
		}
	}
}

func TestPortRecv(t *testing.T) {
	got := numbers(t, portH(t), `(?m)^#define TLSLAB_RECV_(\w+) (-?\d+)`)
	want := map[string]int{"EOF": RecvEOF, "WOULD_BLOCK": RecvWouldBlock, "TIMEOUT": RecvTimeout, "ERROR": RecvError}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("recv values of port.h %v, of this package %v", got, want)
	}
}

func TestPortStatus(t *testing.T) {
	got := numbers(t, portH(t), `STATUS_(\w+) = (\d+)`)
	want := map[string]int{"READY": int(Ready), "BLOCKED": int(Blocked), "DONE": int(Done)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("statuses of port.h %v, of this package %v", got, want)
	}
}

func TestPortPhases(t *testing.T) {
	got := numbers(t, portH(t), `(?m)^ +PHASE_(\w+) = (\d+)`)
	want := map[string]int{}
	for n, name := range PhaseNames {
		want[strings.ToUpper(strings.ReplaceAll(string(name), "-", "_"))] = n
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("phases of port.h %v, of this package %v", got, want)
	}
	if got["END"] != phaseEnd {
		t.Error("the end has moved")
	}
	for _, name := range outsideHandshake {
		if !slices.Contains(PhaseNames, name) {
			t.Errorf("%s, which is none of the handshake's, is no phase", name)
		}
	}
	if PhaseName(2) != "client-hello" || PhaseName(99) != "phase-99" || PhaseName(1<<31) != "phase-2147483648" {
		t.Error("phase names")
	}
}

// Every host function is a method of Host, in the same order, but for exit:
// a machine ends the guest itself.
func TestPortFunctions(t *testing.T) {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^TLSLAB_IMPORT\((\w+)\) \w+ (\w+)\(`).FindAllStringSubmatch(portH(t), -1) {
		if m[1] != m[2] {
			t.Errorf("%s is imported as %s", m[2], m[1])
		}
		names = append(names, m[2])
	}
	if len(names) > 10 {
		t.Errorf("%d host functions, at most 10 are allowed", len(names))
	}
	want := []string{"host_entropy", "host_monotonic_us", "host_rtc_s", "host_send", "host_recv", "host_event", "host_log", "host_exit"}
	if !slices.Equal(names, want) {
		t.Errorf("host functions %q, want %q", names, want)
	}
	methods := map[string]string{"host_entropy": "Entropy", "host_monotonic_us": "MonotonicUS", "host_rtc_s": "RTCSeconds",
		"host_send": "Send", "host_recv": "Recv", "host_event": "Event", "host_log": "Log"}
	host := reflect.TypeFor[Host]()
	if host.NumMethod() != len(methods) {
		t.Errorf("Host has %d methods, want %d", host.NumMethod(), len(methods))
	}
	for f, m := range methods {
		if _, ok := host.MethodByName(m); !ok || !slices.Contains(names, f) {
			t.Errorf("%s and Host.%s do not both exist", f, m)
		}
	}
}

func TestPortClockRefusals(t *testing.T) {
	got := numbers(t, portH(t), `(?m)^    CLOCK_(\w+) = (\d+)`)
	if len(got) != len(ClockRefusals)-1 {
		t.Errorf("port.h has %d reasons, this package %d", len(got), len(ClockRefusals)-1)
	}
	for name, n := range got {
		if n >= len(ClockRefusals) || ClockRefusals[n] != strings.ToLower(name) {
			t.Errorf("CLOCK_%s is %d; this package has %q", name, n, ClockRefusals)
		}
	}
}
