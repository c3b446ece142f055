package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tlslab/bench/labtest"
	"tlslab/bench/results"
	"tlslab/boards"
	qemuboards "tlslab/boards/qemu"
	"tlslab/core"
	"tlslab/emu"
	"tlslab/emu/serial"
	"tlslab/emu/wasm"
	"tlslab/internal/metric"
	"tlslab/internal/testutil"
)

// TestSerialBoard measures a handshake on a board behind a serial port that
// drops, garbles and delays bytes: QEMU's UART joined to a pseudo-terminal. What
// no CPU changes must be as on the wasm machine.
func TestSerialBoard(t *testing.T) {
	testutil.Nightly(t)
	t.Parallel()
	program := testutil.Path(t, "qemu-system-arm")
	ctx := context.Background()
	l := openBench(t, wasm.Compiler)
	stand, err := qemuboards.Load("mps2-an385")
	if err != nil {
		t.Fatal(err)
	}
	// A Cortex-M0's code runs on the M3, and asks for no cycle counter, which
	// QEMU does not have.
	board := &boards.Board{Name: "serial-test", CPU: "cortex-m0", FloatABI: "soft", ClockHz: 25_000_000, RTOSTickHz: 100, UART: stand.UART,
		Regions: []boards.Region{stand.Code, stand.Data}}
	pty, path := openPTY(t)
	machine, err := serial.New(board, path)
	if err != nil {
		t.Fatal(err)
	}
	l.OpenForBoard = func(context.Context, metric.Machine, *boards.Board) (emu.Machine, error) { return machine, nil }
	plan := labtest.LoadPlan(t, nil)
	onWasm := *labtest.JobOf(t, plan, "undated", labtest.PSK)
	onBoard := onWasm
	onBoard.Machine, onBoard.Board = metric.Machine("serial:"+path), board
	spec, err := l.Spec(plan.Profile, &onBoard, machine)
	if err != nil {
		t.Fatal(err)
	}
	img, err := l.Builder.Build(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	startBoard(t, program, stand, img, pty)
	want, err := l.Measure(ctx, plan, &onWasm)
	if err != nil {
		t.Fatal(err)
	}
	for run := range 1 { // not two: on a busy machine the second can meet a board that starts anew
		got, err := l.Measure(ctx, plan, &onBoard)
		if err != nil {
			t.Fatalf("run %d: %v", run, err)
		}
		if got.Machine != "serial" || got.Outcome != results.OutcomeConnected {
			t.Fatalf("run %d: %s on %s: %s", run, got.Outcome, got.Machine, got.Detail)
		}
		if d := Disagreements([]results.Case{onThe(board, *want), *got}); len(d) > 0 {
			t.Errorf("run %d: %q", run, d)
		}
		if got.Metrics[metric.PaintedStack] < 1000 {
			t.Errorf("run %d: painted stack %d", run, got.Metrics[metric.PaintedStack])
		}
		for _, absent := range []string{metric.BoardCycles, metric.HandshakeCycles, metric.Insns, metric.StackPeak, metric.RAMPeak} {
			if v, ok := got.Metrics[absent]; ok {
				t.Errorf("run %d: %s is %d: nothing measures it here", run, absent, v)
			}
		}
		labtest.Writable(t, *got)
	}
}

// onThe is a case as if of another board.
func onThe(b *boards.Board, c results.Case) results.Case {
	c.Board = b.Name
	return c
}

// openPTY opens a pseudo-terminal: the end the test plays the line on, and the
// path of the other.
func openPTY(t *testing.T) (*os.File, string) {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	n, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(f.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/dev/pts/%d", n)
	// Held open, so that the line stays up between two runs.
	hold, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hold.Close() })
	return f, path
}

// startBoard runs firmware on QEMU, its UART joined to pty by a line that does
// harm to one byte in a thousand each way.
func startBoard(t *testing.T, program string, stand *qemuboards.Machine, img *core.Image, pty *os.File) {
	t.Helper()
	dir := t.TempDir()
	image, socket := filepath.Join(dir, "firmware.elf"), filepath.Join(dir, "uart")
	if err := os.WriteFile(image, img.Firmware, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-M", stand.Name, "-nodefaults", "-display", "none", "-monitor", "none",
		"-chardev", "socket,id=uart,path="+socket, "-serial", "chardev:uart", "-kernel", image)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	uart, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	go harm(uart, pty, 1)
	go harm(pty, uart, 2)
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		uart.Close()
		listener.Close()
		pty.Close()
	})
}

// harm copies bytes, and drops, garbles or delays some, by a seed.
func harm(to interface{ Write([]byte) (int, error) }, from interface{ Read([]byte) (int, error) }, seed uint64) {
	random := rand.New(rand.NewPCG(seed, seed))
	buf := make([]byte, 256)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		var out []byte
		for _, b := range buf[:n] {
			switch random.IntN(3000) {
			case 0:
			case 1:
				out = append(out, b^byte(1+random.IntN(255)))
			case 2:
				time.Sleep(5 * time.Millisecond)
				out = append(out, b)
			default:
				out = append(out, b)
			}
		}
		if _, err := to.Write(out); err != nil {
			return
		}
	}
}
