package commit_test

import (
	"context"
	"testing"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/fault"
)

// A connection that breaks in the middle of a group fails the group, keeps
// nothing of it, and is replaced.
func TestConnectionBreaks(t *testing.T) {
	if !dbtest.Full() {
		return // SQLite has no connection that could break
	}
	f := newFixture(t, dbtest.Postgres(t))
	ctx := context.Background()
	errs := f.together(
		func() error { return f.note(ctx, alice, "a") },
		func() error {
			return commit.Exec(ctx, f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
				_, err := tx.ExecContext(ctx, "select pg_terminate_backend(pg_backend_pid())")
				return err
			})
		},
		func() error { return f.note(ctx, alice, "b") },
	)
	for i, err := range errs {
		if !fault.Is(err, fault.ReasonUnavailable) {
			t.Errorf("operation %d: %v", i, err)
		}
	}
	if err := f.note(ctx, alice, "c"); err != nil {
		t.Errorf("after the outage: %v", err)
	}
	f.wantNotes("c")
}
