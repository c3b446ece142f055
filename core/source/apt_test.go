package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const stanza = "Types: deb-src\nURIs: %\nSuites: bookworm\nComponents: main\n"

func TestSourceLists(t *testing.T) {
	deb := func(uri, key string) string {
		s := strings.ReplaceAll(stanza, "%", uri)
		if key != "" {
			s += "Signed-By: " + key + "\n"
		}
		return s + "\n"
	}
	const ring = "/usr/share/keyrings/debian-archive-keyring.gpg"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // "" is an error
	}{
		{"one-line", map[string]string{"sources.list": "# comment\ndeb http://mirror.example/debian bookworm main contrib\n" +
			"deb http://mirror.example/debian bookworm-updates main\ndeb http://security.example/debian-security bookworm-security main\n"},
			deb("http://mirror.example/debian", "")},
		{"options", map[string]string{"sources.list.d/a.list": "deb [ arch=amd64 signed-by=" + ring + " ]  https://ftp.example/debian/  trixie main\n"},
			deb("https://ftp.example/debian/", ring)},
		{"deb-src alone and comments are no entry", map[string]string{"sources.list": "deb-src http://mirror.example/debian bookworm main\n#deb http://a/debian b main\n"}, ""},
		{"deb822", map[string]string{"sources.list.d/debian.sources": "Types: deb\n# http://snapshot/debian\nURIs: http://a/debian\nSuites: bookworm\nComponents: main\nSigned-By: " + ring + "\n\n" +
			"Types: deb\nURIs: http://a/debian-security\nSuites: bookworm-security\nComponents: main\n"},
			deb("http://a/debian", ring)},
		{"deb822, continued", map[string]string{"sources.list.d/debian.sources": "Types: deb\nURIs:\n http://a/debian\n http://b/debian\nSuites: bookworm\nComponents: main\n"},
			deb("http://a/debian", "") + deb("http://b/debian", "")},
		{"deb822, switched off", map[string]string{"sources.list.d/debian.sources": "Enabled: no\nTypes: deb\nURIs: http://a/debian\nSuites: bookworm\nComponents: main\n"}, ""},
		{"a cloud image", map[string]string{"sources.list.d/debian.sources": "Types: deb deb-src\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: bookworm\nComponents: main\n\n" +
			"Types: deb deb-src\nURIs: mirror+file:///etc/apt/mirrors/debian-security.list\nSuites: bookworm-security\nComponents: main\n"},
			deb("mirror+file:///etc/apt/mirrors/debian.list", "")},
		{"the same mirror twice", map[string]string{
			"sources.list":                  "deb http://a/debian bookworm main\n",
			"sources.list.d/debian.sources": "Types: deb\nURIs: http://a/debian\nSuites: bookworm\nComponents: main\n"},
			deb("http://a/debian", "")},
		{"other vendors", map[string]string{"sources.list.d/x.list": "deb [signed-by=/etc/apt/keyrings/docker.gpg] https://download.example/linux/debian bookworm stable\n" +
			"deb [signed-by=/usr/share/keyrings/vpn-archive-keyring.gpg] https://pkgs.example/stable/debian bookworm main\n" +
			"deb https://packages.example/debian bookworm stable\ndeb https://deb.example/node_20.x nodistro main\n",
			"sources.list.d/y.sources": "Types: deb\nURIs: https://y.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF/debian-archive\n -----END PGP PUBLIC KEY BLOCK-----\n"}, ""},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			etc := t.TempDir()
			for name, text := range c.files {
				write(t, filepath.Join(etc, name), text)
			}
			got, err := sourceLists(etc, "bookworm")
			if c.want == "" {
				if err == nil {
					t.Errorf("no error, but:\n%s", got)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("error %v, got:\n%s\nwant:\n%s", err, got, c.want)
			}
		})
	}
}

// FuzzSourceLists: whatever a file has, each stanza is ours and whole.
func FuzzSourceLists(f *testing.F) {
	f.Add("deb [a=b] http://a/debian b main", "Types: deb\nURIs: http://a/debian\n b\nComponents: main\n\n")
	f.Fuzz(func(t *testing.T, line, deb822 string) {
		etc := t.TempDir()
		write(t, filepath.Join(etc, "sources.list"), line)
		write(t, filepath.Join(etc, "sources.list.d", "a.sources"), deb822)
		out, err := sourceLists(etc, "bookworm")
		if err != nil {
			return
		}
		for _, s := range strings.Split(strings.TrimSuffix(string(out), "\n\n"), "\n\n") {
			lines := strings.Split(s, "\n")
			if len(lines) < 4 || len(lines) > 5 || lines[0] != "Types: deb-src" || lines[2] != "Suites: bookworm" || lines[3] != "Components: main" {
				t.Fatalf("stanza %q", s)
			}
		}
	})
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAptArgs(t *testing.T) {
	got, want := aptArgs("/d", []string{"source", "--download-only", "p=1"}), []string{
		"-q",
		"-o", "Dir::Etc::sourcelist=/d/src.sources", "-o", "Dir::Etc::sourceparts=-",
		"-o", "Dir::State=/d", "-o", "Dir::State::lists=/d/lists", "-o", "Dir::State::status=/dev/null",
		"-o", "Dir::Cache=/d/cache", "-o", "Acquire::Languages=none", "-o", "APT::Sandbox::User=",
		"source", "--download-only", "p=1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
