package feed_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// rig is a source and a service that reads it, each with its own database.
type rig struct {
	t      *testing.T
	source *commit.Committer
	log    *feed.Log
	db     *db.DB
	commit *commit.Committer
	nudge  func()
}

func eachRig(t *testing.T, fn func(t *testing.T, r *rig)) {
	kinds := map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite}
	if dbtest.Full() {
		kinds["postgres"] = dbtest.Postgres
	}
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			r := &rig{t: t, db: open(t), nudge: func() {}}
			a := open(t)
			r.log = feed.NewLog(a, "book")
			r.source = commit.New(a, r.log, deadline.NewClocks(a, nil), commit.Options{Published: func([]int) { r.nudge() }, Log: quiet})
			t.Cleanup(r.source.Close)
			r.commit = commit.New(r.db, feed.NewLog(r.db, "ledger"), deadline.NewClocks(r.db, nil), commit.Options{Log: quiet})
			t.Cleanup(r.commit.Close)
			err := r.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.ExecContext(ctx, "create table notes (n integer primary key, customer text not null, subject text not null)")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			fn(t, r)
		})
	}
}

func key(customer string) feed.Key { return feed.Key{Provider: "p", Customer: customer} }

// publish commits a change of the type for the customer.
func (r *rig) publish(customer, typ, subject string) {
	r.t.Helper()
	err := commit.Exec(r.t.Context(), r.source, key(customer), func(_ context.Context, tx *commit.Tx) error {
		tx.Publish(feed.Draft{Type: typ, Subject: subject, Body: subject})
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// note is the effect: a row per change, numbered in the order of arrival.
func note(ctx context.Context, tx *commit.Tx, c feed.Change) error {
	_, err := tx.ExecContext(ctx, `insert into notes (n, customer, subject)
		select coalesce(max(n), 0) + 1, $1, $2 from notes`, tx.Key().Customer, c.Subject)
	return err
}

func (r *rig) notes(customer string) string {
	r.t.Helper()
	rows, err := db.QueryAll(r.t.Context(), r.db.Read(), "select subject from notes where customer = $1 order by n", customer)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			r.t.Fatal(err)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func (r *rig) reader(handle func(context.Context, *commit.Tx, feed.Change) error, types ...string) *feed.Reader {
	return feed.NewReader(feed.Consumer{Name: "notes", Source: "book", Types: types, Handle: handle},
		r.db, r.commit, r.log, quiet, feed.Events{})
}

func (r *rig) heads() map[int]int64 {
	r.t.Helper()
	all, err := r.log.Heads(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[int]int64{}
	for s, at := range all {
		out[s] = at
	}
	return out
}

func (r *rig) catchUp(rd *feed.Reader) {
	r.t.Helper()
	if err := rd.CatchUp(r.t.Context(), r.heads()); err != nil {
		r.t.Fatal(err)
	}
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func TestReaderHandlesEachChangeOnceInOrder(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		var a, b []string
		for i := range 300 {
			r.publish("a", "x", fmt.Sprint("a", i))
			a = append(a, fmt.Sprint("a", i))
			if i%3 == 0 {
				r.publish("b", "x", fmt.Sprint("b", i))
				b = append(b, fmt.Sprint("b", i))
			}
		}
		first := r.reader(note)
		r.catchUp(first)
		r.catchUp(first)
		r.catchUp(r.reader(note)) // as after a restart
		want(t, r.notes("a"), strings.Join(a, " "))
		want(t, r.notes("b"), strings.Join(b, " "))
	})
}

// Two processes that read at one time compare and set the same cursors.
func TestReadersOfTwoProcesses(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		one, two := r.reader(note), r.reader(note)
		var all []string
		for i := range 60 {
			r.publish("a", "x", fmt.Sprint(i))
			all = append(all, fmt.Sprint(i))
			done := make(chan error, 2)
			for _, rd := range []*feed.Reader{one, two} {
				go func() { done <- rd.CatchUp(t.Context(), r.heads()) }()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
		}
		want(t, r.notes("a"), strings.Join(all, " "))
	})
}

func TestReaderSkipsOtherTypes(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		rd := r.reader(note, "wanted")
		for i := range 20 {
			r.publish("a", "other", fmt.Sprint("o", i))
			if i%5 == 0 {
				r.publish("a", "wanted", fmt.Sprint("w", i))
			}
		}
		r.catchUp(rd)
		want(t, r.notes("a"), "w0 w5 w10 w15")
		r.publish("a", "other", "last")
		r.catchUp(rd)
		again := r.reader(note, "wanted")
		r.publish("a", "wanted", "w20")
		r.catchUp(again)
		r.catchUp(rd)
		want(t, r.notes("a"), "w0 w5 w10 w15 w20")
	})
}

func TestFailingChangeParksItsCustomerOnly(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		broken := atomic.Bool{}
		broken.Store(true)
		handle := func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			if err := note(ctx, tx, c); err != nil {
				return err
			}
			if c.Subject == "bad" && broken.Load() {
				return fault.Precondition("SOMETHING", c.Subject, "cannot be so")
			}
			if c.Subject == "worse" && broken.Load() {
				panic("a handler's bug")
			}
			return nil
		}
		rd := r.reader(handle)
		for _, s := range []string{"1", "bad", "2", "worse", "3"} {
			r.publish("a", "x", s)
			r.publish("b", "x", s+"b")
		}
		r.catchUp(rd)
		want(t, r.notes("a"), "1")
		want(t, r.notes("b"), "1b badb 2b worseb 3b")
		list, err := feed.ListParked(t.Context(), r.db.Read(), "notes", "p")
		if err != nil || len(list) != 4 {
			t.Fatalf("%d parked: %v", len(list), err)
		}
		if list[0].Change.Subject != "bad" || list[0].Attempts != 1 || !strings.Contains(list[0].Error, "SOMETHING") ||
			list[1].Change.Subject != "2" || list[1].Attempts != 0 || list[1].Error != "" {
			t.Fatalf("%+v", list[:2])
		}
		r.publish("a", "x", "4")
		r.catchUp(r.reader(handle)) // a restart knows who is parked
		if n, err := rd.Retry(t.Context(), key("a")); n != 0 || err == nil || !strings.Contains(err.Error(), "still parked") {
			t.Fatalf("%d %v", n, err)
		}
		broken.Store(false)
		if n, err := rd.Retry(t.Context(), key("a")); n != 5 || err != nil {
			t.Fatalf("%d %v", n, err)
		}
		r.publish("a", "x", "5")
		r.catchUp(rd)
		want(t, r.notes("a"), "1 bad 2 worse 3 4 5")
		if list, err := feed.ListParked(t.Context(), r.db.Read(), "", ""); len(list) != 0 || err != nil {
			t.Fatalf("%v %v", list, err)
		}
	})
}

// A failure that may pass is tried again and parks nobody.
func TestPassingFailureIsTriedAgain(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		left := atomic.Int32{}
		left.Store(2)
		rd := r.reader(func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			if c.Subject == "2" && left.Add(-1) >= 0 {
				return fmt.Errorf("wrapped: %w", fault.Unavailable(fault.ReasonUnavailable, "not now", 0))
			}
			return note(ctx, tx, c)
		})
		for _, s := range []string{"1", "2", "3"} {
			r.publish("a", "x", s)
		}
		for {
			err := rd.CatchUp(t.Context(), r.heads())
			if err == nil {
				break
			}
			if !fault.Is(err, fault.ReasonUnavailable) {
				t.Fatal(err)
			}
			want(t, r.notes("a"), "1")
		}
		want(t, r.notes("a"), "1 2 3")
		if list, _ := feed.ListParked(t.Context(), r.db.Read(), "", ""); len(list) != 0 {
			t.Fatalf("%v", list)
		}
	})
}

func TestCatchUpBeyondTheFeed(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		r.publish("a", "x", "1")
		heads := r.heads()
		heads[key("a").Stream()] += 5
		if err := r.reader(note).CatchUp(t.Context(), heads); !fault.Is(err, "POSITION_NOT_REACHED") {
			t.Fatal(err)
		}
		want(t, r.notes("a"), "1")
	})
}

// Run is woken by nudges and stores its cursors when it ends.
func TestRunIsWoken(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		var w wake.Memory
		r.nudge = func() { w.Nudge("feed/book") }
		seen := make(chan string, 10)
		rd := r.reader(func(ctx context.Context, tx *commit.Tx, c feed.Change) error {
			seen <- c.Subject
			return note(ctx, tx, c)
		}, "x")
		nudged, stop := w.Listen("feed/book")
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { rd.Run(ctx, nudged, time.Hour); close(done) }()
		for _, s := range []string{"1", "2"} {
			r.publish("a", "x", s)
			want(t, <-seen, s)
		}
		r.publish("a", "other", "3")
		r.catchUp(rd)
		cancel()
		<-done
		var at int64
		err := r.db.Read().QueryRowContext(t.Context(), `select position from feed_cursors
			where consumer = 'notes' and source = 'book' and stream = $1`, key("a").Stream()).Scan(&at)
		if err != nil || at != 3 {
			t.Fatalf("cursor at %d: %v", at, err)
		}
	})
}

func TestBrokenSourceIsRefused(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		gap := pull(func() ([]feed.Change, error) {
			return []feed.Change{{ID: "book-0-2", Key: key("a"), Type: "x", Position: 2}}, nil
		})
		rd := feed.NewReader(feed.Consumer{Name: "notes", Source: "book", Handle: note}, r.db, r.commit, gap, quiet, feed.Events{})
		if _, err := rd.Step(t.Context()); err == nil || !strings.Contains(err.Error(), "position 1 of its stream was due") {
			t.Fatal(err)
		}
		down := pull(func() ([]feed.Change, error) { return nil, errors.New("down") })
		rd = feed.NewReader(feed.Consumer{Name: "notes", Source: "book", Handle: note}, r.db, r.commit, down, quiet, feed.Events{})
		if err := rd.CatchUp(t.Context(), map[int]int64{0: 1}); err == nil {
			t.Fatal("no error")
		}
	})
}

type pull func() ([]feed.Change, error)

func (p pull) Pull(context.Context, feed.Ask) (feed.Page, error) {
	cs, err := p()
	return feed.Page{Changes: cs}, err
}
