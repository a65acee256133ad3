package bookapp

import (
	"context"
	"fmt"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
)

// Deadlines are the handlers of the book's deadlines.
func (a *App) Deadlines() deadline.Registry {
	return deadline.Registry{
		KindCommencementWindow: a.onSubscription(closeWindow),
		KindTermEnd:            a.onSubscription(termEnds),
		KindSubscriptionEnd:    a.onSubscription(serviceEnds),
		KindAckReminder:        remindOnly,
		KindDeemedCancellation: remindOnly,
	}
}

// onSubscription runs a handler on the subscription that the deadline names and
// keeps what it became.
func (a *App) onSubscription(do func(ctx context.Context, w *work, d commit.Deadline) error) deadline.Handler {
	return func(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
		k, ok := book.ParseSubscription(d.Subject)
		if !ok {
			return fmt.Errorf("the deadline %s is about %q, which is no subscription", d.Name, d.Subject)
		}
		w, err := a.load(ctx, tx, k)
		if err != nil {
			return err
		}
		if w.sub.Over() {
			return tx.SettleDeadline(d.Name, commit.Withdrawn)
		}
		if err := do(ctx, w, d); err != nil {
			return err
		}
		return w.keep(ctx)
	}
}

// closeWindow judges commencement when its window is over.
func closeWindow(ctx context.Context, w *work, d commit.Deadline) error {
	if err := w.tx.SettleDeadline(d.Name, commit.Missed); err != nil {
		return err
	}
	return w.commence(ctx)
}

// termEnds ends the service period.
func termEnds(ctx context.Context, w *work, d commit.Deadline) error {
	if !w.sub.Live() {
		return w.tx.SettleDeadline(d.Name, commit.Withdrawn)
	}
	return w.endTerm(ctx)
}

// serviceEnds turns the service off.
func serviceEnds(_ context.Context, w *work, d commit.Deadline) error {
	last := w.sub.End.LastDay
	if last.IsZero() || !last.Before(w.today) {
		return w.tx.SettleDeadline(d.Name, commit.Withdrawn)
	}
	if err := w.finish(); err != nil {
		return err
	}
	w.changed(last.AddDays(1))
	return nil
}

// remindOnly acts on nothing: that the day has come is what people are told.
func remindOnly(_ context.Context, tx *commit.Tx, d commit.Deadline) error {
	return tx.SettleDeadline(d.Name, commit.Missed)
}

// resolvePending judges the windows anew whose end no calendar published when
// they were opened: a newer build may know it.
func (a *App) resolvePending(ctx context.Context) error {
	for after := ""; ; {
		providers, err := a.store.Providers(ctx, a.db.Read(), after, pageOfProviders)
		if err != nil || len(providers) == 0 {
			return err
		}
		for _, p := range providers {
			if err := a.resolvePendingOf(ctx, p.ID); err != nil {
				return err
			}
		}
		after = providers[len(providers)-1].ID
	}
}

const pageOfProviders = 100

func (a *App) resolvePendingOf(ctx context.Context, provider string) error {
	rows, err := a.deadlines.List(ctx, a.db.Read(), deadline.Filter{Provider: provider, Kind: KindCommencementWindow, Pending: true})
	if err != nil {
		return err
	}
	for _, d := range rows {
		err := commit.Exec(commit.Internal(ctx), a.commit, d.Key, func(ctx context.Context, tx *commit.Tx) error {
			return a.judgeWindow(ctx, tx, d)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// judgeWindow keeps what has become of a subscription whose window was pending,
// where its end is known now.
func (a *App) judgeWindow(ctx context.Context, tx *commit.Tx, d commit.Deadline) error {
	k, ok := book.ParseSubscription(d.Subject)
	if !ok {
		return fmt.Errorf("the deadline %s is about %q, which is no subscription", d.Name, d.Subject)
	}
	w, err := a.load(ctx, tx, k)
	if err != nil {
		return err
	}
	if err := w.commence(ctx); err != nil || w.sub.Commencement.Pending {
		return err
	}
	return w.keep(ctx)
}
