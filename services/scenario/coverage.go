package scenario

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Coverage is what scenarios have shown so far: a committed file that may only
// grow.
type Coverage struct {
	// Clauses cited by a scenario and returned by an answer.
	Clauses []string `yaml:"clauses"`
	// Methods called.
	Methods []string `yaml:"methods"`
	// Reasons refused with.
	Reasons []string `yaml:"reasons"`
}

// Add counts a run: the clauses that its file cites, its methods and reasons.
func (c *Coverage) Add(f *File, r *Result) {
	c.Clauses = union(c.Clauses, f.Cites)
	c.Methods = union(c.Methods, r.Methods)
	c.Reasons = union(c.Reasons, r.Reasons)
}

// Lost lists what is in the old coverage and not in this one.
func (c *Coverage) Lost(old *Coverage) []string {
	var out []string
	for _, part := range []struct {
		kind     string
		was, now []string
	}{{"clause", old.Clauses, c.Clauses}, {"method", old.Methods, c.Methods}, {"reason", old.Reasons, c.Reasons}} {
		for _, x := range part.was {
			if !slices.Contains(part.now, x) {
				out = append(out, fmt.Sprintf("%s %s", part.kind, x))
			}
		}
	}
	return out
}

// ReadCoverage reads a coverage file; none is an empty coverage.
func ReadCoverage(path string) (*Coverage, error) {
	c := &Coverage{}
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	return c, yaml.Unmarshal(data, c)
}

// Write writes the coverage file.
func (c *Coverage) Write(path string) error {
	data, err := yaml.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

func union(a, b []string) []string {
	set := map[string]bool{}
	for _, x := range append(slices.Clone(a), b...) {
		set[x] = true
	}
	return slices.Sorted(maps.Keys(set))
}
