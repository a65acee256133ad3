// Package cpctest gives tests the shipped SmartCLOUD terms, and holds derivations
// to their figures.
package cpctest

import (
	"testing"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/shipped"
)

// Terms is the agreement with the choices; none keeps every default.
func Terms(t testing.TB, choices map[string]string) terms.Resolved {
	t.Helper()
	f, err := shipped.Load("cpc")
	if err != nil {
		t.Fatal(err)
	}
	r, err := terms.Resolve(f.Terms, choices)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Chosen is Terms with the choices as pairs of a reading and an option.
func Chosen(t testing.TB, pairs ...string) terms.Resolved {
	t.Helper()
	choices := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		choices[pairs[i]] = pairs[i+1]
	}
	return Terms(t, choices)
}

// At is an instant in Hong Kong, "2024-03-05 17:00".
func At(t testing.TB, s string) time.Time {
	t.Helper()
	hk, err := time.LoadLocation("Asia/Hong_Kong")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, hk)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// Explained fails the test when a derivation, computed again, gives another
// figure, or when it does not cite the clause.
func Explained(t testing.TB, e explain.Explanation, figure, clause string) {
	t.Helper()
	if err := explain.Check(e); err != nil {
		t.Errorf("derivation: %v\n%s", err, e)
	}
	if last, _ := e.Final(); last.Result != figure {
		t.Errorf("derivation gives %s, the figure is %s\n%s", last.Result, figure, e)
	}
	for _, c := range e.Citations() {
		if c.Clause == clause {
			return
		}
	}
	t.Errorf("%s is not cited in\n%s", clause, e)
}
