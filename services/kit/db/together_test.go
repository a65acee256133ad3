package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cloudpact.dev/services/kit/db"
)

func put(id string, count int) db.Statement {
	return db.Statement{
		Text: "insert into things (provider, id, at, price, count, version, body) values ($1, $2, $3, $4, $5, 1, '{}')",
		Args: []any{"p", id, db.Time(moment), db.Decimal("1.5"), count},
	}
}

func ids(t *testing.T, ctx context.Context, q db.Querier) []string {
	t.Helper()
	rows, err := db.QueryAll(ctx, q, "select id from things order by id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		out = append(out, id)
	}
	return out
}

func TestTogether(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		var changed int64
		var read []string
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			changed, read = 0, nil
			update := db.Statement{
				Text: "update things set version = 2 where provider = $1", Args: []any{"p"},
				Done: func(n int64) error { changed = n; return nil },
			}
			list := db.Statement{
				Text: "select id, at, price from things where version = $1 order by id", Args: []any{2},
				Row: func(scan func(into ...any) error) error {
					var id string
					var at db.Time
					var price db.Decimal
					err := scan(&id, &at, &price)
					if !at.Time().Equal(moment) || price != "1.5" {
						t.Errorf("%s: %v %v", id, at, price)
					}
					read = append(read, id)
					return err
				},
			}
			return tx.Together(ctx, put("a", 1), put("b", 2), update, list)
		})
		if changed != 2 || !slices.Equal(read, []string{"a", "b"}) || !slices.Equal(ids(t, ctx, d.Read()), read) {
			t.Errorf("%d changed, %v read, %v kept", changed, read, ids(t, ctx, d.Read()))
		}
	})
}

// A statement that fails, or whose outcome is refused, gives its error, and the
// transaction keeps nothing.
func TestTogetherFails(t *testing.T) {
	refused := errors.New("refused")
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			return tx.Together(ctx, put("a", 1), put("b", 1), put("c", 3))
		})
		if db.Class(err) != db.Unique {
			t.Errorf("the second of two equal rows: %v", err)
		}
		judged := put("d", 4)
		judged.Done = func(n int64) error { return refused }
		if err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return tx.Together(ctx, judged, put("e", 5)) }); !errors.Is(err, refused) {
			t.Errorf("a refused outcome: %v", err)
		}
		if got := ids(t, ctx, d.Read()); len(got) != 0 {
			t.Errorf("kept %v", got)
		}
	})
}

// What is put off runs before the next statement, or with the commit; with a
// rollback it never does.
func TestLater(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			if err := tx.Later(ctx, put("a", 1)); err != nil {
				return err
			}
			if got := ids(t, ctx, tx); !slices.Equal(got, []string{"a"}) {
				t.Errorf("within the transaction: %v", got)
			}
			return tx.Later(ctx, put("b", 2))
		})
		tx, err := d.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(tx.Later(ctx, put("c", 3)), tx.Rollback(ctx)); err != nil {
			t.Fatal(err)
		}
		if got := ids(t, ctx, d.Read()); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("kept %v", got)
		}
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if tx.Dialect() == db.SQLite {
				return tx.Later(ctx, put("d", 4), put("e", 1))
			}
			if err := tx.Later(ctx, put("d", 4), put("e", 1)); err != nil {
				t.Errorf("before its time: %v", err)
			}
			return nil // the commit fails
		})
		if db.Class(err) != db.Unique {
			t.Errorf("what was put off meets a row: %v", err)
		}
		if got := ids(t, ctx, d.Read()); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("kept %v", got)
		}
		if err := tx.Together(ctx, put("f", 6)); err == nil {
			t.Error("a statement after the end")
		}
	})
}
