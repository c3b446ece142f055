package confine

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// denied are system calls that no compiler and no emulator here needs, and
// that lead around Landlock: the network (which Landlock knows of in part), and
// other processes.
var denied = []uint32{unix.SYS_SOCKET, unix.SYS_IO_URING_SETUP, unix.SYS_PTRACE,
	unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD}

// architectures are the values of seccomp_data.arch by GOARCH.
var architectures = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// Offsets in struct seccomp_data; x32 is the bit of x86-64's other numbering.
const (
	offsetNumber = 0
	offsetArch   = 4
	x32          = 0x4000_0000
)

// filter is a program for the kernel that answers denied calls with EACCES,
// calls of another architecture too, and lets the others pass.
func filter(arch uint32) []unix.SockFilter {
	const load, equal, atLeast, end = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	refuse := uint8(len(denied)) // calls between the look at the number and the refusal
	p := []unix.SockFilter{
		{Code: load, K: offsetArch},
		{Code: equal, K: arch, Jf: refuse + 3},
		{Code: load, K: offsetNumber},
		{Code: atLeast, K: x32, Jt: refuse + 1},
	}
	for i, call := range denied {
		p = append(p, unix.SockFilter{Code: equal, K: call, Jt: refuse - uint8(i)})
	}
	return append(p,
		unix.SockFilter{Code: end, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: end, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES)})
}

// denyCalls puts the filter on the calling thread and what it starts.
func denyCalls() error {
	arch, ok := architectures[runtime.GOARCH]
	if !ok {
		return nil // Landlock alone
	}
	p := filter(arch)
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0)
	runtime.KeepAlive(p)
	if err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}
