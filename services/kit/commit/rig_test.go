package commit_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
)

var (
	start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	alice = commit.Key{Provider: "acme", Customer: "alice"}
	bob   = commit.Key{Provider: "acme", Customer: "bob"}
)

// fixture is a committer whose feed can be watched and disturbed.
type fixture struct {
	t      *testing.T
	db     *db.DB
	log    *watched
	feed   *feed.Log
	clocks *deadline.Clocks
	store  *deadline.Store
	c      *commit.Committer
	system *clock.Fixed
}

func each(t *testing.T, fn func(t *testing.T, f *fixture)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, newFixture(t, d)) })
}

func newFixture(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	f := &fixture{t: t, db: d, system: clock.At(start), feed: feed.NewLog(d, "billing")}
	f.log = &watched{Log: f.feed}
	f.clocks = deadline.NewClocks(d, f.system)
	f.store = deadline.NewStore(d, f.clocks)
	number := "bigint"
	if d.Dialect() == db.SQLite {
		number = "integer"
	}
	f.write(func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "create table notes (id text not null, n "+number+" not null, constraint notes_pk primary key (id))")
		return err
	})
	// One lane, so that operations of different keys meet in one group on both.
	f.c = commit.New(d, f.log, f.clocks, commit.Options{
		Deadlines: f.store, System: f.system, Lanes: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	t.Cleanup(f.c.Close)
	return f
}

func (f *fixture) write(fn func(ctx context.Context, tx db.Tx) error) {
	f.t.Helper()
	if err := f.db.Write(context.Background(), fn); err != nil {
		f.t.Fatal(err)
	}
}

// note writes a row and publishes it.
func note(ctx context.Context, tx *commit.Tx, id string) error {
	tx.Publish(commit.Draft{Type: "noted", Subject: id, Body: id})
	_, err := tx.ExecContext(ctx, "insert into notes (id, n) values ($1, 1)", id)
	return err
}

func (f *fixture) note(ctx context.Context, key commit.Key, id string) error {
	return commit.Exec(ctx, f.c, key, func(ctx context.Context, tx *commit.Tx) error { return note(ctx, tx, id) })
}

// notes lists the rows' ids, and the subjects of the changes.
func (f *fixture) notes() (rows, changes map[string]int) {
	f.t.Helper()
	ctx := context.Background()
	rows, changes = map[string]int{}, map[string]int{}
	got, err := f.db.Read().QueryContext(ctx, "select id, n from notes")
	if err != nil {
		f.t.Fatal(err)
	}
	defer got.Close()
	for got.Next() {
		var id string
		var n int
		if err := got.Scan(&id, &n); err != nil {
			f.t.Fatal(err)
		}
		rows[id] = n
	}
	list, err := f.feed.List(ctx, feed.Filter{After: feed.Start(), Limit: 100_000})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, c := range list {
		changes[c.Subject]++
	}
	return rows, changes
}

// wantNotes checks that exactly these rows were kept, each with one change.
func (f *fixture) wantNotes(want ...string) {
	f.t.Helper()
	rows, changes := f.notes()
	if len(rows) != len(want) || len(changes) != len(want) {
		f.t.Errorf("rows %v, changes %v; want %v", rows, changes, want)
	}
	for _, id := range want {
		if rows[id] != 1 || changes[id] != 1 {
			f.t.Errorf("%s: %d rows, %d changes", id, rows[id], changes[id])
		}
	}
}

// call is one operation of together.
type call func() error

// together runs the calls in one group: the lane is held until all of them are
// queued. It gives their errors.
func (f *fixture) together(calls ...call) []error {
	f.t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var once sync.Once
		err := commit.Exec(context.Background(), f.c, bob, func(context.Context, *commit.Tx) error {
			once.Do(func() { close(held) })
			<-release
			return nil
		})
		if err != nil {
			f.t.Error(err)
		}
	})
	<-held
	errs := make([]error, len(calls))
	for i, fn := range calls {
		answered := make(chan struct{})
		wg.Go(func() { defer close(answered); errs[i] = fn() })
		for f.c.Queued() <= i && !closed(answered) { // in this order
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
	return errs
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// watched counts the transactions that append, and fails them on demand.
type watched struct {
	*feed.Log
	mu      sync.Mutex
	appends int
	fail    func(entries []commit.Entry) error
}

func (w *watched) Append(ctx context.Context, tx db.Tx, held commit.Held, entries []commit.Entry) ([]int64, error) {
	w.mu.Lock()
	w.appends++
	fail := w.fail
	w.mu.Unlock()
	if fail != nil {
		if err := fail(entries); err != nil {
			return nil, err
		}
	}
	return w.Log.Append(ctx, tx, held, entries)
}

func (w *watched) failing(fn func(entries []commit.Entry) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = fn
}

func (w *watched) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.appends
}

func noErrors(t *testing.T, errs []error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
