package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
)

// thing is a row with every kind of column that kit offers.
type thing struct {
	Provider string     `json:"provider"`
	ID       string     `json:"id"`
	At       time.Time  `json:"at"`
	Price    db.Decimal `json:"price"`
	Count    int64      `json:"count"`
	Version  int64      `json:"version"`
	Tags     []string   `json:"tags,omitempty"`
}

var things = db.Table[thing]{
	Name: "things",
	Key:  []string{"provider", "id"},
	Columns: []db.Column[thing]{
		{Name: "provider", Value: func(x thing) any { return x.Provider }},
		{Name: "id", Value: func(x thing) any { return x.ID }},
		{Name: "at", Value: func(x thing) any { return db.Time(x.At) }},
		{Name: "price", Value: func(x thing) any { return x.Price }},
		{Name: "count", Value: func(x thing) any { return x.Count }},
		{Name: "version", Value: func(x thing) any { return x.Version }},
	},
}

var schema = fstest.MapFS{
	"sqlite/00001_things.sql": {Data: []byte(`-- +goose Up
create table things (provider text not null, id text not null, at text, price text, count integer not null,
  version integer not null, body text not null,
  constraint things_pk primary key (provider, id), constraint things_count_uq unique (count),
  constraint things_count_ck check (count >= 0)) strict;
create table parts (thing_provider text not null, thing text not null,
  constraint parts_thing_fk foreign key (thing_provider, thing) references things (provider, id)) strict;
`)},
	"postgres/00001_things.sql": {Data: []byte(`-- +goose Up
create table things (provider text not null, id text not null, at timestamptz, price numeric(38,18), count bigint not null,
  version bigint not null, body jsonb not null,
  constraint things_pk primary key (provider, id), constraint things_count_uq unique (count),
  constraint things_count_ck check (count >= 0));
create table parts (thing_provider text not null, thing text not null,
  constraint parts_thing_fk foreign key (thing_provider, thing) references things (provider, id));
`)},
}

func each(t *testing.T, fn func(t *testing.T, ctx context.Context, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(context.Background(), schema); err != nil {
			t.Fatal(err)
		}
		fn(t, context.Background(), d)
	})
}

// must runs fn in one transaction.
func must(t *testing.T, d *db.DB, fn func(ctx context.Context, tx db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

var moment = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

func TestTableKeepsWhatItIsGiven(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		in := thing{"p", "a", moment, "0.100000000000000005", 7, 1, []string{"x"}}
		must(t, d, func(ctx context.Context, tx db.Tx) error { return things.Insert(ctx, tx, in) })
		got, found, err := things.Get(ctx, d.Read(), "p", "a")
		if err != nil || !found {
			t.Fatalf("get: %v, found %v", err, found)
		}
		if got.Price != in.Price || !got.At.Equal(in.At) || got.Count != 7 || len(got.Tags) != 1 {
			t.Errorf("got %+v, want %+v", got, in)
		}
		// The columns hold the same as the body.
		var at db.Time
		var price db.Decimal
		err = d.Read().QueryRowContext(ctx, "select at, price from things where id = $1", "a").Scan(&at, &price)
		if err != nil || !at.Time().Equal(moment) || price != in.Price {
			t.Errorf("columns: %v %v, %v", at, price, err)
		}
		if _, found, err := things.Get(ctx, d.Read(), "p", "b"); found || err != nil {
			t.Errorf("a row that is not there: found %v, %v", found, err)
		}
	})
}

func TestTableConflicts(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			if err := things.Insert(ctx, tx, thing{Provider: "p", ID: "a", Count: 1, Version: 1}); err != nil {
				return err
			}
			// Neither conflict spoils the transaction: what follows still works.
			for _, x := range []thing{{Provider: "p", ID: "a", Count: 2}, {Provider: "p", ID: "b", Count: 1}} {
				if err := things.Insert(ctx, tx, x); !errors.Is(err, db.ErrExists) {
					t.Errorf("insert of %s: %v", x.ID, err)
				}
			}
			changed := thing{Provider: "p", ID: "a", Count: 5, Version: 2}
			if err := things.Update(ctx, tx, changed, 9); !errors.Is(err, db.ErrStale) {
				t.Errorf("update of another version: %v", err)
			}
			if err := things.Update(ctx, tx, changed, 1); err != nil {
				return err
			}
			return things.Upsert(ctx, tx, thing{Provider: "p", ID: "c", Count: 6, Version: 1})
		})
		all, err := things.Select(ctx, d.Read(), "where provider = $1 order by count limit $2", "p", 10)
		if err != nil || len(all) != 2 || all[0].Count != 5 || all[1].ID != "c" {
			t.Fatalf("got %+v, %v", all, err)
		}
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			if err := things.Upsert(ctx, tx, thing{Provider: "p", ID: "c", Count: 8, Version: 2}); err != nil {
				return err
			}
			gone, err := things.Delete(ctx, tx, "p", "a")
			again, err2 := things.Delete(ctx, tx, "p", "a")
			if !gone || again {
				t.Errorf("delete: %v, then %v", gone, again)
			}
			return errors.Join(err, err2)
		})
		all, err = things.Select(ctx, d.Read(), "")
		if err != nil || len(all) != 1 || all[0].Count != 8 {
			t.Fatalf("got %+v, %v", all, err)
		}
	})
}

func TestInsertAll(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		var many []thing
		for i := range 333 {
			many = append(many, thing{Provider: "p", ID: strings.Repeat("x", i+1), At: moment, Price: "1.5", Count: int64(i)})
		}
		must(t, d, func(ctx context.Context, tx db.Tx) error { return things.InsertAll(ctx, tx, many) })
		var n, sum int64
		err := d.Read().QueryRowContext(ctx, "select count(*), sum(count) from things").Scan(&n, &sum)
		if err != nil || n != 333 || sum != 332*333/2 {
			t.Fatalf("%d rows, sum %d, %v", n, sum, err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			return things.InsertAll(ctx, tx, []thing{{Provider: "q", ID: "new", Count: 900}, many[0]})
		})
		if !errors.Is(err, db.ErrExists) {
			t.Errorf("a row that is there: %v", err)
		}
		if _, found, _ := things.Get(ctx, d.Read(), "q", "new"); found {
			t.Error("the refused insert kept a row")
		}
	})
}

func TestClass(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			return things.Insert(ctx, tx, thing{Provider: "p", ID: "a", Count: 1})
		})
		const insert = "insert into things (provider, id, count, version, body) values "
		for _, c := range []struct {
			name, text string
			want       db.ErrorClass
		}{
			{"primary key", insert + "('p', 'a', 2, 1, '{}')", db.Unique},
			{"unique", insert + "('p', 'b', 1, 1, '{}')", db.Unique},
			{"check", insert + "('p', 'b', -1, 1, '{}')", db.Check},
			{"not null", insert + "('p', null, 3, 1, '{}')", db.Check},
			{"foreign key", "insert into parts (thing_provider, thing) values ('p', 'z')", db.ForeignKey},
			{"wrong text", "selec 1", db.Other},
			{"no table", "select 1 from nothing", db.Other},
		} {
			err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
				_, err := tx.ExecContext(ctx, c.text)
				return err
			})
			if got := db.Class(err); got != c.want {
				t.Errorf("%s: class %d, want %d (%v)", c.name, got, c.want, err)
			}
		}
		_, err := d.Read().ExecContext(ctx, "insert into parts (thing_provider, thing) values ('p', 'a')")
		if err == nil {
			t.Error("a write through the readers was accepted")
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if got := db.Class(d.Write(ended, func(context.Context, db.Tx) error { return nil })); got != db.Canceled {
			t.Errorf("ended context: class %d", got)
		}
	})
}

// A value of the wrong type is refused on both, and time compares as time.
func TestColumnTypes(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		zone := time.FixedZone("HKT", 8*3600)
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			return errors.Join(
				things.Insert(ctx, tx, thing{Provider: "p", ID: "early", At: moment.Add(-time.Microsecond), Count: 1}),
				things.Insert(ctx, tx, thing{Provider: "p", ID: "same", At: moment.In(zone), Count: 2}),
				things.Insert(ctx, tx, thing{Provider: "p", ID: "never", Count: 3}),
			)
		})
		got, err := things.Select(ctx, d.Read(), "where at >= $1 order by at", db.Time(moment))
		if err != nil || len(got) != 1 || got[0].ID != "same" {
			t.Errorf("at or after: %+v, %v", got, err)
		}
		var at db.Time
		if err := d.Read().QueryRowContext(ctx, "select at from things where id = 'never'").Scan(&at); err != nil || !at.Time().IsZero() {
			t.Errorf("NULL: %v, %v", at, err)
		}
		err = d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, "insert into things (provider, id, count, version, body) values ('p', 'x', $1, 1, '{}')", "notanint")
			return err
		})
		if err == nil {
			t.Error("text was accepted as a number")
		}
	})
}

func TestWriteKeepsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		stop := errors.New("stop")
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if err := things.Insert(ctx, tx, thing{Provider: "p", ID: "a", Count: 1}); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if _, found, _ := things.Get(ctx, d.Read(), "p", "a"); found {
			t.Error("a failed write kept a row")
		}
		tx, err := d.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(tx.Rollback(ctx), tx.Rollback(ctx)); err != nil {
			t.Errorf("a second rollback: %v", err)
		}
		if _, err := tx.ExecContext(ctx, "select 1"); err == nil {
			t.Error("an ended transaction runs statements")
		}
		if err := tx.QueryRowContext(ctx, "select 1").Scan(new(int)); err == nil {
			t.Error("an ended transaction runs queries")
		}
	})
}

func TestSavepoint(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		tx, err := d.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(ctx)
		if err := things.Insert(ctx, tx, thing{Provider: "p", ID: "kept", Count: 1}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Savepoint(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(ctx, "insert into things (provider) values ('incomplete')"); err == nil {
			t.Fatal("an incomplete row was accepted")
		}
		if err := errors.Join(tx.RollbackTo(ctx), tx.Commit(ctx)); err != nil {
			t.Fatal(err)
		}
		all, err := things.Select(ctx, d.Read(), "")
		if err != nil || len(all) != 1 || all[0].ID != "kept" {
			t.Errorf("got %+v, %v", all, err)
		}
	})
}

// Rows of the same text may be open twice in one transaction.
func TestNestedQueries(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			return things.InsertAll(ctx, tx, []thing{{ID: "a", Count: 1}, {ID: "b", Count: 2}, {ID: "c", Count: 3}})
		})
		if d.Dialect() == db.Postgres {
			return // one PostgreSQL connection reads one result at a time
		}
		seen := 0
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			const text = "select id from things order by id"
			outer, err := tx.QueryContext(ctx, text)
			if err != nil {
				return err
			}
			defer outer.Close()
			for outer.Next() {
				inner, err := tx.QueryContext(ctx, text)
				if err != nil {
					return err
				}
				for inner.Next() {
					seen++
				}
				inner.Close()
			}
			return outer.Err()
		})
		if seen != 9 {
			t.Errorf("saw %d pairs, want 9", seen)
		}
	})
}

func TestConcurrentWriters(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		must(t, d, func(ctx context.Context, tx db.Tx) error {
			return things.Insert(ctx, tx, thing{Provider: "p", ID: "sum", Count: 0, Version: 1})
		})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
					_, err := tx.ExecContext(ctx, "update things set count = count + 1 where id = 'sum'")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int64
		if err := d.Read().QueryRowContext(ctx, "select count from things where id = 'sum'").Scan(&n); err != nil || n != 50 {
			t.Errorf("count %d, %v", n, err)
		}
	})
}

func TestSnapshotStandsStill(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB) {
		err := d.Snapshot(ctx, func(ctx context.Context, q db.Querier) error {
			before, err := things.Select(ctx, q, "")
			if err != nil {
				return err
			}
			must(t, d, func(ctx context.Context, tx db.Tx) error {
				return things.Insert(ctx, tx, thing{ID: "late", Count: 1})
			})
			after, err := things.Select(ctx, q, "")
			if len(before) != len(after) {
				t.Errorf("saw %d rows, then %d", len(before), len(after))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
