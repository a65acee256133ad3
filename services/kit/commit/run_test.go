package commit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
)

func TestRunCommitsAndPublishes(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var seen []commit.Outcome
		ctx := commit.WithObserver(context.Background(), func(o commit.Outcome) { seen = append(seen, o) })
		got, err := commit.Run(ctx, f.c, alice, func(ctx context.Context, tx *commit.Tx) (string, error) {
			if tx.Key() != alice || !tx.Now().Equal(start) {
				t.Errorf("key %v, now %v", tx.Key(), tx.Now())
			}
			tx.Publish(commit.Draft{Type: "later", Subject: "x", Effective: start.Add(time.Hour), Body: 5})
			return "answer", note(ctx, tx, "a")
		})
		if err != nil || got != "answer" {
			t.Fatalf("%q, %v", got, err)
		}
		list, err := f.feed.List(ctx, feed.Filter{Provider: "acme", Customer: "alice", After: feed.Start()})
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		first := list[0]
		if first.Type != "later" || !first.EffectiveTime.Equal(start.Add(time.Hour)) || !first.RecordTime.Equal(start) ||
			string(first.Body) != "5" || first.Position != 1 || first.ID != fmt.Sprintf("billing-%d-1", alice.Stream()) {
			t.Errorf("the first change is %+v", first)
		}
		if !list[1].EffectiveTime.Equal(start) {
			t.Errorf("the second change is effective %v", list[1].EffectiveTime)
		}
		want := commit.Outcome{Stream: alice.Stream(), Position: 2, RecordTime: start}
		if len(seen) != 1 || seen[0] != want {
			t.Errorf("outcomes %+v, want %+v", seen, want)
		}
	})
}

func TestRefusedLeavesNeighboursAlone(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		stop := errors.New("refused")
		errs := f.together(
			func() error { return f.note(context.Background(), alice, "before") },
			func() error { // refused after it wrote
				return commit.Exec(context.Background(), f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
					return errors.Join(note(ctx, tx, "refused"), stop)
				})
			},
			func() error { // refused before it wrote
				return commit.Exec(context.Background(), f.c, alice, func(context.Context, *commit.Tx) error { return stop })
			},
			func() error { // refused by the database
				return f.note(context.Background(), alice, "before")
			},
			func() error { // panics
				return commit.Exec(context.Background(), f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
					_ = note(ctx, tx, "panic")
					panic("a bug")
				})
			},
			func() error { return f.note(context.Background(), bob, "after") },
		)
		for i, want := range []bool{true, false, false, false, false, true} {
			if (errs[i] == nil) != want {
				t.Errorf("operation %d: %v", i, errs[i])
			}
		}
		if !errors.Is(errs[1], stop) || !errors.Is(errs[2], stop) || !fault.Is(errs[4], fault.ReasonInternal) {
			t.Errorf("errors are not handed on: %v", errs)
		}
		f.wantNotes("before", "after")
	})
}

// An operation that goes on after the database refused a statement cannot spoil
// the group either.
func TestSwallowedErrorLeavesNeighboursAlone(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		errs := f.together(
			func() error { return f.note(context.Background(), alice, "a") },
			func() error {
				return commit.Exec(context.Background(), f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
					_ = note(ctx, tx, "a")
					return nil
				})
			},
			func() error { return f.note(context.Background(), bob, "b") },
		)
		if errs[0] != nil || errs[2] != nil {
			t.Fatal(errs)
		}
		rows, _ := f.notes()
		if rows["a"] != 1 || rows["b"] != 1 {
			t.Errorf("rows %v", rows)
		}
	})
}

func TestBodyThatCannotBeEncoded(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		errs := f.together(
			func() error {
				return commit.Exec(context.Background(), f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
					tx.Publish(commit.Draft{Type: "bad", Body: func() {}})
					return note(ctx, tx, "bad")
				})
			},
			func() error { return f.note(context.Background(), alice, "good") },
		)
		if errs[0] == nil || errs[1] != nil {
			t.Fatal(errs)
		}
		f.wantNotes("good")
	})
}

func TestGroupsAreOneTransaction(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var calls []call
		for i := range 300 {
			calls = append(calls, func() error { return f.note(context.Background(), alice, fmt.Sprint(i)) })
		}
		noErrors(t, f.together(calls...))
		if n := f.log.count(); n != 2 {
			t.Errorf("300 operations took %d transactions, want 256 + 44", n)
		}
		rows, changes := f.notes()
		if len(rows) != 300 || len(changes) != 300 {
			t.Errorf("%d rows, %d changes", len(rows), len(changes))
		}
	})
}

// One stream's changes keep the order in which the operations ran.
func TestOrderWithinAStream(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var calls []call
		for i := range 20 {
			calls = append(calls, func() error { return f.note(context.Background(), alice, fmt.Sprintf("%02d", i)) })
		}
		noErrors(t, f.together(calls...))
		list, err := f.feed.List(context.Background(), feed.Filter{After: feed.Start()})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range list {
			if c.Subject != fmt.Sprintf("%02d", i) || c.Position != int64(i+1) {
				t.Errorf("position %d is %s", c.Position, c.Subject)
			}
		}
	})
}

func TestCallerThatGoesAway(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		queuedCtx, leave := context.WithCancel(context.Background())
		runningCtx, leaveToo := context.WithCancel(context.Background())
		left := make(chan struct{})
		errs := f.together(
			func() error { return f.note(context.Background(), alice, "before") },
			func() error {
				defer close(left)
				return f.note(queuedCtx, alice, "abandoned")
			},
			func() error { // its caller goes while it runs
				return commit.Exec(runningCtx, f.c, alice, func(ctx context.Context, tx *commit.Tx) error {
					leaveToo()
					if ctx.Err() != nil {
						t.Error("the operation's context ended with its caller's")
					}
					return note(ctx, tx, "finished")
				})
			},
			func() error { leave(); <-left; return f.note(context.Background(), alice, "after") },
		)
		if !errors.Is(errs[1], context.Canceled) {
			t.Errorf("abandoned: %v", errs[1])
		}
		if err := errors.Join(errs[0], errs[2], errs[3]); err != nil {
			t.Error(err)
		}
		f.wantNotes("before", "finished", "after")
		if err := f.note(runningCtx, alice, "never"); !errors.Is(err, context.Canceled) {
			t.Errorf("a call whose context has ended: %v", err)
		}
	})
}

func TestNestedRunIsRefused(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		err := commit.Exec(context.Background(), f.c, alice, func(ctx context.Context, _ *commit.Tx) error {
			return f.note(ctx, alice, "inner")
		})
		if !fault.Is(err, fault.ReasonInternal) {
			t.Errorf("got %v", err)
		}
		f.wantNotes()
	})
}

func TestCloseFinishesWhatIsQueued(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		errs := f.together(
			func() error { return f.note(context.Background(), alice, "a") },
			func() error { go f.c.Close(); return f.note(context.Background(), alice, "b") },
		)
		if errs[0] != nil {
			t.Error(errs[0])
		}
		f.c.Close()
		if err := f.note(context.Background(), alice, "late"); !fault.Is(err, fault.ReasonUnavailable) {
			t.Errorf("after Close: %v", err)
		}
		rows, _ := f.notes()
		if rows["a"] != 1 || rows["b"] == 1 != (errs[1] == nil) {
			t.Errorf("rows %v, %v", rows, errs)
		}
	})
}

func TestClockOfTheProvider(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := context.Background()
		noon := start.Add(12 * time.Hour)
		set := func(operation string) {
			t.Helper()
			err := commit.Exec(commit.Internal(ctx), f.c, commit.Key{Provider: "acme"}, func(ctx context.Context, tx *commit.Tx) error {
				return f.clocks.Set(ctx, tx, commit.Clock{Provider: "acme", Mode: commit.Sandbox, Now: noon, Operation: operation})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		now := func(ctx context.Context) (time.Time, error) {
			return commit.Run(ctx, f.c, alice, func(_ context.Context, tx *commit.Tx) (time.Time, error) { return tx.Now(), nil })
		}
		set("")
		if got, err := now(ctx); err != nil || !got.Equal(noon) {
			t.Errorf("the sandbox's now is %v, %v", got, err)
		}
		set("operations/advance-1")
		_, err := now(ctx)
		if !fault.Is(err, fault.ReasonClockAdvancing) || fault.From(err).Retry == 0 {
			t.Errorf("while the clock is advancing: %v", err)
		}
		if got, err := now(commit.Internal(ctx)); err != nil || !got.Equal(noon) {
			t.Errorf("internal work while the clock is advancing: %v, %v", got, err)
		}
		other, err := commit.Run(ctx, f.c, commit.Key{Provider: "other"}, func(_ context.Context, tx *commit.Tx) (time.Time, error) {
			return tx.Now(), nil
		})
		if err != nil || !other.Equal(start) {
			t.Errorf("another provider's now is %v, %v", other, err)
		}
	})
}

// A reader that follows the heads while many write never misses a position.
func TestReaderSeesEveryPosition(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		c := commit.New(f.db, f.feed, f.clocks, commit.Options{MaxGroup: 7})
		defer c.Close()
		const writers, each = 40, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				key := commit.Key{Provider: "acme", Customer: fmt.Sprintf("c%d", w%5)}
				for i := range each {
					err := commit.Exec(context.Background(), c, key, func(ctx context.Context, tx *commit.Tx) error {
						return note(ctx, tx, fmt.Sprintf("%d-%d", w, i))
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		after, seen := feed.Start(), 0
		for seen < writers*each && !t.Failed() {
			list, err := f.feed.List(context.Background(), feed.Filter{After: after, Limit: 17})
			if err != nil {
				t.Fatal(err)
			}
			for _, ch := range list {
				if ch.Position != after[ch.Stream]+1 {
					t.Fatalf("stream %d: %d after %d", ch.Stream, ch.Position, after[ch.Stream])
				}
				after[ch.Stream] = ch.Position
				seen++
			}
		}
		wg.Wait()
	})
}
