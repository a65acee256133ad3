package load

import (
	"fmt"
	"strings"

	"cloudpact.dev/services/terms"
)

// Index finds clauses and policies in the files of a folder.
type Index struct {
	positions map[string]Position
	clauses   map[string]Position
	readings  map[string]Position
	policies  map[string][]Policy
}

// Policy is a place where a policy names a clause.
type Policy struct {
	Position
	// Name of the policy: its key, for example "interest". The pure core of the
	// service that executes it bears the same name.
	Name string
	// Path of the field, for example "interest.clause".
	Path string
}

func newIndex(t *terms.Terms, positions map[string]Position) *Index {
	x := &Index{
		positions: positions, clauses: map[string]Position{}, readings: map[string]Position{},
		policies: map[string][]Policy{},
	}
	for i, c := range t.Clauses {
		x.clauses[c.ID] = x.At(fmt.Sprintf("clauses[%d]", i))
	}
	for i, r := range t.Readings {
		x.readings[r.Name] = x.At(fmt.Sprintf("readings[%d]", i))
	}
	for _, ref := range terms.References(t) {
		x.policies[ref.Clause] = append(x.policies[ref.Clause], Policy{x.At(ref.Path), ref.Policy, ref.Path})
	}
	return x
}

// At is the position of a field by its path; where the field itself was not
// written, that of the nearest one around it.
func (x *Index) At(path string) Position {
	for path != "" {
		if p, ok := x.positions[path]; ok {
			return p
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return Position{}
}

// Clause is where a clause is written.
func (x *Index) Clause(id string) (Position, bool) {
	p, ok := x.clauses[id]
	return p, ok
}

// Reading is where a reading is written.
func (x *Index) Reading(name string) (Position, bool) {
	p, ok := x.readings[name]
	return p, ok
}

// Policies are the places where policies name a clause; none where no policy
// does.
func (x *Index) Policies(clause string) []Policy { return x.policies[clause] }
