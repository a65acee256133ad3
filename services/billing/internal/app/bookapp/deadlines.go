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
