// Package cpctest gives the ledger's tests the shipped cpc agreement.
package cpctest

import (
	"testing"

	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/shipped"
)

// Terms is the agreement with the given choices; nil chooses every default.
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
