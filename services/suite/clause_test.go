package main

import (
	"bytes"
	"os"
	"testing"

	"cloudpact.dev/services/suite/internal/clause"
	"cloudpact.dev/services/terms/shipped"
)

// unbuilt are policies that are written down and not executed yet: claims
// against the provider.
var unbuilt = map[string]bool{"liability": true}

// TestEveryBuiltClauseHasItsRooms looks up every executable clause that a policy
// carries: it has to lead to the policy's line and to a pure core.
func TestEveryBuiltClauseHasItsRooms(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := clause.Root(dir)
	if root == "" {
		t.Fatal("the repository is not around this folder")
	}
	built := 0
	for _, a := range shipped.All() {
		folder, err := shipped.Load(a.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range folder.Terms.Clauses {
			if !c.Executable || len(folder.Index.Policies(c.ID)) == 0 {
				continue
			}
			built++
			card, err := clause.Find(root, c.ID)
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			if waits := onlyUnbuilt(card.Policies); waits != (len(card.Cores) == 0) || card.Written == "" {
				t.Errorf("%s: policies %v, cores %v, written %q", c.ID, card.Policies, card.Cores, card.Written)
			}
			var b bytes.Buffer
			if err := card.Write(&b); err != nil || !bytes.Contains(b.Bytes(), []byte(c.Title)) {
				t.Errorf("%s prints %q, %v", c.ID, b.String(), err)
			}
		}
	}
	if built < 100 {
		t.Errorf("only %d clauses are built", built)
	}
}

func onlyUnbuilt(ps []clause.Policy) bool {
	for _, p := range ps {
		if !unbuilt[p.Name] {
			return false
		}
	}
	return true
}
