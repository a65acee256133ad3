// Package shippedtest gives tests the agreements that come with the suite, as
// they are read from their folders.
package shippedtest

import (
	"testing"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/shipped"
)

// Terms is the cpc agreement with the given choices, "reading=option" in pairs.
func Terms(t testing.TB, choices ...string) terms.Resolved {
	t.Helper()
	f, err := shipped.Load("cpc")
	if err != nil {
		t.Fatal(err)
	}
	chosen := map[string]string{}
	for i := 0; i+1 < len(choices); i += 2 {
		chosen[choices[i]] = choices[i+1]
	}
	r, err := terms.Resolve(f.Terms, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Explains fails unless the explanation evaluates to the value and cites the
// clause.
func Explains(t testing.TB, e explain.Explanation, want, clause string) {
	t.Helper()
	if err := explain.Check(e); err != nil {
		t.Errorf("the explanation does not hold: %v", err)
	}
	last, ok := e.Final()
	if !ok || last.Result != want {
		t.Errorf("explained %q, want %q", last.Result, want)
	}
	for _, c := range e.Citations() {
		if c.Clause == clause {
			return
		}
	}
	t.Errorf("%s is not cited: %v", clause, e.Citations())
}
