package tariff

import (
	"slices"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Cite names a clause with those of the readings that rest on it; the others
// decided nothing about this clause.
func Cite(r terms.Resolved, clause string, readings ...string) explain.Citation {
	kept := make([]string, 0, len(readings))
	for _, name := range readings {
		if rd, ok := r.Reading(name); ok && (len(rd.Clauses) == 0 || slices.Contains(rd.Clauses, clause)) {
			kept = append(kept, name)
		}
	}
	return r.Cite(clause, kept...)
}

// Rounded names the clause on which a rounded figure rests, with the reading that
// decided how money is rounded; that reading's own clause where it is another.
func Rounded(r terms.Resolved, clause string, readings ...string) []explain.Citation {
	out := []explain.Citation{Cite(r, clause, readings...)}
	_, name := r.MoneyMode()
	rd, ok := r.Reading(name)
	switch {
	case !ok:
		return out
	case len(rd.Clauses) == 0 || slices.Contains(rd.Clauses, clause):
		return []explain.Citation{Cite(r, clause, append(readings, name)...)}
	}
	return append(out, r.Cite(rd.Clauses[0], name))
}
