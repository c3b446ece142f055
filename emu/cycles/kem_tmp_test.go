package cycles

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"tlslab/core/thumb"
)

func TestTmpKem(t *testing.T) {
	image, _ := os.ReadFile("/tmp/tt/kem/kem.elf")
	p, err := thumb.Load(image)
	if err != nil { t.Fatal(err) }
	fmt.Println("unknown", len(p.Unknown))
	f, _ := os.Open("/tmp/tt/kem/log.txt")
	s := bufio.NewScanner(f)
	var pcs []uint32
	for s.Scan() {
		l := s.Text()
		i := strings.IndexByte(l, '/')
		if i < 0 { continue }
		v, err := strconv.ParseUint(l[i+1:i+9], 16, 32)
		if err == nil { pcs = append(pcs, uint32(v)) }
	}
	for _, core := range []string{"cortex-m3", "cortex-m4", "cortex-m33", "cortex-m7", "cortex-m55"} {
	m := model(t, core, nil)
	var n, cyc, takens, runs, runs3, unl, uns, ls, sl, ag, lit, sh, as int64
	mix := map[string]int64{}
	byFn := map[string][2]int64{}
	names := map[string]string{"mark0": "", "mark1": "keypair", "mark2": "enc", "mark3": "dec"}
	for i := 0; i+1 < len(pcs); i++ {
		fi, ok := p.FunctionAt(pcs[i])
		if ok {
			if name, is := names[p.Functions[fi].Name]; is && p.Functions[fi].Start == pcs[i] {
				if name != "" {
					fmt.Printf("%s %s: %d insns %d cycles %.3f taken %d\n", core, name, n, cyc/1000, float64(cyc)/1000/float64(n), takens); fmt.Println(runs, runs3, unl, uns, "ldstr", ls, "strld", sl, "agen", ag, "lit", lit, "sh", sh, "alu-str", as)
				}
				n, cyc, takens, runs, runs3, unl, uns = 0,0,0,0,0,0,0; ls,sl,ag,lit,sh,as=0,0,0,0,0,0
				
			}
		}
		insts := p.From(pcs[i], pcs[i]+100000)
		k := 0
		for k < len(insts) {
			in := &insts[k]
			k++
			if (in.WritesPC || in.Class == thumb.System || in.Class == thumb.Barrier) || in.Next() == pcs[i+1] && !in.HasTarget { break }
		}
		b := insts[:k]
		c := m.Block(b)
		last := &b[k-1]
		if pcs[i+1] != last.Next() { c += m.Taken(last); takens++ }
		n += int64(k)
		cyc += c
		run := 0
		for j := range b {
			un := b[j].Len == 4 && b[j].Addr%4 == 2
			if un { run++; if run == 3 { runs++ }; if run >= 3 && run%3==0 {runs3++} } else { run = 0 }
			if j > 0 && un && b[j].IsLoad() && b[j-1].Class == thumb.LoadOne { unl++ }
			if un { uns++ }
			if j > 0 && b[j].Class == thumb.StoreOne && b[j-1].Class == thumb.LoadOne { ls++ }
			if j > 0 && b[j].IsLoad() && b[j-1].Class == thumb.StoreOne { sl++ }
			if j > 0 && (b[j].IsLoad()||b[j].IsStore()) && b[j-1].Class != thumb.LoadOne && b[j-1].Writes&b[j].AddrReads != 0 { ag++ }
			if b[j].Literal { lit++ }
			if b[j].Shifted { sh++ }
			if j > 0 && b[j].IsStore() && b[j-1].Writes&b[j].Reads != 0 && b[j-1].Class == thumb.ALU { as++ }
		}
		if core == "cortex-m4" { for j := range b { mix[b[j].Class.String()]++ } 
		if ok { e := byFn[p.Functions[fi].Name]; e[0]+=int64(k); e[1]+=c; byFn[p.Functions[fi].Name]=e } }
	}
	if core == "cortex-m4" {
		var keys []string
		for k := range mix { keys = append(keys, k) }
		sort.Slice(keys, func(i, j int) bool { return mix[keys[i]] > mix[keys[j]] })
		for _, k := range keys { fmt.Print(k, "=", mix[k], " ") }
		fmt.Println()
		keys = nil
		for k := range byFn { keys = append(keys, k) }
		sort.Slice(keys, func(i, j int) bool { return byFn[keys[i]][1] > byFn[keys[j]][1] })
		for _, k := range keys[:14] { fmt.Printf("%s %d %d %.3f\n", k, byFn[k][0], byFn[k][1]/1000, float64(byFn[k][1])/1000/float64(byFn[k][0])) }
	}
	}
}
