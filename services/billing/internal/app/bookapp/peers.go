package bookapp

import (
	"context"
	"slices"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
)

// TerminationOrdered is compliance's order to terminate for cause.
type TerminationOrdered struct {
	Contract book.ContractKey
	// Decision is the name of the order; the same one counts once.
	Decision string
	// Subscriptions are names; none means all of the contract.
	Subscriptions []string
	LastDay       date.Date
	Clause        string
}

// HoldChanged says that a hold was placed on subscriptions, or lifted.
type HoldChanged struct {
	Contract      book.ContractKey
	Hold          string
	Subscriptions []string
	Placed        bool
}

// Terminate makes an order to terminate one of the things that can end the
// services it names. What is over stays as it is: an act is not undone by a
// later fact.
func (a *App) Terminate(ctx context.Context, tx *commit.Tx, o TerminationOrdered) error {
	return a.each(ctx, tx, o.Contract, o.Subscriptions, func(ctx context.Context, w *work) (bool, error) {
		known := slices.ContainsFunc(w.sub.Orders, func(x book.TerminationOrder) bool { return x.Decision == o.Decision })
		if w.sub.Over() || known {
			return false, nil
		}
		t, err := w.terms(ctx, w.today)
		if err != nil {
			return false, err
		}
		if !w.sub.Live() && t.Cancellation != nil && o.Clause == t.Cancellation.DeemedClause {
			return true, w.cancel(ctx, o.LastDay, true)
		}
		w.sub.Orders = append(w.sub.Orders, book.TerminationOrder{Decision: o.Decision, LastDay: o.LastDay, Clause: o.Clause})
		return true, w.mergeEnd()
	})
}

// Hold shows or hides a hold on subscriptions.
func (a *App) Hold(ctx context.Context, tx *commit.Tx, h HoldChanged) error {
	return a.each(ctx, tx, h.Contract, h.Subscriptions, func(_ context.Context, w *work) (bool, error) {
		at, on := slices.BinarySearch(w.sub.Holds, h.Hold)
		switch {
		case h.Placed && !on:
			w.sub.Holds = slices.Insert(w.sub.Holds, at, h.Hold)
		case !h.Placed && on:
			w.sub.Holds = slices.Delete(w.sub.Holds, at, at+1)
		default:
			return false, nil
		}
		return true, nil
	})
}

// each runs do on the named subscriptions of a contract, all of them where none
// is named, and keeps those that it changed.
func (a *App) each(ctx context.Context, tx *commit.Tx, c book.ContractKey, names []string, do func(context.Context, *work) (bool, error)) error {
	subs, err := a.store.Subscriptions(ctx, tx, c, nil, everything)
	if err != nil {
		return err
	}
	for _, s := range subs {
		if len(names) > 0 && !slices.Contains(names, s.Name()) {
			continue
		}
		w, err := a.load(ctx, tx, s.SubscriptionKey)
		if err != nil {
			return err
		}
		changed, err := do(ctx, w)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if err := w.keep(ctx); err != nil {
			return err
		}
	}
	return nil
}
