package deadline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
)

var (
	start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	alice = commit.Key{Provider: "acme", Customer: "alice"}
	bob   = commit.Key{Provider: "acme", Customer: "bob"}
)

func day(n int) time.Time { return start.AddDate(0, 0, n) }

type fixture struct {
	t      *testing.T
	ctx    context.Context
	db     *db.DB
	feed   *feed.Log
	clocks *deadline.Clocks
	store  *deadline.Store
	c      *commit.Committer
	system *clock.Fixed
}

func each(t *testing.T, fn func(t *testing.T, f *fixture)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &fixture{t: t, ctx: context.Background(), db: d, feed: feed.NewLog(d, "billing"), system: clock.At(start)}
		f.clocks = deadline.NewClocks(d, f.system)
		f.store = deadline.NewStore(d, f.clocks)
		f.c = commit.New(d, f.feed, f.clocks, commit.Options{Deadlines: f.store, System: f.system})
		t.Cleanup(f.c.Close)
		fn(t, f)
	})
}

func (f *fixture) exec(key commit.Key, fn func(tx *commit.Tx) error) error {
	return commit.Exec(commit.Internal(f.ctx), f.c, key, func(_ context.Context, tx *commit.Tx) error { return fn(tx) })
}

func (f *fixture) set(key commit.Key, ds ...deadline.Deadline) {
	f.t.Helper()
	err := f.exec(key, func(tx *commit.Tx) error {
		for _, d := range ds {
			if err := tx.SetDeadline(d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) get(key commit.Key, name string) deadline.Deadline {
	f.t.Helper()
	d, _, err := f.store.Get(f.ctx, f.db.Read(), key, name)
	if err != nil {
		f.t.Fatal(err)
	}
	return d
}

// types lists the types of all changes, stream by stream.
func (f *fixture) types() []string {
	f.t.Helper()
	list, err := f.feed.List(f.ctx, feed.Filter{After: feed.Start()})
	if err != nil {
		f.t.Fatal(err)
	}
	var out []string
	for _, c := range list {
		out = append(out, c.Type)
	}
	return out
}

func due(name string, at time.Time, rank int) deadline.Deadline {
	return deadline.Deadline{
		Name: name, Subject: "subjects/" + name, Kind: "test", Clause: "cpc/4(b)", Consequence: "it ends",
		Due: at, Rank: rank, Body: json.RawMessage(`{"b": 1, "a": [2]}`),
	}
}

func TestSetAndSettle(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		want := due("d", day(1), deadline.RankMoney)
		f.set(alice, want)
		f.set(alice, want) // the same again: nothing happens
		got := f.get(alice, "d")
		if got.Version != 1 || got.State != deadline.Set || !got.Due.Equal(day(1)) || got.Key != alice ||
			got.Clause != "cpc/4(b)" || got.Rank != deadline.RankMoney || got.Pending() {
			t.Fatalf("got %+v", got)
		}
		want.Due = day(2)
		f.set(alice, want)
		if got := f.get(alice, "d"); got.Version != 2 || !got.Due.Equal(day(2)) {
			t.Errorf("moved: %+v", got)
		}
		settle := func(name string, as deadline.State) error {
			return f.exec(alice, func(tx *commit.Tx) error { return tx.SettleDeadline(name, as) })
		}
		for _, as := range []deadline.State{deadline.Met, deadline.Missed} { // the second changes nothing
			if err := settle("d", as); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(settle("none", deadline.Withdrawn), settle("d", deadline.Withdrawn)); err != nil {
			t.Error(err)
		}
		if got := f.get(alice, "d"); got.State != deadline.Met || got.Version != 3 {
			t.Errorf("settled: %+v", got)
		}
		f.set(alice, want) // it runs anew
		if got := f.get(alice, "d"); got.State != deadline.Set || got.Version != 4 {
			t.Errorf("set anew: %+v", got)
		}
		if err := settle("d", deadline.Set); err == nil {
			t.Error("settled as SET")
		}
		if got := strings.Join(f.types(), " "); got != "deadline_set deadline_set deadline_met deadline_set" {
			t.Errorf("the changes are %s", got)
		}
	})
}

func TestSetCompares(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.set(alice, due("d", day(1), 1))
		moved := due("d", day(2), 1)
		moved.Version = 7
		err := f.exec(alice, func(tx *commit.Tx) error { return tx.SetDeadline(moved) })
		if !fault.Is(err, fault.ReasonStaleEtag) {
			t.Errorf("another version: %v", err)
		}
		moved.Version = 1
		f.set(alice, moved)
		if got := f.get(alice, "d"); got.Version != 2 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestSetRefuses(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		neither, both, rank, kind := due("d", time.Time{}, 1), due("d", day(1), 1), due("d", day(1), 7), due("d", day(1), 1)
		both.PendingNotBefore = day(1)
		kind.Kind = ""
		for _, d := range []deadline.Deadline{neither, both, rank, kind, due("", day(1), 1)} {
			if err := f.exec(alice, func(tx *commit.Tx) error { return tx.SetDeadline(d) }); err == nil {
				t.Errorf("%+v was accepted", d)
			}
		}
	})
}

func TestPendingIsListedAndNeverDue(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		d := due("d", time.Time{}, 4)
		d.PendingNotBefore = day(1)
		f.set(alice, d, due("later", day(9), 4))
		if _, _, found, err := f.store.NextDue(f.ctx, "acme", day(8)); found || err != nil {
			t.Errorf("a pending deadline is due: %v", err)
		}
		list, err := f.store.List(f.ctx, f.db.Read(), deadline.Filter{Provider: "acme", Pending: true})
		if err != nil || len(list) != 1 || !list[0].Pending() || !list[0].PendingNotBefore.Equal(day(1)) {
			t.Fatalf("%+v, %v", list, err)
		}
		f.set(alice, due("d", day(3), 4)) // its calendar was published
		at, _, found, err := f.store.NextDue(f.ctx, "acme", day(8))
		if err != nil || !found || !at.Equal(day(3)) {
			t.Errorf("next due %v %v, %v", at, found, err)
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.set(alice, due("a", day(1), 1), due("b", day(2), 2))
		f.set(bob, due("a", day(3), 3))
		f.set(commit.Key{Provider: "other", Customer: "alice"}, due("a", day(1), 1))
		if err := f.exec(alice, func(tx *commit.Tx) error { return tx.SettleDeadline("a", deadline.Met) }); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			filter deadline.Filter
			want   string
		}{
			{deadline.Filter{}, "alice/a alice/b bob/a"},
			{deadline.Filter{Customer: "alice"}, "alice/a alice/b"},
			{deadline.Filter{State: deadline.Set}, "alice/b bob/a"},
			{deadline.Filter{Subject: "subjects/a"}, "alice/a bob/a"},
			{deadline.Filter{Kind: "none"}, ""},
			{deadline.Filter{Limit: 2}, "alice/a alice/b"},
			{deadline.Filter{Limit: 2, AfterCustomer: "alice", AfterName: "b"}, "bob/a"},
		} {
			c.filter.Provider = "acme"
			list, err := f.store.List(f.ctx, f.db.Read(), c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range list {
				got = append(got, d.Key.Customer+"/"+d.Name)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%+v: %v, want %s", c.filter, got, c.want)
			}
		}
		who, err := f.store.Providers(f.ctx, day(2))
		if err != nil || !slices.Equal(who, []string{"acme", "other"}) {
			t.Errorf("providers %v, %v", who, err)
		}
	})
}

func (f *fixture) sandbox(now time.Time) {
	f.t.Helper()
	err := f.exec(commit.Key{Provider: "acme"}, func(tx *commit.Tx) error {
		return f.clocks.Set(f.ctx, tx, deadline.Clock{Provider: "acme", Mode: commit.Sandbox, Now: now})
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestNextDue(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.sandbox(day(2))
		f.set(alice, due("early", day(1), 6), due("now", day(2), 3), due("soon", day(4), 5), due("soon too", day(4), 2))
		next := func(until time.Time) string {
			t.Helper()
			at, rank, found, err := f.store.NextDue(f.ctx, "acme", until)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(at.Format(time.DateOnly), " ", rank, " ", found)
		}
		settle := func(name string) {
			t.Helper()
			if err := f.exec(alice, func(tx *commit.Tx) error { return tx.SettleDeadline(name, deadline.Missed) }); err != nil {
				t.Fatal(err)
			}
		}
		// What was due before now counts as due now, so its rank decides.
		if got := next(day(9)); got != "2026-03-03 3 true" {
			t.Errorf("first %s", got)
		}
		settle("now")
		if got := next(day(9)); got != "2026-03-03 6 true" {
			t.Errorf("second %s", got)
		}
		settle("early")
		if got := next(day(3)); got != "0001-01-01 0 false" {
			t.Errorf("third %s", got)
		}
		if got := next(day(4)); got != "2026-03-05 2 true" {
			t.Errorf("fourth %s", got)
		}
		if got := next(day(1)); got != "0001-01-01 0 false" {
			t.Errorf("before now %s", got)
		}
	})
}

func TestRunDue(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.sandbox(day(5))
		stuck := errors.New("the ledger is closed")
		var mu sync.Mutex
		var ran []string
		r := deadline.NewRunner(f.store, f.c, deadline.Registry{
			"test": func(_ context.Context, tx *commit.Tx, d deadline.Deadline) error {
				mu.Lock()
				ran = append(ran, d.Key.Customer+"/"+d.Name)
				mu.Unlock()
				switch d.Name {
				case "again":
					d.Due, d.Version = day(30), 0
					return tx.SetDeadline(d)
				case "stuck":
					return stuck
				case "lazy":
					return nil
				}
				return tx.SettleDeadline(d.Name, deadline.Missed)
			},
		})
		f.set(alice, due("2", day(2), 4), due("1", day(2), 4), due("0", day(4), 4), due("other rank", day(1), 5), due("later", day(6), 4))
		f.set(bob, due("again", day(1), 4), due("stuck", day(2), 4), due("behind", day(3), 4))
		f.set(commit.Key{Provider: "acme", Customer: "carol"}, due("lazy", day(1), 4))
		n, err := r.RunDue(f.ctx, "acme", day(5), 4)
		if n != 4 || !errors.Is(err, stuck) || !strings.Contains(err.Error(), "stuck (test, due ") || !strings.Contains(err.Error(), "lazy") {
			t.Errorf("%d ran, %v", n, err)
		}
		mine := slices.DeleteFunc(slices.Clone(ran), func(s string) bool { return !strings.HasPrefix(s, "alice/") })
		if strings.Join(mine, " ") != "alice/1 alice/2 alice/0" {
			t.Errorf("alice's ran in the order %v", mine)
		}
		if slices.Contains(ran, "bob/behind") {
			t.Error("what is behind a stuck deadline of its customer ran")
		}
		if got := f.get(bob, "stuck"); got.State != deadline.Set {
			t.Errorf("the stuck one is %s", got.State)
		}
		if got := f.get(bob, "again"); !got.Due.Equal(day(30)) || got.State != deadline.Set {
			t.Errorf("the recurring one is %+v", got)
		}
	})
}

// Two runners at once make each consequence happen once.
func TestRunDueTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.sandbox(day(5))
		for i := range 300 {
			f.set(commit.Key{Provider: "acme", Customer: fmt.Sprint("c", i%40)}, due(fmt.Sprint("d", i), day(1), 4))
		}
		r := deadline.NewRunner(f.store, f.c, deadline.Registry{
			"test": func(_ context.Context, tx *commit.Tx, d deadline.Deadline) error {
				return tx.SettleDeadline(d.Name, deadline.Met)
			},
		})
		counts := make(chan int)
		for range 2 {
			go func() {
				n, err := r.RunDue(f.ctx, "acme", day(5), 4)
				if err != nil {
					t.Error(err)
				}
				counts <- n
			}()
		}
		if n := <-counts + <-counts; n != 300 {
			t.Errorf("%d consequences of 300 deadlines", n)
		}
		met := 0
		for _, typ := range f.types() {
			if typ == "deadline_met" {
				met++
			}
		}
		if met != 300 {
			t.Errorf("%d changes say that a deadline was met", met)
		}
	})
}

func TestUnknownKind(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.set(alice, due("d", day(-1), 4))
		r := deadline.NewRunner(f.store, f.c, nil)
		if n, err := r.RunDue(f.ctx, "acme", start, 4); n != 0 || err == nil || !strings.Contains(err.Error(), `"test"`) {
			t.Errorf("%d, %v", n, err)
		}
	})
}
