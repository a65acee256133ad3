package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"cloudpact.dev/services/terms"
)

// decoder fills terms from YAML nodes and keeps the position of every field.
type decoder struct {
	file      string
	positions map[string]Position
	// tops is where each top-level key was read first.
	tops     map[string]Position
	problems Problems
}

// maxProblems keeps a broken file from filling a terminal.
const maxProblems = 100

func (d *decoder) fail(at Position, format string, args ...any) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, Problem{at, fmt.Sprintf(format, args...)})
	}
}

func (d *decoder) at(n *yaml.Node) Position { return Position{d.file, n.Line, n.Column} }

var yamlLine = regexp.MustCompile(`line (\d+)`)

// parse reads one document and refuses what the folder may not use. It is nil
// where the file was refused.
func (d *decoder) parse(data []byte) (root *yaml.Node) {
	defer func() {
		// The parser panics on some malformed input instead of returning an error.
		if r := recover(); r != nil {
			d.fail(Position{File: d.file}, "the file is no YAML: %v", r)
			root = nil
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			d.fail(Position{File: d.file, Line: 1, Column: 1}, "the file is empty")
			return nil
		}
		d.fail(d.syntax(err), "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if err := dec.Decode(&more); err == nil {
		d.fail(d.at(&more), "a file holds one document")
		return nil
	} else if !errors.Is(err, io.EOF) {
		d.fail(d.syntax(err), "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if len(doc.Content) != 1 || !d.allowed(doc.Content[0], 1) {
		return nil
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		d.fail(d.at(doc.Content[0]), "the file must be a mapping of keys such as clauses and interest")
		return nil
	}
	return doc.Content[0]
}

func (d *decoder) syntax(err error) Position {
	at := Position{File: d.file, Line: 1, Column: 1}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		at.Line, _ = strconv.Atoi(m[1])
	}
	return at
}

// plainTags are the tags that YAML gives a node by itself.
var plainTags = map[string]bool{
	"!!map": true, "!!seq": true, "!!str": true, "!!int": true, "!!float": true,
	"!!bool": true, "!!timestamp": true,
}

func (d *decoder) allowed(n *yaml.Node, depth int) bool {
	switch {
	case depth > MaxDepth:
		d.fail(d.at(n), "more than %d levels", MaxDepth)
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fail(d.at(n), "anchors and aliases are not read: write the value out")
	case n.Style&yaml.TaggedStyle != 0:
		d.fail(d.at(n), "tags such as %s are not read", n.Tag)
	case n.Tag == "!!merge":
		d.fail(d.at(n), "merge keys are not read: write the keys out")
	case n.Tag == "!!null":
		d.fail(d.at(n), "nothing is given here: leave the key out or give a value")
	case !plainTags[n.Tag]:
		d.fail(d.at(n), "a value of type %s is not read", n.Tag)
	case !utf8.ValidString(n.Value):
		d.fail(d.at(n), "the text is not UTF-8")
	default:
		ok := true
		for _, c := range n.Content {
			ok = d.allowed(c, depth+1) && ok
		}
		return ok
	}
	return false
}

// document merges one file into the terms.
func (d *decoder) document(root *yaml.Node, t reflect.Value) {
	seen := map[string]bool{}
	for i := 0; i < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		f, ok := d.key(k, t, seen)
		if !ok {
			continue
		}
		list := f.Kind() == reflect.Slice
		if first, again := d.tops[k.Value]; again && !list {
			d.fail(d.at(k), "the key %s stands in %s already", k.Value, first)
			continue
		}
		d.tops[k.Value] = d.at(k)
		d.value(v, f, k.Value)
		if !list {
			d.positions[k.Value] = d.at(k)
		}
	}
}

// key finds the field of a key; it refuses one twice and one that is not there.
func (d *decoder) key(k *yaml.Node, s reflect.Value, seen map[string]bool) (reflect.Value, bool) {
	if k.Kind != yaml.ScalarNode || k.Tag != "!!str" {
		d.fail(d.at(k), "a key must be a word")
		return reflect.Value{}, false
	}
	if seen[k.Value] {
		d.fail(d.at(k), "the key %s is there twice", k.Value)
		return reflect.Value{}, false
	}
	seen[k.Value] = true
	for i := range s.NumField() {
		if terms.Key(s.Type().Field(i)) == k.Value {
			return s.Field(i), true
		}
	}
	d.fail(d.at(k), "the key %s is not known here; known are %s", k.Value, keys(s.Type()))
	return reflect.Value{}, false
}

func keys(t reflect.Type) string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = terms.Key(t.Field(i))
	}
	return strings.Join(names, ", ")
}

// value decodes a node into a field of any of the types that terms are made of.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	d.positions[path] = d.at(n)
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		want := keys(v.Type())
		d.fail(d.at(n), "a mapping with keys of %s is wanted here", want)
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		if f, ok := d.key(k, v, seen); ok {
			d.value(n.Content[i+1], f, path+"."+k.Value)
		}
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(d.at(n), "a list is wanted here")
		return
	}
	for _, item := range n.Content {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(item, e, fmt.Sprintf("%s[%d]", path, v.Len()))
		v.Set(reflect.Append(v, e))
	}
}

// scalar takes the text of a number as it is written, so that 0.00 stays 0.00 and
// no decimal passes through a float.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.fail(d.at(n), "a single value is wanted here")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
		if n.Value == "" {
			d.fail(d.at(n), "the text is empty: leave the key out or give a value")
		}
	case reflect.Bool:
		if n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
			d.fail(d.at(n), "true or false is wanted here, not %q", n.Value)
			return
		}
		v.SetBool(n.Value == "true")
	case reflect.Int32:
		i, err := strconv.ParseInt(n.Value, 10, 32)
		if n.Tag != "!!int" || err != nil || strconv.FormatInt(i, 10) != n.Value {
			d.fail(d.at(n), "a whole number is wanted here, not %q", n.Value)
			return
		}
		v.SetInt(i)
	default:
		d.fail(d.at(n), "the field is of a type that cannot be read")
	}
}
