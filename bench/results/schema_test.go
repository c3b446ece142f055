package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tlslab/internal/testutil"
)

// schemaFile describes a results file for programs in other languages: it is made from the
// types and their comments.
const schemaFile = "schema.json"

// TestSchema: schema.json is what the types and their comments say.
func TestSchema(t *testing.T) {
	s := schemaOf{t, docComments(t), map[string]any{}}
	s.define(reflect.TypeFor[File]())
	all := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   fmt.Sprintf("results of tlslab, schema %d", Schema),
		"$ref":    "#/$defs/File",
		"$defs":   s.defs,
	}
	var b bytes.Buffer
	if err := encode(&b, all, "", " "); err != nil {
		t.Fatal(err)
	}
	testutil.Golden(t, schemaFile, append(b.Bytes(), '\n'))
}

// schemaOf makes a schema's definitions, one for each struct.
type schemaOf struct {
	t    *testing.T
	docs map[string]string // by "Type" and "Type.Field"
	defs map[string]any
}

func (s schemaOf) define(typ reflect.Type) {
	if _, done := s.defs[typ.Name()]; done {
		return
	}
	properties, required := map[string]any{}, []string{}
	def := map[string]any{"type": "object", "description": s.doc(typ.Name()), "additionalProperties": false}
	s.defs[typ.Name()] = def
	for f := range fields(typ) {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" || f.Type == reflect.TypeFor[*Work]() { // of no file
			continue
		}
		if tag == "" {
			s.t.Errorf("%s.%s has no name in JSON", typ.Name(), f.Name)
		}
		p := s.of(f.Type)
		p["description"] = s.doc(typ.Name() + "." + f.Name)
		properties[tag] = p
		if options != "omitempty" {
			required = append(required, tag)
		}
	}
	if schema, ok := properties["schema"].(map[string]any); ok {
		schema["const"] = Schema
	}
	def["properties"], def["required"] = properties, required
}

func fields(typ reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range typ.NumField() {
			if !yield(typ.Field(i)) {
				return
			}
		}
	}
}

func (s schemaOf) doc(name string) string {
	if s.docs[name] == "" {
		s.t.Errorf("%s has no comment", name)
	}
	return s.docs[name]
}

func (s schemaOf) of(typ reflect.Type) map[string]any {
	if typ == reflect.TypeFor[Call]() {
		var each []any
		for f := range fields(typ) {
			p := s.of(f.Type)
			p["title"], p["description"] = f.Name, s.doc("Call."+f.Name)
			each = append(each, p)
		}
		return map[string]any{"type": "array", "description": s.doc("Call"), "prefixItems": each, "minItems": len(each), "maxItems": len(each)}
	}
	switch typ.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return map[string]any{"type": "number", "minimum": 0}
	case reflect.Pointer:
		return s.of(typ.Elem())
	case reflect.Slice:
		return map[string]any{"type": "array", "items": s.of(typ.Elem())}
	case reflect.Array:
		return map[string]any{"type": "array", "items": s.of(typ.Elem()), "minItems": typ.Len(), "maxItems": typ.Len()}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(typ.Elem())}
	case reflect.Struct:
		s.define(typ)
		return map[string]any{"$ref": "#/$defs/" + typ.Name()}
	}
	s.t.Fatalf("%v has no place in a schema", typ)
	return nil
}

// docComments are those of the package's types and of their fields.
func docComments(t *testing.T) map[string]string {
	docs := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	text := func(g *ast.CommentGroup) string { return strings.Join(strings.Fields(g.Text()), " ") }
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			g, ok := n.(*ast.GenDecl)
			if !ok {
				return true
			}
			for _, spec := range g.Specs {
				typ, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				docs[typ.Name.Name] = text(g.Doc)
				if s, ok := typ.Type.(*ast.StructType); ok {
					for _, field := range s.Fields.List {
						for _, name := range field.Names {
							docs[typ.Name.Name+"."+name.Name] = text(field.Doc)
						}
					}
				}
			}
			return true
		})
	}
	return docs
}

// TestSchemaHolds: a validator that knows nothing of this package takes the
// golden file by schema.json, and takes no file with anything more, less or else.
func TestSchemaHolds(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join("testdata", JSONName))
	if err != nil {
		t.Fatal(err)
	}
	valid := func(data string) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	if err := valid(string(data)); err != nil {
		t.Error(err)
	}
	for old, other := range map[string]string{
		`"schema": 2`:      `"schema": 1`,
		`"seed": 1`:        `"seed": "1"`,
		`"machine"`:        `"device"`,
		`"refused":false`:  `"refused":0`,
		`[-1,1,1,1000]`:    `[-1,1,1]`,
		`"was": "2"`:       `"was": 2`,
		`"wasm-ops": 1000`: `"wasm-ops": 1.5`,
		`"rtt-us": 20000`:  `"rtt-ms": 20`,
	} {
		if bad := strings.Replace(string(data), old, other, 1); bad == string(data) || valid(bad) == nil {
			t.Errorf("%s for %s is taken, or the golden file has none", other, old)
		}
	}
}

// TestSampleIsWhole: the golden file has a value for every field that is
// written, so that no field escapes the schema and the reader.
func TestSampleIsWhole(t *testing.T) {
	data, err := sample().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	text, err := os.ReadFile(schemaFile)
	if err == nil {
		err = json.Unmarshal(text, &schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, def := range schema.Defs {
		for key := range def.Properties {
			if !bytes.Contains(data, []byte(fmt.Sprintf("%q:", key))) {
				t.Errorf("the sample has no %s of %s", key, name)
			}
		}
	}
}
