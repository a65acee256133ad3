package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// file is a koanf.Provider that reads YAML and knows where each key stands.
type file struct {
	path  string
	known []leaf
}

// ReadBytes implements koanf.Provider.
func (f file) ReadBytes() ([]byte, error) { return os.ReadFile(f.path) }

// Read implements koanf.Provider.
func (f file) Read() (map[string]any, error) {
	body, err := f.ReadBytes()
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", f.path, err)
	}
	out := map[string]any{}
	if len(doc.Content) == 0 {
		return out, nil // nothing but comments
	}
	if errs := f.unknown(doc.Content[0], ""); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if err := doc.Decode(&out); err != nil {
		return nil, fmt.Errorf("configuration %s: %w", f.path, err)
	}
	return out, nil
}

// unknown finds keys that are neither a leaf nor lead to one.
func (f file) unknown(n *yaml.Node, path string) []error {
	if n.Kind != yaml.MappingNode {
		return []error{fmt.Errorf("configuration %s:%d: %s needs keys below it", f.path, n.Line, orTop(path))}
	}
	var errs []error
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := join(path, name.Value)
		leads := slices.ContainsFunc(f.known, func(l leaf) bool { return strings.HasPrefix(l.key, key+".") })
		is := slices.ContainsFunc(f.known, func(l leaf) bool { return l.key == key })
		switch {
		case is:
		case leads:
			errs = append(errs, f.unknown(value, key)...)
		default:
			errs = append(errs, fmt.Errorf("configuration %s:%d: unknown key %s%s", f.path, name.Line, key, f.hint(key)))
		}
	}
	return errs
}

func orTop(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func (f file) hint(key string) string {
	return hint(key, f.known, func(l leaf) string { return l.key })
}

// hint names the known word that is nearest, if one is near.
func hint(word string, known []leaf, of func(leaf) string) string {
	best, at := "", len(word)/3+2
	for _, l := range known {
		if d := distance(word, of(l)); d < at {
			best, at = of(l), d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance counts the letters to change, add or drop between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost = 1 + min(before, row[j], row[j+1])
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// environ is a koanf.Provider that reads environment variables.
type environ struct {
	pairs []string
	known []leaf
}

// ReadBytes implements koanf.Provider; the environment has no bytes of its own.
func (environ) ReadBytes() ([]byte, error) {
	return nil, errors.New("the environment is read by Read")
}

// Read implements koanf.Provider. Variables of tests (CLOUDPACT_TEST...) are not
// configuration.
func (e environ) Read() (map[string]any, error) {
	out := map[string]any{}
	var errs []error
	for _, pair := range e.pairs {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, Prefix+"_") || strings.HasPrefix(name, Prefix+"_TEST") {
			continue
		}
		i := slices.IndexFunc(e.known, func(l leaf) bool { return Env(l.key) == name })
		if i < 0 {
			errs = append(errs, fmt.Errorf("environment: unknown variable %s%s", name, hint(name, e.known, func(l leaf) string { return Env(l.key) })))
			continue
		}
		v, err := e.known[i].parse(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("environment: %s is to be a %s: %w", name, e.known[i].kind(), err))
			continue
		}
		put(out, strings.Split(e.known[i].key, "."), v)
	}
	return out, errors.Join(errs...)
}

func put(m map[string]any, path []string, v any) {
	for _, p := range path[:len(path)-1] {
		next, ok := m[p].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[p] = next
		}
		m = next
	}
	m[path[len(path)-1]] = v
}
