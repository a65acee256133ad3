package terms

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sort"
)

// Canonical is the revision as canonical JSON: fields in the order of the
// structs, zero values left out, clauses and readings in the order of their ids.
// Two folders that say the same give the same bytes, however their files are cut.
func Canonical(t *Terms) ([]byte, error) {
	c := *t
	c.Clauses = slices.Clone(t.Clauses)
	sort.SliceStable(c.Clauses, func(i, j int) bool { return c.Clauses[i].ID < c.Clauses[j].ID })
	c.Readings = slices.Clone(t.Readings)
	sort.SliceStable(c.Readings, func(i, j int) bool { return c.Readings[i].Name < c.Readings[j].Name })
	return json.Marshal(&c)
}

// Hash is "sha256:" and the hexadecimal digest of the canonical JSON: the name
// of a revision's content, which decisions keep.
func Hash(t *Terms) (string, error) {
	b, err := Canonical(t)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Clause is a clause by its id.
func (t *Terms) Clause(id string) (Clause, bool) {
	for _, c := range t.Clauses {
		if c.ID == id {
			return c, true
		}
	}
	return Clause{}, false
}

// Reading is a reading by its name.
func (t *Terms) Reading(name string) (Reading, bool) {
	for _, r := range t.Readings {
		if r.Name == name {
			return r, true
		}
	}
	return Reading{}, false
}

// Kind is a kind of service by its code.
func (t *Terms) Kind(code string) (Kind, bool) {
	for _, k := range t.Kinds {
		if k.Code == code {
			return k, true
		}
	}
	return Kind{}, false
}
