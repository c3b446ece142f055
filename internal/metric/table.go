package metric

// The table. Its order is the order in which metrics are shown: families
// together, the one that people ask for first in each. What is counted of an
// image is less what the same image takes without TLS, unless it says otherwise.
var (
	HandshakeWasmOps = add(Metric{Name: "handshake-wasm-ops", Column: "handshake\nwasm-ops", Noun: "ticks",
		Unit: Instructions, Family: WasmTime, Role: HandshakeOps, Span: Handshake, Whole: "wasm-ops", Machines: []Machine{WASM},
		Views: InTable | InRun | InProof | InServed,
		Means: "WASM instructions of the handshake, ClientHello to wrap-up: the handshake ticks of this machine"})
	WasmOps = add(Metric{Name: "wasm-ops", Noun: "ticks",
		Unit: Instructions, Family: WasmTime, Role: Ops, Machines: []Machine{WASM}, Views: InRun | InPhases,
		Means: "WASM instructions of the whole run: initialisation, handshake, application data, close"})

	HandshakeInsns = add(Metric{Name: "handshake-insns", Column: "handshake\ninsns", Noun: "instructions",
		Unit: Instructions, Family: CPUTime, Role: HandshakeOps, Span: Handshake, Whole: "insns", Machines: []Machine{QEMU},
		Views: InTable | InRun | InProof,
		Means: "CPU instructions of the handshake"})
	Insns = add(Metric{Name: "insns", Noun: "instructions",
		Unit: Instructions, Family: CPUTime, Role: Ops, Machines: []Machine{QEMU}, Views: InRun | InPhases,
		Means: "CPU instructions of the whole run, without the lab's own host calls"})

	HandshakeCycles = add(Metric{Name: "handshake-cycles", Noun: "cycles",
		Unit: Cycles, Worth: Measured, Family: BoardTime, Role: HandshakeOps, Span: Handshake, Whole: "cycles", Machines: []Machine{Serial},
		Means: "CPU cycles of the handshake on a real board, by its own counter"})
	BoardCycles = add(Metric{Name: "cycles",
		Unit: Cycles, Worth: Measured, Family: BoardTime, Role: Ops, Machines: []Machine{Serial},
		Means: "CPU cycles of the whole run on a real board, by its own counter"})

	EstHandshakeCycles = add(Metric{Name: "est-handshake-cycles", Noun: "cycles",
		Unit: Cycles, Worth: Estimated, Family: EstimatedTime, Span: Handshake, Whole: "est-cycles", Machines: []Machine{WASM, QEMU},
		Views: InRun,
		Means: "CPU cycles of the handshake by the board's timing model"})
	EstCycles = add(Metric{Name: "est-cycles", Noun: "cycles",
		Unit: Cycles, Worth: Estimated, Family: EstimatedTime, Machines: []Machine{WASM, QEMU}, Views: InPhases,
		Means: "CPU cycles of the whole run by the board's timing model"})
	EstHandshakeUS = add(Metric{Name: "est-handshake-us", Column: "handshake\nest-ms", Noun: "time",
		Unit: Microseconds, Worth: Estimated, Adds: Alone, Family: EstimatedTime, Span: Handshake, Machines: []Machine{QEMU, WASM},
		Views: InTable | InRun | InProof,
		Means: "time of the handshake at the board's clock, without the network's"})
	EstTicks = add(Metric{Name: "est-ticks", Noun: "ticks",
		Unit: Ticks, Worth: Estimated, Adds: Alone, Family: EstimatedTime, Span: Handshake, Machines: []Machine{WASM, QEMU},
		Means: "RTOS ticks of the handshake, rounded up, without the network's time"})

	HeapPeak = add(Metric{Name: "heap-peak-B", Column: "heap-peak\nB", Noun: "heap",
		Unit: Bytes, Adds: Most, Family: Heap, Views: InTable | InRun | InSample | InProof | InServed | InPhases,
		Means: "most heap live at one instant, as asked for"})
	HeapMin = add(Metric{Name: "heap-min-B", Column: "heap-min\nB", Noun: "heap",
		Unit: Bytes, Adds: Alone, Family: Heap, Source: Search, Machines: []Machine{WASM}, Views: InTable | InProof,
		Means: "smallest arena with which the scenario still completes"})

	Allocs = add(Metric{Name: "allocs", Noun: "allocations",
		Unit: Count, Family: Allocation, Views: InRun | InSample | InPhases,
		Means: "successful allocations"})

	StackPeak = add(Metric{Name: "stack-peak-B", Column: "stack-peak\nB", Noun: "stack",
		Unit: Bytes, Adds: Most, Family: Stack, Role: StackDepth, Machines: []Machine{QEMU},
		Views: InTable | InRun | InSample | InProof | InPhases,
		Means: "deepest ARM stack, by the watch on SP"})
	PaintedStack = add(Metric{Name: "painted-stack-B", Noun: "stack",
		Unit: Bytes, Adds: Alone, Family: Stack, Machines: []Machine{QEMU, Serial},
		Means: "deepest byte of the ARM stack written, by painting"})
	StackFrames = add(Metric{Name: "stack-frames-B", Noun: "stack",
		Unit: Bytes, Adds: Alone, Family: Stack, Machines: []Machine{QEMU},
		Means: "frames by the compiler of the calls that were made, where they add up to most"})
	StackBound = add(Metric{Name: "stack-bound-B", Noun: "stack",
		Unit: Bytes, Adds: Alone, Family: Stack, Machines: []Machine{QEMU},
		Means: "most that any calls can take, by the compiler's call graph; only where that tells it"})

	ShadowStackPeak = add(Metric{Name: "shadow-stack-peak-B", Noun: "shadow stack",
		Unit: Bytes, Adds: Most, Family: ShadowStack, Role: StackDepth, Machines: []Machine{WASM}, Views: InSample | InPhases,
		Means: "deepest WASM shadow stack; not the ARM stack"})

	RAMPeak = add(Metric{Name: "ram-peak-B", Column: "ram-peak\nB", Noun: "RAM",
		Unit: Bytes, Adds: Most, Family: RAM, Role: RAMAtOnce, Machines: []Machine{QEMU},
		Views: InTable | InRun | InSample | InProof,
		Means: "static data, heap and ARM stack at one instant"})
	EstRAMPeak = add(Metric{Name: "est-ram-peak-B", Column: "est-ram-peak\nB", Noun: "RAM",
		Unit: Bytes, Worth: Estimated, Adds: Most, Family: RAM, Role: RAMAtOnce, Machines: []Machine{WASM},
		Views: InTable | InRun | InSample,
		Means: "static data, heap and WASM shadow stack at one instant"})
	RAMOver = add(Metric{Name: "ram-over-B",
		Unit: Bytes, Adds: Alone, Family: RAM, Source: Image,
		Means: "bytes by which static data, stack and arena exceed the board's RAM"})

	Flash = add(Metric{Name: "flash-B", Noun: "flash",
		Unit: Bytes, Family: Code, Source: Image, Views: InSample,
		Means: "bytes in flash"})
	ROM = add(Metric{Name: "rom-B", Column: "ROM\nB", Noun: "ROM",
		Unit: Bytes, Family: Code, Source: Image, Views: InTable | InRun | InProof | InServed,
		Means: "RO + RW"})
	RO = add(Metric{Name: "ro-B", Noun: "code and constants",
		Unit: Bytes, Family: Code, Source: Image,
		Means: "code and read-only data"})
	FlashOver = add(Metric{Name: "flash-over-B",
		Unit: Bytes, Adds: Alone, Family: Code, Source: Image,
		Means: "bytes by which the whole image exceeds the board's flash"})
	FunctionCode = add(Metric{Name: "code-B", Noun: "code",
		Unit: Bytes, Family: Code, Source: Image,
		Means: "of a function: its code in the linked image, nothing subtracted"})

	RW = add(Metric{Name: "rw-B", Noun: "initialised data",
		Unit: Bytes, Family: Data, Source: Image,
		Means: "initialised data, in RAM and in flash"})
	ZI = add(Metric{Name: "zi-B", Noun: "zeroed data",
		Unit: Bytes, Family: Data, Source: Image,
		Means: "zero-initialised data"})
	Static = add(Metric{Name: "static-B", Noun: "static RAM",
		Unit: Bytes, Family: Data, Source: Image, Views: InSample | InProof,
		Means: "RW + ZI: .data and .bss"})

	FlashReads = add(Metric{Name: "flash-reads", Noun: "loads from flash",
		Unit: Count, Family: FlashAccess, Machines: []Machine{QEMU},
		Means: "of a function: its loads of data from flash"})

	WireBytes = add(Metric{Name: "wire-B", Column: "wire\nB", Noun: "wire",
		Unit: Bytes, Adds: Alone, Family: Wire, Views: InTable | InRun | InServed,
		Means: "bytes on the wire, both directions"})
	Flights = add(Metric{Name: "flights",
		Unit: Count, Adds: Alone, Family: Wire, Views: InRun,
		Means: "message flights"})

	TimeSyncUS = add(Metric{Name: "time-sync-wire-us", Noun: "clock synchronisation",
		Unit: Microseconds, Adds: Alone, Family: Clock,
		Means: "virtual time of the wire that the clock's synchronisation took, before TLS"})

	HandshakeWireUS = add(Metric{Name: "handshake-wire-us", Noun: "time on the wire",
		Unit: Microseconds, Adds: Alone, Family: Datagram, Span: Handshake,
		Means: "virtual time of the wire until the client is connected, of datagrams; computing takes none"})
	HandshakeFlights = add(Metric{Name: "handshake-flights", Noun: "flights",
		Unit: Count, Adds: Alone, Family: Datagram, Span: Handshake,
		Means: "flights of the handshake's datagrams, each once"})
	Retransmits = add(Metric{Name: "retransmits",
		Unit: Count, Adds: Alone, Family: Datagram,
		Means: "flights that were sent once more"})
	Datagrams = add(Metric{Name: "datagrams",
		Unit: Count, Adds: Alone, Family: Datagram,
		Means: "datagrams sent, both directions"})
	LostDatagrams = add(Metric{Name: "lost-datagrams",
		Unit: Count, Adds: Alone, Family: Datagram,
		Means: "of these lost"})
)
