package commit_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
)

const callers = 256

// BenchmarkCommit measures what 256 callers get: items per second, and the
// 50th and 99th of 100 waits. Durability is that of production.
func BenchmarkCommit(b *testing.B) {
	kinds := []struct {
		name string
		call func(r *rig, n int64) error
	}{
		{"one-row", (*rig).oneRow},
		{"four-row", (*rig).fourRows},
		{"row+journal+change+request", (*rig).mutation},
		{"batch-one-row", (*rig).batched},
		{"batch-row+change", (*rig).batchedChange},
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		if engine == "postgres" && !dbtest.Full() {
			continue
		}
		for _, k := range kinds {
			b.Run(engine+"/"+k.name, func(b *testing.B) { measure(b, newRig(b, engine), k.call) })
		}
		b.Run(engine+"/alone-four-row", func(b *testing.B) { alone(b, newRig(b, engine)) })
	}
}

func measure(b *testing.B, r *rig, call func(r *rig, n int64) error) {
	var next atomic.Int64
	var mu sync.Mutex
	var waits []time.Duration
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			var mine []time.Duration
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					break
				}
				elapsed := clock.Stopwatch()
				if err := call(r, n); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, elapsed())
			}
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, mine...)
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(waits)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
}

func alone(b *testing.B, r *rig) {
	for n := range b.N {
		if err := r.fourRows(int64(n)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

// rig is a committer with a table to write to.
type rig struct {
	c       *commit.Committer
	grouper *commit.Grouper[int64, int64]
	changes *commit.Grouper[int64, int64]
}

func newRig(b *testing.B, engine string) *rig {
	b.Helper()
	d := dbtest.SQLite
	schema := `create table items (id integer not null, part integer not null, customer text not null, at text not null,
		body blob not null, constraint items_pk primary key (id, part)) strict`
	index := `create index items_customer_ix on items (customer)`
	if engine == "postgres" {
		d = dbtest.Postgres
		schema = `create table items (id bigint not null, part bigint not null, customer text not null,
			at timestamptz not null, body bytea not null, constraint items_pk primary key (id, part))`
	}
	open := d(b)
	ctx := context.Background()
	err := open.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, index)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	clocks := deadline.NewClocks(open, nil)
	r := &rig{c: commit.New(open, feed.NewLog(open, "bench"), clocks, commit.Options{})}
	b.Cleanup(r.c.Close)
	r.grouper = commit.NewGrouper(func(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[int64]) []commit.Result[int64] {
		return insertItems(ctx, tx, items, false)
	})
	r.changes = commit.NewGrouper(func(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[int64]) []commit.Result[int64] {
		return insertItems(ctx, tx, items, true)
	})
	return r
}

var payload = make([]byte, 100)

const insertItem = "insert into items (id, part, customer, at, body) values ($1, $2, $3, $4, $5)"

func insertItems(ctx context.Context, tx *commit.GroupTx, items []commit.Keyed[int64], publish bool) []commit.Result[int64] {
	rows := make([][]any, len(items))
	out := make([]commit.Result[int64], len(items))
	for i, it := range items {
		rows[i] = []any{it.In, 0, it.Key.Customer, db.Time(it.Now), payload}
		out[i].Out = it.In
		if publish {
			tx.Publish(i, commit.Draft{Type: "used", Subject: it.Key.Customer, Body: it.In})
		}
	}
	if err := db.InsertRows(ctx, tx, "items", []string{"id", "part", "customer", "at", "body"}, rows); err != nil {
		for i := range out {
			out[i].Err = err
		}
	}
	return out
}

func keyOf(n int64) commit.Key {
	return commit.Key{Provider: "p", Customer: fmt.Sprintf("c%d", n%10_000)}
}

func (r *rig) rows(ctx context.Context, tx *commit.Tx, n, count int64) error {
	for part := range count {
		_, err := tx.ExecContext(ctx, insertItem, n, part, tx.Key().Customer, db.Time(tx.Now()), payload)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *rig) oneRow(n int64) error {
	return commit.Exec(context.Background(), r.c, keyOf(n), func(ctx context.Context, tx *commit.Tx) error {
		return r.rows(ctx, tx, n, 1)
	})
}

func (r *rig) fourRows(n int64) error {
	return commit.Exec(context.Background(), r.c, keyOf(n), func(ctx context.Context, tx *commit.Tx) error {
		return r.rows(ctx, tx, n, 4)
	})
}

func (r *rig) mutation(n int64) error {
	ctx := commit.WithRequest(context.Background(), commit.Request{Scope: "p/Create", ID: fmt.Sprint(n), Hash: payload[:32]})
	_, err := commit.Run(ctx, r.c, keyOf(n), func(ctx context.Context, tx *commit.Tx) (int64, error) {
		tx.Publish(commit.Draft{Type: "created", Subject: tx.Key().Customer, Body: n})
		return n, r.rows(ctx, tx, n, 2)
	})
	return err
}

func (r *rig) batched(n int64) error {
	_, err := commit.RunBatch(context.Background(), r.c, r.grouper, keyOf(n), n)
	return err
}

func (r *rig) batchedChange(n int64) error {
	_, err := commit.RunBatch(context.Background(), r.c, r.changes, keyOf(n), n)
	return err
}
