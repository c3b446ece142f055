package mbedtls

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"sync"

	"tlslab/core"
)

// folder is the library's in core/port.
const folder = "mbedtls"

// extensionsFile has the client's features that have no file of their own.
const extensionsFile = "client_extensions.c"

// portFiles are the texts of core/port by their paths in it.
var portFiles = sync.OnceValue(func() map[string][]byte {
	files, err := core.PortFiles()
	if err != nil {
		panic(err) // they are in this program
	}
	return files
})

// featureFile returns the client's file for a feature's macro: the file with its name, or
// else extensionsFile if that tests the macro. "" means that the feature is in a file that
// is in the image anyway.
func featureFile(macro string) string {
	macro, _, _ = strings.Cut(macro, "=")
	own := "client_" + strings.ToLower(strings.TrimPrefix(macro, "TLSLAB_")) + ".c"
	if portFiles()[path.Join(folder, own)] != nil {
		return own
	}
	if bytes.Contains(portFiles()[path.Join(folder, extensionsFile)], []byte("defined("+macro+")")) {
		return extensionsFile
	}
	return ""
}

// featureFiles returns the files of the client's features, each once.
func featureFiles(f *core.Features) (names []string) {
	for _, macro := range f.Macros() {
		if file := featureFile(macro); file != "" && !slices.Contains(names, file) {
			names = append(names, file)
		}
	}
	return names
}

// portProgram is what an image has of the port.
func portProgram(spec *core.Spec) *core.Program {
	main := string(spec.Role) + ".c"
	if spec.Role == core.DeviceServer {
		main = "server.c"
	}
	p := &core.Program{Main: path.Join(folder, main), Files: files(spec)}
	for i, name := range p.Files {
		if name != paramsFile {
			p.Files[i] = path.Join(folder, name)
		}
	}
	p.Flags = func(file string) []string { return flags(spec, strings.TrimPrefix(file, folder+"/")) }
	if f := spec.Material.Features; f != nil && f.Verify != nil {
		p.Judging = judging(f.Verify.Profile)
	}
	return p
}

// paramsFile is of the port that all libraries share.
const paramsFile = "params.c"

// files are the program's files but for its main one.
func files(spec *core.Spec) (names []string) {
	m, server, device := &spec.Material, spec.Role == core.Server, spec.Role == core.DeviceServer
	add := func(wanted bool, more ...string) {
		if wanted {
			names = append(names, more...)
		}
	}
	add(spec.Role == core.Primitives, "primitives_curve.c", "primitives_plain.c", "primitives_rsa.c")
	add(spec.Role != core.Primitives, "tls_report.c", "tls_rng.c", "tls_timing.c", "tls_wire.c")
	add(server || device, paramsFile, "server_own.c", "server_params.c")
	add(server, "server_lies.c", "server_pss.c", "server_extensions.c")
	add(server || device && m.Serves.Features, "server_features.c", "server_resume.c")
	add(server || device && m.DTLS != nil, "dtls.c", "server_dtls.c")
	add(spec.Role == core.Client && m.DTLS != nil, "dtls.c", "client_dtls.c")
	add(spec.Role == core.Sample, "session.c", "session_net.c")
	add(m.SNTP != nil, "client_sntp.c")
	if spec.Role == core.Client {
		add(true, featureFiles(m.Features)...)
	}
	add(m.DebugLevel != nil, "debuglog.c")
	add(m.KeyLog || server, "keylog.c")
	return names
}

// flags tell a file what the scenario asks of it.
func flags(s *core.Spec, file string) (d []string) {
	m := &s.Material
	add := func(name string, on bool) {
		if on {
			d = append(d, "-D"+name)
		}
	}
	logs := func() {
		add("TLSLAB_DEBUG", m.DebugLevel != nil)
		add("TLSLAB_KEYLOG", m.KeyLog || s.Role == core.Server)
	}
	switch {
	case file == "debuglog.c" || file == "keylog.c":
		logs()
	case s.Role == core.Client && strings.HasPrefix(file, "client"):
		add("TLSLAB_ROOT_DER", m.RootIsDER)
		for _, macro := range m.Features.Macros() {
			add(macro, true)
		}
		add("TLSLAB_EXTENSIONS", slices.Contains(featureFiles(m.Features), extensionsFile))
		add("TLSLAB_DTLS", m.DTLS != nil)
		add("TLSLAB_SNTP", m.SNTP != nil)
		logs()
	case s.Role == core.Sample && (file == "sample.c" || file == "session.c"):
		add("TLSLAB_SNTP", m.SNTP != nil)
		add("TLSLAB_VERIFY_REQUIRED", m.Sample.Required)
	case s.Role == core.Server && strings.HasPrefix(file, "server"):
		add("TLSLAB_DTLS", true)
		add("TLSLAB_FEATURES", true)
		add("TLSLAB_EXTENSIONS", true)
		logs()
	case s.Role == core.DeviceServer && (file == paramsFile || strings.HasPrefix(file, "server")):
		add("TLSLAB_DEVICE", true)
		add("TLSLAB_CHAIN_DER", m.Serves.ChainDER)
		add("TLSLAB_DTLS", m.DTLS != nil)
		add("TLSLAB_FEATURES", m.Serves.Features)
		logs()
	}
	return d
}

// certProfiles are the C of what a certificate must be for a client to take it.
var certProfiles = map[string]string{
	"":       "NULL",
	"next":   "&mbedtls_x509_crt_profile_next",
	"suiteb": "&mbedtls_x509_crt_profile_suiteb",
	// The lab's own: whatever the core can verify, SHA-1 and RSA from 1,024 bits
	// on among it, which the core's own refuse.
	"weak": "&weak",
}

// judging is the C of a profile.
func judging(profile string) string {
	c := "#if defined(MBEDTLS_X509_CRT_PARSE_C)\n"
	if profile == "weak" {
		c += "static const mbedtls_x509_crt_profile weak = {0xfffffff, 0xfffffff, 0xfffffff, 1024};\n"
	}
	return c + "const mbedtls_x509_crt_profile *const tlslab_cert_profile = " + certProfiles[profile] + ";\n#endif\n"
}
