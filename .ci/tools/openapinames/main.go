// Command openapinames gives the documents of protoc-gen-openapiv3 the names that
// readers know, in place, so that they can be merged into one:
//
//   - tags and operations are named after a service alone, and every package has its
//     ChangeService: both get the package's name;
//   - the parameters of a path are called name, name_1, parent_2, customer.name: each
//     is renamed after its collection, `customers/{customer}`.
//
// Usage: openapinames FOLDER, which holds cloudpact/PACKAGE/v1/*.openapi.json.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: openapinames FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "openapinames:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".openapi.json") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) == 0 {
			return err
		}
		pkg := filepath.Base(filepath.Dir(filepath.Dir(path)))
		out, err := document(data, pkg)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return os.WriteFile(path, out, 0o644)
	})
}

// document renames in one document of a package.
func document(data []byte, pkg string) ([]byte, error) {
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}
	if err := doc.change("tags", func(v json.RawMessage) (json.RawMessage, error) { return tags(v, pkg) }); err != nil {
		return nil, err
	}
	if err := doc.change("paths", func(v json.RawMessage) (json.RawMessage, error) { return paths(v, pkg) }); err != nil {
		return nil, err
	}
	return doc.bytes(), nil
}

// tags renames the list of tags, {name, description} each.
func tags(raw json.RawMessage, pkg string) (json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for i := range list {
		tag, err := parse(list[i])
		if err != nil {
			return nil, err
		}
		if err := tag.change("name", func(v json.RawMessage) (json.RawMessage, error) { return serviceName(v, pkg) }); err != nil {
			return nil, err
		}
		list[i] = tag.bytes()
	}
	return json.Marshal(list)
}

// serviceName makes the full name of a service from its quoted own name.
func serviceName(quoted json.RawMessage, pkg string) (json.RawMessage, error) {
	var name string
	if err := json.Unmarshal(quoted, &name); err != nil {
		return nil, err
	}
	return quote("cloudpact." + pkg + ".v1." + name), nil
}

// paths renames parameters and operations; verbs of paths that become one are joined.
func paths(raw json.RawMessage, pkg string) (json.RawMessage, error) {
	old, err := parse(raw)
	if err != nil {
		return nil, err
	}
	var renamed object
	for _, m := range old {
		path, params := template(m.key)
		item, err := parse(m.value)
		if err != nil {
			return nil, err
		}
		for i := range item {
			if item[i].value, err = operation(item[i].value, pkg, params); err != nil {
				return nil, fmt.Errorf("%s %s: %w", item[i].key, m.key, err)
			}
		}
		if at := renamed.find(path); at >= 0 {
			before, err := parse(renamed[at].value)
			if err != nil {
				return nil, err
			}
			renamed[at].value = append(before, item...).bytes()
			continue
		}
		renamed = append(renamed, member{path, item.bytes()})
	}
	return renamed.bytes(), nil
}

// template renames the parameters of a path after the collections before them and
// tells what each is called now: "/v1/customers/{name}:end" has {name: customer}.
func template(path string) (string, map[string]string) {
	params := map[string]string{}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		from, verb, found := strings.Cut(strings.TrimPrefix(s, "{"), "}")
		if !found || !strings.HasPrefix(s, "{") || i == 0 {
			continue
		}
		to := singular(segments[i-1])
		params[from] = to
		segments[i] = "{" + to + "}" + verb
	}
	return strings.Join(segments, "/"), params
}

// singular is the name of one of a collection.
func singular(collection string) string {
	if stem, found := strings.CutSuffix(collection, "ies"); found {
		return stem + "y"
	}
	for _, stem := range []string{"ss", "ch"} {
		if strings.HasSuffix(collection, stem+"es") {
			return strings.TrimSuffix(collection, "es")
		}
	}
	if collection == "terms" {
		return collection
	}
	return strings.TrimSuffix(collection, "s")
}

// operation renames one verb of a path.
func operation(raw json.RawMessage, pkg string, params map[string]string) (json.RawMessage, error) {
	op, err := parse(raw)
	if err != nil {
		return nil, err
	}
	err = op.change("tags", func(v json.RawMessage) (json.RawMessage, error) {
		var names []json.RawMessage
		if err := json.Unmarshal(v, &names); err != nil {
			return nil, err
		}
		for i := range names {
			if names[i], err = serviceName(names[i], pkg); err != nil {
				return nil, err
			}
		}
		return json.Marshal(names)
	})
	if err != nil {
		return nil, err
	}
	err = op.change("operationId", func(v json.RawMessage) (json.RawMessage, error) {
		var id string
		err := json.Unmarshal(v, &id)
		return quote(pkg + "_" + id), err
	})
	if err != nil {
		return nil, err
	}
	if err := op.change("parameters", func(v json.RawMessage) (json.RawMessage, error) { return parameters(v, params) }); err != nil {
		return nil, err
	}
	return op.bytes(), nil
}

// parameters renames those of the path.
func parameters(raw json.RawMessage, names map[string]string) (json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for i := range list {
		var head struct{ Name, In string }
		if err := json.Unmarshal(list[i], &head); err != nil {
			return nil, err
		}
		if head.In != "path" {
			continue
		}
		to, found := names[head.Name]
		if !found {
			return nil, fmt.Errorf("parameter %q is not in the path", head.Name)
		}
		param, err := parse(list[i])
		if err != nil {
			return nil, err
		}
		param[param.find("name")].value = quote(to)
		list[i] = param.bytes()
	}
	return json.Marshal(list)
}

// member is one member of an object.
type member struct {
	key   string
	value json.RawMessage
}

// object is a JSON object in its own order.
type object []member

func parse(data []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("not an object: %.40s", data)
	}
	var o object
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{key: key.(string)}
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		o = append(o, m)
	}
	return o, nil
}

func (o object) find(key string) int {
	for i := range o {
		if o[i].key == key {
			return i
		}
	}
	return -1
}

// change replaces the value of a member, where there is one.
func (o object) change(key string, with func(json.RawMessage) (json.RawMessage, error)) error {
	at := o.find(key)
	if at < 0 {
		return nil
	}
	value, err := with(o[at].value)
	o[at].value = value
	return err
}

func (o object) bytes() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(m.key))
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func quote(s string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return bytes.TrimSpace(b.Bytes())
}
