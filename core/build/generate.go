package build

import (
	"bytes"
	"fmt"
	"strings"

	"tlslab/core"
)

// scenarioC is the C file behind port/scenario.h, or of a device's server the
// one behind port/params.h. judging is core.Program.Judging.
func scenarioC(m core.Material, judging string) []byte {
	var b bytes.Buffer
	if m.DebugLevel != nil {
		fmt.Fprintf(&b, "#include <stdint.h>\nextern const uint32_t tlslab_debug_level;\nconst uint32_t tlslab_debug_level = %d;\n", *m.DebugLevel)
	}
	if m.Serves != nil {
		fmt.Fprintf(&b, "#include <stdint.h>\nconst unsigned char tlslab_params[] = {%s};\nconst uint32_t tlslab_params_cap = %d;\n", cBytes(m.Serves.Params), len(m.Serves.Params))
		return b.Bytes()
	}
	b.WriteString("#include \"scenario.h\"\n")
	fmt.Fprintf(&b, "const char tlslab_hostname[] = %s;\n", cString([]byte(m.Hostname)))
	fmt.Fprintf(&b, "const char tlslab_request[] = %s;\n", cString([]byte(m.Request)))
	fmt.Fprintf(&b, "const uint32_t tlslab_request_len = %d;\n", len(m.Request))
	root := m.Root
	if len(root) > 0 && !m.RootIsDER {
		// PEM is parsed with its final NUL.
		fmt.Fprintf(&b, "const char tlslab_root[] =\n%s;\n", cLines(root))
		fmt.Fprintf(&b, "const uint32_t tlslab_root_len = %d;\n", len(root)+1)
	} else {
		fmt.Fprintf(&b, "const char tlslab_root[] = {%s};\n", cBytes(root))
		fmt.Fprintf(&b, "const uint32_t tlslab_root_len = %d;\n", len(root))
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"tlslab_psk", m.PSK}, {"tlslab_psk_identity", m.PSKIdentity}} {
		fmt.Fprintf(&b, "const unsigned char %s[] = {%s};\nconst uint32_t %s_len = %d;\n", f.name, cBytes(f.data), f.name, len(f.data))
	}
	if m.Features != nil {
		b.WriteString(featuresC(m.Features, judging))
	}
	if m.DTLS != nil {
		b.WriteString(dtlsC(m.DTLS))
	}
	if m.SNTP != nil {
		b.WriteString(sntpC(m.SNTP))
	}
	if m.Sample != nil {
		b.WriteString(sampleC(m.Sample))
	}
	return b.Bytes()
}

// optionsC makes the guest report every macro of names that its own compiler
// sees, with its value. It includes the configuration alone: other headers
// would define what values name. withText false leaves the report empty (an image that
// is only measured).
func optionsC(probe string, names []string, withText bool) []byte {
	var b bytes.Buffer
	b.WriteString(probe + "#include <stdint.h>\n#define STR_(...) #__VA_ARGS__\n#define STR(...) STR_(__VA_ARGS__)\nconst char tlslab_options[] = \"\"\n")
	if withText {
		for _, n := range names {
			fmt.Fprintf(&b, "#ifdef %s\n\"%s \" STR(%s) \"\\n\"\n#endif\n", n, n, n)
		}
	}
	b.WriteString(";\nconst uint32_t tlslab_options_len = sizeof(tlslab_options) - 1;\n")
	return b.Bytes()
}

func cString(s []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ' && c < 0x7f && c != '?': // no trigraphs
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "\\%03o", c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func cLines(s []byte) string {
	lines := bytes.SplitAfter(s, []byte("\n"))
	var b strings.Builder
	for _, l := range lines {
		if len(l) > 0 {
			b.WriteString("    " + cString(l) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// cBytes never yields an empty initialiser, which C does not have.
func cBytes(s []byte) string {
	if len(s) == 0 {
		return "0"
	}
	parts := make([]string, len(s))
	for i, c := range s {
		parts[i] = fmt.Sprint(c)
	}
	return strings.Join(parts, ",")
}
