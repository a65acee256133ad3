package deadline_test

import (
	"strings"
	"testing"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
)

// With many deadlines due at one instant, a page of them must not cost a sort
// of all of them.
func TestDuePagesAreReadInOrder(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		if f.db.Dialect() == db.Postgres {
			return // its planner decides by sizes, which a test does not have
		}
		rows, err := f.db.Read().QueryContext(f.ctx, "explain query plan "+deadline.DueText, "acme", "9", 4, "0", "", "", 256)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			t.Log(detail)
			if strings.Contains(detail, "TEMP B-TREE") || !strings.Contains(detail, "deadlines_due_ix") {
				t.Errorf("the plan is: %s", detail)
			}
		}
	})
}
