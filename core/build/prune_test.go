package build

import (
	"strings"
	"testing"
)

func TestPrune(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"prototypes":        {"int f(int a);\nint g(void);\nint h(void) { return g(); }", "int g(void);\nint h(void) { return g(); }\n"},
		"typedef chain":     {"typedef unsigned long size_t;\ntypedef size_t n_t;\ntypedef int other_t;\nn_t x;", "typedef unsigned long size_t;\ntypedef size_t n_t;\nn_t x;\n"},
		"typedef struct":    {"typedef struct a { int b; } a;\ntypedef struct c { int d; } e;\nstruct c y;", "typedef struct c { int d; } e;\nstruct c y;\n"},
		"function type":     {"typedef int (*cb)(void *, int);\ntypedef int (*db)(void);\ncb x;", "typedef int (*cb)(void *, int);\ncb x;\n"},
		"enum by constant":  {"typedef enum { A, B = 2 } ab;\ntypedef enum { C } cd;\nenum { D, E };\nint x = B + E;", "typedef enum { A, B = 2 } ab;\nenum { D, E };\nint x = B + E;\n"},
		"inner enum":        {"struct s { enum { IN } k; };\nstruct t { enum e { OUT } k; };\nint x = IN;", "struct s { enum { IN } k; };\nint x = IN;\n"},
		"inline":            {"static inline int f(void) { return 1; }\nstatic inline int g(void) { return 2; }\nint x(void) { return g(); }", "static inline int g(void) { return 2; }\nint x(void) { return g(); }\n"},
		"static stays":      {"static int f(void) { return 1; }", "static int f(void) { return 1; }\n"},
		"extern":            {"extern const int a;\nextern int b[2];\nint *x = b;", "extern int b[2];\nint *x = b;\n"},
		"two names":         {"extern int a, b;\ntypedef int c, d;", "extern int a, b;\ntypedef int c, d;\n"},
		"forward":           {"struct a;\nstruct b;\nstruct a *x;", "struct a;\nstruct a *x;\n"},
		"type and variable": {"struct { enum { A } k; } v;\nstruct s { int a; } w;", "struct { enum { A } k; } v;\nstruct s { int a; } w;\n"},
		"attributes":        {"int f(void) __attribute__((warn_unused_result));\nint g(void) __attribute__((alias(\"h\")));\nstruct __attribute__((packed)) p { int a; };\nstruct p q;", "int g(void) __attribute__((alias(\"h\")));\nstruct __attribute__((packed)) p { int a; };\nstruct p q;\n"},
		"function pointer":  {"extern void *(*alloc)(size_t);\nint (*p)(void) = 0;", "extern void *(*alloc)(size_t);\nint (*p)(void) = 0;\n"},
		"pragma":            {"#pragma GCC diagnostic push\nint f(void);\nint g(void) { return 0; }", "#pragma GCC diagnostic push\nint g(void) { return 0; }\n"},
		"strings":           {"int f(void);\nconst char *s = \"}; f(\"; char c = '\"';", "const char *s = \"}; f(\";\nchar c = '\"';\n"},
		"tentative":         {"int a;\nstatic const int b[2] = { 1, 2 };", "int a;\nstatic const int b[2] = { 1, 2 };\n"},
		"unfinished":        {"int f(void);\nint g(", "int g(\n"},
		"static assertion":  {"typedef int u;\n_Static_assert(sizeof(u) == 4, \"\");", "typedef int u;\n_Static_assert(sizeof(u) == 4, \"\");\n"},
		"empty":             {"", ""},
	} {
		if got := string(prune([]byte(c.in))); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func FuzzPrune(f *testing.F) {
	for _, s := range []string{"typedef struct { int a; } b;", "int f(void) { return 0; }", "}}}};;(", "static inline x(){", "enum{A", "\"\\", "__attribute__((", "#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := prune([]byte(s))
		for _, d := range declarations([]byte(s)) {
			if len(d.declares) == 0 && !strings.Contains(string(once), string(d.text)) {
				t.Errorf("%q lost %q", s, d.text)
			}
		}
	})
}
