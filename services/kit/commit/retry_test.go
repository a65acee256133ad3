package commit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
)

var serialization = &pgconn.PgError{Code: "40001", Message: "could not serialize access"}

// The database's wish to have the group run again is granted, and each
// operation counts once.
func TestGroupIsRunAgain(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		left := 3
		f.log.failing(func([]commit.Entry) error {
			if left--; left >= 0 {
				return fmt.Errorf("append: %w", serialization)
			}
			return nil
		})
		ran := 0
		errs := f.together(
			func() error { return f.note(context.Background(), alice, "a") },
			func() error {
				return commit.Exec(request("r1", "h"), f.c, bob, func(ctx context.Context, tx *commit.Tx) error {
					ran++
					return note(ctx, tx, "b")
				})
			},
		)
		noErrors(t, errs)
		if ran != 4 {
			t.Errorf("the operation ran %d times, want 4", ran)
		}
		f.wantNotes("a", "b")
	})
}

func TestOperationMeetsASerializationFailure(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ran := 0
		err := commit.Exec(context.Background(), f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
			if err := note(ctx, tx, "a"); err != nil {
				return err
			}
			if ran++; ran < 3 {
				return fmt.Errorf("read: %w", serialization)
			}
			return nil
		})
		if err != nil || ran != 3 {
			t.Errorf("ran %d times, %v", ran, err)
		}
		f.wantNotes("a")
	})
}

func TestGivesUpInTheEnd(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.log.failing(func([]commit.Entry) error { return serialization })
		err := f.note(context.Background(), alice, "a")
		if !fault.Is(err, fault.ReasonUnavailable) || fault.From(err).Retry == 0 {
			t.Errorf("got %v", err)
		}
		f.log.failing(nil)
		f.wantNotes()
		if err := f.note(context.Background(), alice, "a"); err != nil {
			t.Error(err)
		}
	})
}

// What only one operation's rows cause fails that one, even when it shows as
// late as with the group's own writes.
func TestCulpritIsFoundAlone(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.log.failing(func(entries []commit.Entry) error {
			for _, e := range entries {
				if e.Subject == "culprit" {
					return errors.New("value out of range")
				}
			}
			return nil
		})
		errs := f.together(
			func() error { return f.note(context.Background(), alice, "a") },
			func() error { return f.note(context.Background(), alice, "culprit") },
			func() error { return f.note(context.Background(), bob, "b") },
		)
		if errs[0] != nil || errs[2] != nil || !fault.Is(errs[1], fault.ReasonInternal) {
			t.Fatal(errs)
		}
		f.wantNotes("a", "b")
	})
}

// Two processes on one database decide on the same customers in turn.
func TestRivalProcess(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		rival := commit.New(f.db, f.feed, f.clocks, commit.Options{})
		defer rival.Close()
		f.write(func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, "insert into notes (id, n) values ('sum', 0)")
			return err
		})
		add := func(c *commit.Committer) error {
			return commit.Exec(context.Background(), c, alice, func(ctx context.Context, tx *commit.Tx) error {
				var n int
				if err := tx.QueryRowContext(ctx, "select n from notes where id = 'sum'").Scan(&n); err != nil {
					return err
				}
				_, err := tx.ExecContext(ctx, "update notes set n = $1 where id = 'sum'", n+1)
				return err
			})
		}
		errs := make(chan error)
		for _, c := range []*commit.Committer{f.c, rival} {
			for range 10 {
				go func() {
					for range 4 {
						errs <- add(c)
					}
				}()
			}
		}
		for range 80 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if rows, _ := f.notes(); rows["sum"] != 80 {
			t.Errorf("80 additions made %d", rows["sum"])
		}
	})
}

// The same request through two processes is done once.
func TestRivalProcessSameRequest(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		rival := commit.New(f.db, f.feed, f.clocks, commit.Options{})
		defer rival.Close()
		for i := range 20 {
			id := fmt.Sprint(i)
			errs := make(chan error)
			for _, c := range []*commit.Committer{f.c, rival} {
				go func() {
					errs <- commit.Exec(request(id, "h"), c, alice, func(ctx context.Context, tx *commit.Tx) error {
						return note(ctx, tx, id)
					})
				}()
			}
			if err := errors.Join(<-errs, <-errs); err != nil {
				t.Error(err)
			}
		}
		if rows, changes := f.notes(); len(rows) != 20 || len(changes) != 20 {
			t.Errorf("%d rows, %d changes", len(rows), len(changes))
		}
	})
}
