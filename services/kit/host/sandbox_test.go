package host_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
)

// The way that an advance of a sandbox clock goes.
func TestSandboxTime(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		p := newPair(t, config, host.Parts{Deadlines: deadline.Registry{
			"due": func(ctx context.Context, tx *commit.Tx, d deadline.Deadline) error {
				if err := note(ctx, tx, d.Name+"@"+tx.Now().Format("15:04")); err != nil {
					return err
				}
				return tx.SettleDeadline(d.Name, deadline.Missed)
			},
		}}, nil)
		ctx := t.Context()
		set := func(now time.Time, op string) {
			t.Helper()
			if _, err := p.peer("ledger").SetClock(ctx, &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(now), Operation: op}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.peer("ledger").RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: timestamppb.New(epoch), Rank: 1}); err == nil {
			t.Fatal("time was moved for a provider that follows the system's clock")
		}
		set(epoch, "")
		add := func(name string, hour, rank int) {
			t.Helper()
			err := commit.Exec(ctx, p.ledger.Commit, acme, func(_ context.Context, tx *commit.Tx) error {
				return tx.SetDeadline(deadline.Deadline{Name: name, Subject: "s", Kind: "due", Due: epoch.Add(time.Duration(hour) * time.Hour), Rank: rank})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		add("late", 3, 4)
		add("early", 1, 6)
		add("first", 1, 2)
		set(epoch, "operations/1")
		err := commit.Exec(ctx, p.ledger.Commit, acme, func(context.Context, *commit.Tx) error { return nil })
		if !fault.Is(err, fault.ReasonClockAdvancing) {
			t.Fatalf("a write during the advance: %v", err)
		}
		until := epoch.Add(2 * time.Hour)
		for {
			out := p.catchUp(t, "ledger", until)
			if !out.GetHasDue() {
				break
			}
			if len(out.GetDueNames()) != 1 {
				t.Fatalf("%v", out)
			}
			ran, err := p.peer("ledger").RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: out.GetDueTime(), Rank: out.GetDueRank()})
			if err != nil || ran.GetCount() != 1 {
				t.Fatalf("%v %v", ran, err)
			}
		}
		set(until, "")
		want(t, notes(t, p.ledger), "first@01:00 early@01:00")
		set(epoch, "") // never backwards
		if now, err := p.ledger.Now(ctx, "p"); err != nil || !now.Equal(until) {
			t.Fatalf("%v %v", now, err)
		}
	})
}

func TestFailingDeadlineIsNamed(t *testing.T) {
	p := newPair(t, sqliteOf(t), host.Parts{Deadlines: deadline.Registry{
		"due": func(context.Context, *commit.Tx, deadline.Deadline) error {
			return fault.Precondition("NOT_SO", "x", "cannot be")
		},
	}}, nil)
	ctx := t.Context()
	_, err := p.peer("ledger").SetClock(ctx, &internalv1.SetClockRequest{Provider: "p", Now: timestamppb.New(epoch)})
	if err != nil {
		t.Fatal(err)
	}
	err = commit.Exec(ctx, p.ledger.Commit, acme, func(_ context.Context, tx *commit.Tx) error {
		return tx.SetDeadline(deadline.Deadline{Name: "d1", Kind: "due", Due: epoch.Add(time.Hour), Rank: 4})
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.peer("ledger").RunDue(ctx, &internalv1.RunDueRequest{Provider: "p", DueTime: timestamppb.New(epoch.Add(time.Hour)), Rank: 4})
	f := fault.FromStatus(err)
	if f == nil || f.Reason != "NOT_SO" || !strings.Contains(f.Message, "rank 4 could not be run") {
		t.Fatalf("%v", err)
	}
}

// A provider that a service has not met is asked for, once.
func TestUnknownProvidersClock(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		asked := 0
		p := newPair(t, config, host.Parts{}, func(_ context.Context, provider string) (commit.Clock, error) {
			asked++
			if provider == "live" {
				return commit.Clock{Provider: provider, Mode: commit.Live}, nil
			}
			if provider == "none" {
				return commit.Clock{}, fault.NotFound(fault.ReasonNotFound, "providers/none")
			}
			return commit.Clock{Provider: provider, Mode: commit.Sandbox, Now: epoch}, nil
		})
		for range 2 {
			now, err := commit.Run(t.Context(), p.ledger.Commit, acme, func(ctx context.Context, tx *commit.Tx) (time.Time, error) {
				return tx.Now(), note(ctx, tx, "x")
			})
			if err != nil || !now.Equal(epoch) {
				t.Fatalf("%v %v", now, err)
			}
			for range 2 {
				if now, err := p.ledger.Now(t.Context(), "live"); err != nil || now.Equal(epoch) {
					t.Fatalf("%v %v", now, err)
				}
			}
		}
		if asked != 2 {
			t.Fatalf("asked %d times", asked)
		}
		err := commit.Exec(t.Context(), p.ledger.Commit, commit.Key{Provider: "none"}, func(context.Context, *commit.Tx) error { return nil })
		if !fault.Is(err, fault.ReasonNotFound) {
			t.Fatal(err)
		}
	})
}
