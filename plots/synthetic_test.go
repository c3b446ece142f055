package plots

import (
	"fmt"
	"strconv"

	"tlslab/bench/results"
	"tlslab/internal/metric"
)

// synthetic is made-up data in the shape of a real sweep: 2 base
// configurations, 26 one-at-a-time variations, 4 scenarios. The numbers are
// of the right size; nothing else about them is true.
func synthetic() *results.File {
	f := &results.File{
		Schema: results.Schema,
		Provenance: results.Provenance{
			Tool: "test", Profile: "imxrt1052",
			Versions: map[string]string{"core": "2.28.3"},
		},
	}
	sweep := []struct {
		option, own string
		values      []string
	}{
		{"MPI_WINDOW_SIZE", "1", []string{"1", "2", "3", "4", "5", "6"}},
		{"ECP_WINDOW_SIZE", "2", []string{"2", "3", "4", "5", "6", "7"}},
		{"ECP_FIXED_POINT_OPTIM", "0", []string{"0", "1"}},
		{"MPI_MAX_SIZE", "384", []string{"256", "384", "512", "1024"}},
		{"SSL_MAX_CONTENT_LEN", "3584", []string{"2048", "3584", "6144", "16384"}},
		{"AES_ROM_TABLES", "on", []string{"on", "off"}},
		{"ECP_NIST_OPTIM", "on", []string{"on", "off"}},
	}
	for _, s := range []string{"rsa-aes256-cbc-sha256", "ecdhe-ecdsa-p256-aes128-gcm", "ecdhe-rsa-aes128-gcm", "psk-aes128-ccm8"} {
		f.Cases = append(f.Cases,
			madeUp(s, "rtthread-default", "", "", map[string]string{"MPI_WINDOW_SIZE": "6", "ECP_WINDOW_SIZE": "6", "ECP_FIXED_POINT_OPTIM": "1", "MPI_MAX_SIZE": "1024", "SSL_MAX_CONTENT_LEN": "4096"}),
			madeUp(s, "rtthread-optimised", "", "", nil))
		for _, o := range sweep {
			for _, v := range o.values {
				set := map[string]string{o.option: v}
				if v == o.own {
					set = nil
				}
				f.Cases = append(f.Cases, madeUp(s, "rtthread-optimised", o.option, v, set))
			}
		}
	}
	return f
}

func madeUp(scenario, config, option, value string, set map[string]string) results.Case {
	num := func(name string, otherwise int64) int64 {
		if n, err := strconv.ParseInt(set[name], 10, 64); err == nil {
			return n
		}
		return otherwise
	}
	c := results.Case{
		Core: "mbedtls-2.28", Board: "imxrt1052", Machine: "wasm", Scenario: scenario, Config: config,
		Outcome: results.OutcomeConnected, ConfigDigest: fmt.Sprintf("%x", fmt.Sprint(config, set)), Seed: 1,
		Added: []string{"MBEDTLS_GCM_C"},
	}
	if option != "" {
		c.Base, c.Option, c.Value, c.Config = config, option, value, config+"/"+option+"="+value
	}
	mpi, ecp := num("MPI_WINDOW_SIZE", 1), num("ECP_WINDOW_SIZE", 2)
	fixed, content := num("ECP_FIXED_POINT_OPTIM", 0), num("SSL_MAX_CONTENT_LEN", 3584)
	var rsaOps, eccOps, heap int64
	heap = 5200 + content + content/4
	if scenario != "psk-aes128-ccm8" {
		heap += 4700
	}
	mpiHeap := int64(1<<mpi) * 270
	if scenario == "rsa-aes256-cbc-sha256" || scenario == "ecdhe-rsa-aes128-gcm" {
		rsaOps = []int64{14_820_331, 14_100_113, 13_720_117, 13_540_971, 13_501_007, 13_533_911}[mpi-1]
		heap += mpiHeap / 3
	}
	if scenario == "ecdhe-ecdsa-p256-aes128-gcm" || scenario == "ecdhe-rsa-aes128-gcm" {
		mults := int64(4)
		if scenario == "ecdhe-rsa-aes128-gcm" {
			mults = 2
		}
		eccOps = mults * []int64{42_510_233, 36_812_441, 33_212_887, 31_912_119, 31_544_003, 31_990_871}[ecp-2]
		if fixed == 1 {
			eccOps = eccOps * 78 / 100
			heap += 1400
		}
		if set["ECP_NIST_OPTIM"] == "off" {
			eccOps = eccOps * 17 / 5
		}
		heap += int64(1<<(ecp-1)) * 96
	}
	flash := int64(71_975)
	if config == "rtthread-default" {
		flash = 159_972
	}
	if set["AES_ROM_TABLES"] == "off" {
		flash -= 7_600
	}
	if set["ECP_NIST_OPTIM"] == "off" {
		flash -= 1_432
	}
	if fixed == 1 && option != "" {
		flash += 212
	}
	if set["MPI_MAX_SIZE"] == "256" && rsaOps > 0 {
		c.Outcome, c.Phase, c.Detail = "MPI_BAD_INPUT_DATA", "server-certificate", "a 4096-bit key needs 512"
		c.Metrics = map[string]int64{metric.Flash: flash}
		return c
	}
	aes := int64(310_222)
	if set["AES_ROM_TABLES"] == "off" {
		aes += 96_113
	}
	total, live := int64(0), int64(1_200)
	step := func(name string, ops, keep, peak int64) {
		total += ops
		c.Phases = append(c.Phases, results.Phase{Name: metric.Phase(name), Metrics: map[string]int64{metric.WasmOps: ops, metric.HeapPeak: live + peak, metric.Allocs: 3}})
		live += keep
		c.HeapCurve = append(c.HeapCurve, results.HeapPoint{Phase: metric.Phase(name), Ops: total, LiveB: live, PeakB: live - keep + peak})
	}
	body := heap - 2_400
	step("init", 412_003, body/2, body/2+100)
	if rsaOps+eccOps > 0 {
		step("parse-ca", 166_117, 1_100, 1_900)
	}
	step("client-hello", 60_411, 64, 128)
	step("server-hello", 51_007, 0, 40)
	if rsaOps+eccOps > 0 {
		step("server-certificate", eccOps/2+rsaOps/4+190_001, 2_100, heap-live)
	}
	if eccOps > 0 {
		step("server-key-exchange", eccOps/4+rsaOps/4+20_011, 220, body/3)
	}
	step("certificate-request", 1_201, 0, 0)
	step("server-hello-done", 1_444, 0, 0)
	step("client-certificate", 1_118, 0, 0)
	step("client-key-exchange", eccOps/4+rsaOps/4+20_177, -150, body/3+200)
	step("certificate-verify", 901, 0, 0)
	step("client-change-cipher-spec", 3_020, 0, 0)
	step("client-finished", 40_127+aes/6, 0, 320)
	step("server-change-cipher-spec", 2_803, 0, 0)
	step("server-finished", 39_870+aes/6, 0, 300)
	step("flush-buffers", 410, 0, 0)
	step("handshake-wrapup", 9_118, -2_700, 0)
	step("app-data", aes, 0, 260)
	step("close", 30_009, -live, 64)
	peak := int64(0)
	for _, p := range c.HeapCurve {
		peak = max(peak, p.PeakB)
	}
	static := int64(2_048)
	if set["AES_ROM_TABLES"] == "off" {
		static += 8_708
	}
	c.Metrics = map[string]int64{
		metric.WasmOps: total, metric.HandshakeWasmOps: total, metric.HeapPeak: peak, metric.Flash: flash,
		metric.EstRAMPeak: peak + static + 1_800, metric.Static: static,
	}
	return c
}
